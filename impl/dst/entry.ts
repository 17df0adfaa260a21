/**
 * The life of one entry: created, held, sent through, released, marked dead, notified of device events, destroyed.
 *
 * An entry holds its device, its neighbour, its header and its child. Destruction begins with a read barrier: it pairs
 * with the full barrier in the releases, so that the writes of the last holders are visible.
 *
 * Source: Linux net/core/dst.c (2.6.24): dst_alloc(), ___dst_free(), dst_destroy(), dst_ifdown(); include/net/dst.h:
 * dst_release(), dst_pop(), dst_output(); destruction by the last release: net/core/dst.c (3.1), dst_release(), with
 * the flag read before the decrement (Linux 4.9), since after it not even the last holder may touch an entry that a
 * collector can see.
 */
import {
  type Access,
  type Address,
  allocate,
  atomicAdd,
  atomicAddReturn,
  free,
  NIL,
  read,
  readOnce,
  smpRmb,
  smpWmb,
  write,
  writeOnce,
} from "../memory/access.ts";
import { acquireAlive } from "../sync/refcount.ts";
import type { Dst } from "./dst.ts";
import {
  Device,
  DEVICE_EVENT,
  DEVICE_STATE,
  type DeviceEvent,
  DstEntry,
  FLAG,
  HANDLER,
  Neighbour,
  OBSOLETE,
} from "./layout.ts";
import { attachHeader, createNeighbour, releaseHeader, releaseNeighbour } from "./neighbour.ts";

/** The properties of a new entry. Without a device (`NIL`) it discards. */
export interface NewEntry {
  readonly key: number;
  readonly device: Address;
  /** A union of `FLAG`s. */
  readonly flags: number;
  /** NIL for none; else an entry to which the caller takes a reference for this one. */
  readonly child: Address;
}

/** A new entry: live, in no bucket, with one reference; NIL if there are already `entriesMax`. */
export function* createEntry(dst: Dst, { key, device, flags, child }: NewEntry): Access<Address> {
  const driver = device === NIL ? NIL : yield read(Device.driver(device));
  const entry = yield* allocateEntry(dst);
  if (entry === NIL) return NIL;
  const neighbour = driver === NIL ? NIL : yield* createNeighbour(dst, device);
  yield* initialiseEntry(entry, key, flags);
  yield* connect(entry, device, neighbour, child);
  return entry;
}

/**
 * Creates a private child for `parent`, which nobody else can reach yet, on its device; false, and no change, if there
 * are already `entriesMax`.
 */
export function* addPrivateChild(dst: Dst, parent: Address): Access<boolean> {
  const child = yield* allocateEntry(dst);
  if (child === NIL) return false;
  const key = yield read(DstEntry.key(parent));
  const device = yield read(DstEntry.device(parent));
  const neighbour = yield read(DstEntry.neighbour(parent));
  if (neighbour !== NIL) yield atomicAdd(Neighbour.refcount(neighbour), 1);
  yield* initialiseEntry(child, key, FLAG.notHashed);
  yield* connect(child, device, neighbour, NIL);
  yield write(DstEntry.child(parent), child);
  return true;
}

/**
 * Counts first, then allocates; destruction uses the reverse order: the count is never below the number that live. A
 * thread that counts one too many undoes that, and may meanwhile refuse another thread an entry that there is room for.
 */
function* allocateEntry(dst: Dst): Access<Address> {
  const count = yield atomicAddReturn(dst.entryCount, 1);
  if (count <= dst.entriesMax) return yield allocate(dst.entries);
  yield atomicAdd(dst.entryCount, -1);
  return NIL;
}

function* initialiseEntry(entry: Address, key: number, flags: number): Access {
  yield write(DstEntry.obsolete(entry), OBSOLETE.live);
  yield write(DstEntry.next(entry), NIL);
  yield write(DstEntry.hashNext(entry), NIL);
  yield write(DstEntry.key(entry), key);
  yield write(DstEntry.refcount(entry), 1);
  yield write(DstEntry.flags(entry), flags);
  yield write(DstEntry.headerCache(entry), NIL);
}

function* connect(entry: Address, device: Address, neighbour: Address, child: Address): Access {
  const handler = device === NIL ? HANDLER.discard : HANDLER.forward;
  if (device !== NIL) yield atomicAdd(Device.refcount(device), 1);
  yield write(DstEntry.device(entry), device);
  yield write(DstEntry.input(entry), handler);
  yield write(DstEntry.output(entry), handler);
  yield write(DstEntry.neighbour(entry), neighbour);
  yield write(DstEntry.child(entry), child);
}

/**
 * Drops a reference. The entry may be gone at once, so the flag is read first. Linearizes at the decrement.
 */
export function* releaseEntry(dst: Dst, entry: Address): Access {
  const flags = yield read(DstEntry.flags(entry));
  const left = yield atomicAddReturn(DstEntry.refcount(entry), -1);
  if (left !== 0 || (flags & FLAG.notCached) === 0) return;
  yield* discardEntry(dst, entry);
}

/** Gives up an entry that nobody else can reach, whatever its count. */
export function* discardEntry(dst: Dst, entry: Address): Access {
  const child = yield* destroyEntry(dst, entry);
  if (child !== NIL) yield* dst.collector.queueDead(dst, child);
}

/**
 * Exchanges the caller's reference to `entry` for one to its child, and returns the child. NIL, and no change, if it
 * has none. The child cannot be gone: until the release the caller holds the entry, which holds it. Linearizes at the
 * read of the child.
 */
export function* popChild(dst: Dst, entry: Address): Access<Address> {
  const child = yield read(DstEntry.child(entry));
  if (child === NIL) return NIL;
  yield* acquireAlive(DstEntry.refcount(child));
  yield* releaseEntry(dst, entry);
  return child;
}

/**
 * Sends through an entry that the caller holds; returns the device, or NIL if the entry discards.
 *
 * An event that takes the device away has first made the entry discard. So the device is read first: a thread that
 * finds the replacement finds the handler that discards, and nothing is ever sent through loopback by mistake.
 * Linearizes at the read of the handler.
 */
export function* sendThrough(dst: Dst, entry: Address): Access<Address> {
  const device = yield readOnce(DstEntry.device(entry));
  yield smpRmb(); // pairs with the smpWmb in moveToLoopback
  const output = yield readOnce(DstEntry.output(entry));
  if (output === HANDLER.discard) return NIL;
  const neighbour = yield read(DstEntry.neighbour(entry));
  if (neighbour !== NIL) yield* attachHeader(dst, entry, neighbour);
  return device;
}

/** Marks an entry that goes on a garbage list: no lookup finds it any more. It discards if its device is not up. */
export function* markDead(entry: Address): Access {
  const device = yield read(DstEntry.device(entry));
  const state = device === NIL ? DEVICE_STATE.down : yield readOnce(Device.state(device));
  if (state !== DEVICE_STATE.up) yield* makeDiscard(entry);
  yield write(DstEntry.obsolete(entry), OBSOLETE.dead);
}

function* makeDiscard(entry: Address): Access {
  yield writeOnce(DstEntry.input(entry), HANDLER.discard);
  yield writeOnce(DstEntry.output(entry), HANDLER.discard);
}

/** Notifies a dead entry, under the guard of its list, that a device goes down or away; no effect if not its device. */
export function* notifyEntry(entry: Address, device: Address, event: DeviceEvent): Access {
  const own = yield read(DstEntry.device(entry));
  if (own !== device) return;
  if (event === DEVICE_EVENT.down) return yield* makeDiscard(entry);
  const loopback = yield read(Device.loopback(device));
  yield* moveToLoopback(DstEntry.device(entry), device, loopback);
  const neighbour = yield read(DstEntry.neighbour(entry));
  if (neighbour === NIL) return;
  const theirs = yield read(Neighbour.device(neighbour));
  if (theirs === device) yield* moveToLoopback(Neighbour.device(neighbour), device, loopback);
}

function* moveToLoopback(field: Address, device: Address, loopback: Address): Access {
  yield atomicAdd(Device.refcount(loopback), 1);
  yield smpWmb(); // a sender that finds loopback finds the handler that the previous event stored
  yield writeOnce(field, loopback);
  yield atomicAdd(Device.refcount(device), -1);
}

/**
 * Destroys an entry that nobody holds or finds, and with it a private child that it alone held. Returns a private child
 * that others still hold, for the caller to put on a garbage list; else NIL: a child in a bucket is the cache's
 * responsibility.
 */
export function* destroyEntry(dst: Dst, entry: Address): Access<Address> {
  for (let doomed = entry; ;) {
    yield smpRmb();
    const header = yield read(DstEntry.headerCache(doomed));
    if (header !== NIL) yield* releaseHeader(dst, header);
    const neighbour = yield read(DstEntry.neighbour(doomed));
    if (neighbour !== NIL) yield* releaseNeighbour(dst, neighbour);
    const device = yield read(DstEntry.device(doomed));
    if (device !== NIL) yield atomicAdd(Device.refcount(device), -1);
    const child = yield read(DstEntry.child(doomed));
    yield free(dst.entries, doomed);
    yield atomicAdd(dst.entryCount, -1);
    if (child === NIL) return NIL;
    const flags = yield read(DstEntry.flags(child)); // read first: a child in a bucket may be gone at once
    const left = yield atomicAddReturn(DstEntry.refcount(child), -1);
    if ((flags & FLAG.notHashed) === 0) return NIL;
    if (left !== 0) return child;
    doomed = child;
  }
}
