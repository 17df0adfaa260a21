/**
 * The destination cache's hash table: one lock per bucket for writers; readers use RCU.
 *
 * The table holds no reference. A dropped entry leaves its bucket at once. A lookup may still reach it and take a
 * reference until its read-side section ends, so the rest waits for a grace period. After that the count only falls,
 * and an entry that is still held goes to the collector.
 *
 * Source: Linux net/ipv4/route.c (2.6.24), ip_route_input(), rt_intern_hash(), rt_free(); include/net/dst.h,
 * dst_free(), dst_rcu_free().
 */
import {
  type Access,
  type Address,
  callRcu,
  NIL,
  rcuAssignPointer,
  rcuDereference,
  rcuDereferenceProtected,
  rcuReadLock,
  rcuReadUnlock,
  read,
  readOnce,
  spinLock,
  spinUnlock,
  write,
} from "../memory/access.ts";
import { acquireAlive, release } from "../sync/refcount.ts";
import type { Dst } from "./dst.ts";
import { addPrivateChild, createEntry, destroyEntry, discardEntry } from "./entry.ts";
import { BUCKETS, Cache, Device, DEVICE_STATE, DstEntry, FLAG, OBSOLETE } from "./layout.ts";

/** The entry to create when a lookup fails. */
export interface Destination {
  readonly key: number;
  /** NIL for an entry that discards. */
  readonly device: Address;
  /** An entry in a bucket, held by the caller, to send through; NIL for none. */
  readonly over: Address;
  /** Send through a private child, made for this entry alone. Not together with `over`. */
  readonly hasPrivateChild: boolean;
}

/**
 * Takes a reference to the entry with that key; NIL if there is none. Linearizes at the read that finds it, or that
 * reaches the chain's end.
 */
export function* findEntry(dst: Dst, key: number): Access<Address> {
  yield rcuReadLock();
  let entry = yield rcuDereference(headOf(dst, key));
  while (entry !== NIL) {
    const theirs = yield read(DstEntry.key(entry));
    if (theirs === key) {
      yield* acquireAlive(DstEntry.refcount(entry)); // it may rise from 0: nothing is destroyed before the section ends
      break;
    }
    entry = yield rcuDereference(DstEntry.hashNext(entry));
  }
  yield rcuReadUnlock();
  return entry;
}

/**
 * Takes a reference to the entry with that key, and creates it first if there is none; NIL if its device is not up, or
 * there are `entriesMax` entries. An entry that another thread created meanwhile takes precedence.
 *
 * Linearizes: a hit as in {@link findEntry}, or under the bucket's lock; a creation at the store that links the entry
 * in; NIL at the read of the device's state or, if there is no room, at the search that failed.
 */
export function* getEntry(dst: Dst, destination: Destination): Access<Address> {
  const { key, device } = destination;
  const found = yield* findEntry(dst, key);
  if (found !== NIL) return found;
  const made = yield* makeEntry(dst, destination);
  if (made === NIL) return NIL;
  const lock = lockOf(dst, key);
  yield spinLock(lock);
  const head = yield rcuDereferenceProtected(headOf(dst, key));
  let result = head;
  while (result !== NIL) {
    const theirs = yield read(DstEntry.key(result));
    if (theirs === key) break;
    result = yield rcuDereferenceProtected(DstEntry.hashNext(result));
  }
  if (result !== NIL) {
    yield* acquireAlive(DstEntry.refcount(result));
  } else {
    const isUp = yield* isDeviceUp(device); // under the lock: the entry is missing while its device is not up
    if (isUp) {
      yield write(DstEntry.hashNext(made), head);
      yield rcuAssignPointer(headOf(dst, key), made);
      result = made;
    }
  }
  yield spinUnlock(lock);
  if (result !== made) yield* giveUp(dst, made);
  return result;
}

/**
 * A new entry that no lookup finds and its last release destroys; NIL as in {@link getEntry}. Linearizes at the read of
 * the device's state.
 */
export function* getUncachedEntry(dst: Dst, key: number, device: Address): Access<Address> {
  const isUp = yield* isDeviceUp(device);
  if (!isUp) return NIL;
  return yield* createEntry(dst, { key, device, flags: FLAG.notCached, child: NIL });
}

/** No device counts as a device that is up. */
function* isDeviceUp(device: Address): Access<boolean> {
  if (device === NIL) return true;
  const state = yield readOnce(Device.state(device));
  return state === DEVICE_STATE.up;
}

/** An entry that nobody else can reach yet, with its child. */
function* makeEntry(dst: Dst, { key, device, over, hasPrivateChild }: Destination): Access<Address> {
  const made = yield* createEntry(dst, { key, device, flags: 0, child: over });
  if (made === NIL) return NIL;
  if (over !== NIL) yield* acquireAlive(DstEntry.refcount(over));
  if (!hasPrivateChild) return made;
  const added = yield* addPrivateChild(dst, made);
  if (added) return made;
  yield* giveUp(dst, made);
  return NIL;
}

/** Destroys an entry that was never published. */
function* giveUp(dst: Dst, made: Address): Access {
  yield* release(DstEntry.refcount(made));
  yield* discardEntry(dst, made);
}

/**
 * Takes the entry with that key out of its bucket; NIL if there is none. Linearizes at the store, or at the read that
 * reaches the end.
 */
export function* unlinkEntry(dst: Dst, key: number): Access<Address> {
  const lock = lockOf(dst, key);
  yield spinLock(lock);
  let link = headOf(dst, key);
  let entry = yield rcuDereferenceProtected(link);
  while (entry !== NIL) {
    const theirs = yield read(DstEntry.key(entry));
    if (theirs === key) break;
    link = DstEntry.hashNext(entry);
    entry = yield rcuDereferenceProtected(link);
  }
  if (entry !== NIL) {
    const next = yield rcuDereferenceProtected(DstEntry.hashNext(entry));
    yield rcuAssignPointer(link, next);
  }
  yield spinUnlock(lock);
  return entry;
}

/**
 * Drops the entry with that key from the cache; false if there is none. Its holders keep it. Linearizes like
 * {@link unlinkEntry}.
 */
export function* dropEntry(dst: Dst, key: number): Access<boolean> {
  const entry = yield* unlinkEntry(dst, key);
  if (entry === NIL) return false;
  yield callRcu(dst.freeAfterGrace, entry);
  return true;
}

/** After the grace period: destroys an entry that nobody holds, and gives one that is held to the collector. */
export function* freeAfterGrace(dst: Dst, entry: Address): Access {
  const obsolete = yield read(DstEntry.obsolete(entry));
  if (obsolete === OBSOLETE.dead) return; // already on a garbage list
  const refcount = yield readOnce(DstEntry.refcount(entry));
  if (refcount !== 0) return yield* dst.collector.queueDead(dst, entry);
  const child = yield* destroyEntry(dst, entry);
  if (child !== NIL) yield* dst.collector.queueDead(dst, child);
}

function lockOf({ cache }: Dst, key: number): Address {
  return Cache.locks(cache) + (key % BUCKETS);
}

function headOf({ cache }: Dst, key: number): Address {
  return Cache.heads(cache) + (key % BUCKETS);
}
