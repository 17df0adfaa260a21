/**
 * The table of routes of a domain: longest prefix first, all under the domain's lock.
 *
 * An entry that is being changed (UPDATING) is used by no thread: an lwp waits and looks again; a soft interrupt finds
 * none. An entry is deleted in the order: out of the table, no longer up, caches invalid; then, without
 * the lock, wait for readers, for its holders, for its passive references; then freed. A soft interrupt must not wait,
 * and leaves that to the worker.
 *
 * Source: NetBSD sys/net/route.c: rtalloc1(), rtrequest1(), rt_unref(), rt_free(), rt_update_prepare(),
 * rt_update_finish(); sys/net/radix.c, of which only longest-prefix matching is kept.
 */
import type { RouteAddress, RoutePrefix } from "#model/route-cache/route-address.ts";
import {
  type Access,
  type Address,
  allocate,
  assertHolds,
  awaitEqual,
  free,
  NIL,
  read,
  spinLock,
  spinUnlock,
  storeRelease,
  write,
} from "../memory/access.ts";
import type { Runner } from "../sync/cpu.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { initTarget, psrefDrain, psrefReopen } from "../sync/psref.ts";
import { acquireAlive, release } from "../sync/refcount.ts";
import { dropAddress, holdAddress } from "./address-list.ts";
import { ERROR } from "./errors.ts";
import { invalidateCaches } from "./invalidate.ts";
import { Domain, Entry, ENTRY_FLAG, Sockaddr } from "./layout.ts";
import type { Network } from "./network.ts";
import { duplicateSockaddr, freeSockaddr } from "./sockaddr.ts";
import { waitForReaders } from "./wait-for-readers.ts";

const EVERY_BIT = -1;
const HOST_LENGTH = 8;

export interface NewRoute {
  readonly prefix: RoutePrefix;
  /** The interface's index. */
  readonly interface: number;
  /** `ENTRY_FLAG`s that the caller decides: reject, cloning. */
  readonly flags: number;
  readonly gateway?: RouteAddress;
  /** The interface address that packets along this route come from, by its number. */
  readonly source?: number;
}

/** An error, or the new route's serial number. */
export type AddOutcome = { readonly error: number } | { readonly error: 0; readonly serial: number };

/** Adds a route, and invalidates every cache of the domain. Linearizes at the store to the generation. */
export function* addRoute(network: Network, route: NewRoute): Access<AddOutcome> {
  const domain = network[route.prefix.family];
  const entry = yield* makeEntry(network, route);
  if (typeof entry !== "number") return entry;
  yield spinLock(Domain.lock(domain));
  const serial = yield* insertEntry(domain, entry);
  yield spinUnlock(Domain.lock(domain));
  if (serial !== 0) return { error: 0, serial };
  yield* freeEntry(network, entry);
  return { error: ERROR.exists };
}

/**
 * Deletes the route with this prefix, if there is one (and, if a serial is given, has that serial), and invalidates
 * every cache of the domain; false if there is none. An lwp returns when the entry is freed, so it must hold no
 * reference to it. Linearizes at the store to the generation.
 */
export function* deleteRoute(network: Network, runner: Runner, prefix: RoutePrefix, serial?: number): Access<boolean> {
  const domain = network[prefix.family];
  yield spinLock(Domain.lock(domain));
  const link = yield* linkTo(domain, prefix.address, prefix.length);
  const entry = yield read(link);
  const found = entry === NIL || serial === undefined ? serial : yield read(Entry.serial(entry));
  if (entry === NIL || found !== serial) {
    yield spinUnlock(Domain.lock(domain));
    return false;
  }
  const next = yield read(Entry.next(entry));
  yield write(link, next);
  const flags = yield read(Entry.flags(entry));
  yield storeRelease(Entry.flags(entry), flags & ~ENTRY_FLAG.up);
  yield* invalidateCaches(domain);
  if (runner.inInterrupt) {
    const dead = yield read(Domain.dead(domain));
    yield write(Entry.next(entry), dead);
    yield write(Domain.dead(domain), entry);
  }
  yield spinUnlock(Domain.lock(domain));
  if (runner.inInterrupt) yield* queueDelayedWork(network.deadWork, 0, NIL);
  else yield* disposeOfEntry(network, runner, entry);
  return true;
}

/** The worker's part, the handler of the network's work: disposes of entries that soft interrupts deleted. */
export function* disposeOfDead(network: Network, worker: Runner): Access {
  for (const domain of [network.v4, network.v6]) {
    yield spinLock(Domain.lock(domain));
    let entry = yield read(Domain.dead(domain));
    yield write(Domain.dead(domain), NIL);
    yield spinUnlock(Domain.lock(domain));
    while (entry !== NIL) {
      const next = yield read(Entry.next(entry));
      yield* disposeOfEntry(network, worker, entry);
      entry = next;
    }
  }
}

/**
 * Begins a change: no thread starts to use the entry from here on. Returns the entry, held, or NIL if there is none
 * with this prefix. Waits for another change of the domain to end. Linearizes at the store to the flags.
 */
export function* beginChange(network: Network, runner: Runner, prefix: RoutePrefix): Access<Address> {
  const domain = network[prefix.family];
  yield assertHolds(!runner.inInterrupt, "no soft interrupt changes a route, which waits for its users");
  for (;;) {
    yield spinLock(Domain.lock(domain));
    const updating = yield read(Domain.updating(domain));
    if (updating === NIL) break;
    yield spinUnlock(Domain.lock(domain));
    yield awaitEqual(Domain.updating(domain), EVERY_BIT, NIL);
  }
  const link = yield* linkTo(domain, prefix.address, prefix.length);
  const entry = yield read(link);
  if (entry !== NIL) {
    yield storeRelease(Domain.updating(domain), entry);
    yield* acquireAlive(Entry.refcount(entry));
    const flags = yield read(Entry.flags(entry));
    yield storeRelease(Entry.flags(entry), flags | ENTRY_FLAG.updating);
  }
  yield spinUnlock(Domain.lock(domain));
  return entry;
}

/** Ends a change: once the entry is unused, gives it another interface. Linearizes at the store to the flags. */
export function* endChange(
  network: Network,
  runner: Runner,
  domain: Address,
  entry: Address,
  toInterface: number,
): Access {
  yield* waitForReaders(network, runner);
  yield* waitForUsers(network, runner, entry, 1);
  yield write(Entry.interface(entry), toInterface);
  yield* psrefReopen(Entry.target(entry));
  yield spinLock(Domain.lock(domain));
  const flags = yield read(Entry.flags(entry));
  yield storeRelease(Entry.flags(entry), flags & ~ENTRY_FLAG.updating);
  yield storeRelease(Domain.updating(domain), NIL);
  yield spinUnlock(Domain.lock(domain));
  yield* release(Entry.refcount(entry));
}

/**
 * Finds the route to a destination and takes a counted reference to it; NIL if there is none. Linearizes under the
 * lock.
 */
export function* findRoute(network: Network, runner: Runner, destination: RouteAddress): Access<Address> {
  const domain = network[destination.family];
  const entry = yield* lockAndMatch(domain, runner, destination);
  if (entry !== NIL) yield* acquireAlive(Entry.refcount(entry));
  yield spinUnlock(Domain.lock(domain));
  return entry;
}

/**
 * Drops a counted reference. The entry may be freed at once: nothing of it is touched after the decrement. Linearizes
 * there.
 */
export function* releaseRoute(entry: Address): Access {
  yield* release(Entry.refcount(entry));
}

/**
 * Takes the domain's lock and finds the longest prefix that covers the destination; NIL if there is none. The caller
 * gives the lock back in any case.
 */
export function* lockAndMatch(domain: Address, { inInterrupt }: Runner, destination: RouteAddress): Access<Address> {
  for (;;) {
    yield spinLock(Domain.lock(domain));
    const entry = yield* match(domain, destination.address);
    if (entry === NIL) return NIL;
    const flags = yield read(Entry.flags(entry));
    if ((flags & ENTRY_FLAG.updating) === 0) return entry;
    if (inInterrupt) return NIL;
    yield spinUnlock(Domain.lock(domain));
    yield awaitEqual(Domain.updating(domain), EVERY_BIT, NIL);
  }
}

/**
 * A host route cloned from `entry` for this destination, under the lock; `entry` itself if it does not clone, is the
 * host's own, or memory is used up.
 */
export function* cloneEntry(
  network: Network,
  domain: Address,
  entry: Address,
  destination: RouteAddress,
): Access<Address> {
  const flags = yield read(Entry.flags(entry));
  const length = yield read(Entry.length(entry));
  if ((flags & ENTRY_FLAG.cloning) === 0 || length === HOST_LENGTH) return entry;
  const clone = yield allocate(network.entries);
  if (clone === NIL) return entry;
  const key = yield* duplicateSockaddr(network, destination);
  if (key === NIL) {
    yield free(network.entries, clone);
    return entry;
  }
  const toInterface = yield read(Entry.interface(entry));
  const source = yield read(Entry.source(entry));
  yield* fillEntry(network, clone, {
    key,
    length: HOST_LENGTH,
    gateway: NIL,
    interface: toInterface,
    source,
    flags: ENTRY_FLAG.cloned,
  });
  if (source !== NIL) yield* acquireAlive(source); // the original entry keeps it
  yield* insertEntry(domain, clone);
  return clone;
}

interface EntryContents {
  readonly key: Address;
  readonly length: number;
  readonly gateway: Address;
  readonly interface: number;
  /** The reference count of the interface address. */
  readonly source: Address;
  readonly flags: number;
}

/**
 * An entry complete with everything that belongs to it, not in the table yet; or the error, with nothing left behind.
 */
function* makeEntry(
  network: Network,
  { prefix, interface: toInterface, flags, gateway, source }: NewRoute,
): Access<Address | { readonly error: number }> {
  const entry = yield allocate(network.entries);
  if (entry === NIL) return { error: ERROR.noMemory };
  const key = yield* duplicateSockaddr(network, { family: prefix.family, address: prefix.address, scope: 0 });
  if (key === NIL) {
    yield free(network.entries, entry);
    return { error: ERROR.noMemory };
  }
  const gatewaySockaddr = gateway === undefined ? NIL : yield* duplicateSockaddr(network, gateway);
  if (gateway !== undefined && gatewaySockaddr === NIL) {
    yield* freeSockaddr(network, key);
    yield free(network.entries, entry);
    return { error: ERROR.noMemory };
  }
  const held = source === undefined ? NIL : yield* holdAddress(network, source);
  if (source !== undefined && held === NIL) {
    yield* freeSockaddr(network, key);
    if (gatewaySockaddr !== NIL) yield* freeSockaddr(network, gatewaySockaddr);
    yield free(network.entries, entry);
    return { error: ERROR.addressNotAvailable };
  }
  yield* fillEntry(network, entry, {
    key,
    length: prefix.length,
    gateway: gatewaySockaddr,
    interface: toInterface,
    source: held,
    flags: flags | (gateway === undefined ? 0 : ENTRY_FLAG.gateway),
  });
  return entry;
}

function* fillEntry(network: Network, entry: Address, contents: EntryContents): Access {
  yield write(Entry.key(entry), contents.key);
  yield write(Entry.length(entry), contents.length);
  yield write(Entry.gateway(entry), contents.gateway);
  yield write(Entry.interface(entry), contents.interface);
  yield write(Entry.source(entry), contents.source);
  yield write(Entry.flags(entry), contents.flags | ENTRY_FLAG.up);
  yield write(Entry.refcount(entry), 0);
  yield* initTarget(network.entryClass, Entry.target(entry));
}

/**
 * Puts an entry in its place and invalidates the caches; returns its serial number, 0 if its prefix is taken. Under
 * the lock.
 */
function* insertEntry(domain: Address, entry: Address): Access<number> {
  const key = yield read(Entry.key(entry));
  const address = yield read(Sockaddr.address(key));
  const length = yield read(Entry.length(entry));
  const same = yield* linkTo(domain, address, length);
  const taken = yield read(same);
  if (taken !== NIL) return 0;
  let link = Domain.routes(domain);
  let next = yield read(link);
  while (next !== NIL) {
    const nextLength = yield read(Entry.length(next));
    if (nextLength <= length) break;
    link = Entry.next(next);
    next = yield read(link);
  }
  const serial = (yield read(Domain.serial(domain))) + 1;
  yield write(Domain.serial(domain), serial);
  yield write(Entry.serial(entry), serial);
  yield write(Entry.next(entry), next);
  yield write(link, entry);
  yield* invalidateCaches(domain);
  return serial;
}

/** The link that leads to the entry with exactly this prefix, or to NIL at the table's end. Under the lock. */
function* linkTo(domain: Address, address: number, length: number): Access<Address> {
  let link = Domain.routes(domain);
  for (;;) {
    const entry = yield read(link);
    if (entry === NIL) return link;
    const entryLength = yield read(Entry.length(entry));
    if (entryLength === length) {
      const key = yield read(Entry.key(entry));
      const keyAddress = yield read(Sockaddr.address(key));
      if (keyAddress === address) return link;
    }
    link = Entry.next(entry);
  }
}

/** The entry with the longest prefix that covers the address. Under the lock. */
function* match(domain: Address, address: number): Access<Address> {
  let entry = yield read(Domain.routes(domain));
  while (entry !== NIL) {
    const length = yield read(Entry.length(entry));
    const key = yield read(Entry.key(entry));
    const keyAddress = yield read(Sockaddr.address(key));
    if ((address ^ keyAddress) >> (HOST_LENGTH - length) === 0) return entry;
    entry = yield read(Entry.next(entry));
  }
  return NIL;
}

/** Frees an entry that no lookup finds any more, once no thread is at it. */
function* disposeOfEntry(network: Network, runner: Runner, entry: Address): Access {
  yield* waitForReaders(network, runner);
  yield* waitForUsers(network, runner, entry, 0);
  yield* freeEntry(network, entry);
}

/** Waits until `count` counted references and no passive ones are left. */
function* waitForUsers({ softnetLock, entryClass }: Network, runner: Runner, entry: Address, count: number): Access {
  if (softnetLock !== NIL) return; // its holder is the only user
  yield awaitEqual(Entry.refcount(entry), EVERY_BIT, count);
  yield* psrefDrain(entryClass, runner, Entry.target(entry));
}

/** Frees an entry that no thread can reach, and everything that belongs to it. */
function* freeEntry(network: Network, entry: Address): Access {
  const key = yield read(Entry.key(entry));
  yield* freeSockaddr(network, key);
  const gateway = yield read(Entry.gateway(entry));
  if (gateway !== NIL) yield* freeSockaddr(network, gateway);
  const source = yield read(Entry.source(entry));
  if (source !== NIL) yield* dropAddress(network, source);
  yield free(network.entries, entry);
}
