/**
 * The route cache: remembers the route to one destination, and checks without a lock whether it is still valid.
 *
 * A cache belongs to its owner, who lets one thread use it at a time. The entry that an operation returns is kept by
 * the cache's one passive reference until `unrefRoute`, so nothing may be obtained through a cache whose entry is in
 * use. A user of a cache must expect its entry to be gone at any call, and its destination after a `setDestination`
 * that failed.
 *
 * A hit takes no lock of the domain and writes no word that another CPU writes: inside a section, read the entry, its
 * flags, the generation. The flags come before the generation, which is where a hit linearizes: an entry that is not
 * being changed inside this section cannot have been changed at its end.
 *
 * Source: NetBSD sys/net/route.c: rtcache_setdst(), rtcache_init(), rtcache_copy(), rtcache_validate(),
 * rtcache_lookup2(), rtcache_clear(), rtcache_free(), rtcache_unref(), rtcache_update(); revisions 1.71 (2006), 1.166
 * (2016), 1.229 (2020).
 */
import { isSameDestination } from "./destination.ts";
import type { RouteAddress } from "#model/route-cache/route-address.ts";
import {
  type Access,
  type Address,
  assertHolds,
  awaitEqual,
  loadAcquire,
  NIL,
  rcuDereference,
  rcuDereferenceProtected,
  read,
  spinLock,
  spinUnlock,
  write,
} from "../memory/access.ts";
import { bind, type Runner, unbind } from "../sync/cpu.ts";
import { psrefAcquire, psrefRelease } from "../sync/psref.ts";
import { pserializeReadEnter, pserializeReadExit } from "../sync/pserialize.ts";
import { ERROR } from "./errors.ts";
import { emptyCache, fillCache } from "./invalidate.ts";
import { Cache, Domain, Entry, ENTRY_FLAG } from "./layout.ts";
import type { Network } from "./network.ts";
import { copySockaddr, duplicateSockaddr, freeSockaddr, readSockaddr } from "./sockaddr.ts";
import { cloneEntry, lockAndMatch } from "./table.ts";

const EVERY_BIT = -1;

/**
 * Gives the cache a destination; returns an error, after which the cache has none. The route to the previous
 * destination is forgotten first: a cache never pairs a destination with the route to another.
 */
export function* setDestination(network: Network, cache: Address, destination: RouteAddress): Access<number> {
  const present = yield* getDestination(cache);
  if (present?.family === destination.family) {
    yield* clearCache(cache);
    const storage = yield read(Cache.destination(cache));
    yield* copySockaddr(storage, destination);
    return 0;
  }
  yield* freeCache(network, cache);
  const sockaddr = yield* duplicateSockaddr(network, destination);
  yield write(Cache.destination(cache), sockaddr);
  return sockaddr === NIL ? ERROR.noMemory : 0;
}

/** The cache's destination, or undefined if it has none. */
export function* getDestination(cache: Address): Access<RouteAddress | undefined> {
  const sockaddr = yield read(Cache.destination(cache));
  return sockaddr === NIL ? undefined : yield* readSockaddr(sockaddr);
}

/**
 * Looks the route to the cache's destination up, cloning a cloning route, and remembers it; returns its entry,
 * referenced, or NIL. The cache holds no entry before. The entry is found and the cache put on the chain under one hold
 * of the lock, so no route can be added in between. Linearizes there.
 */
export function* initCache(network: Network, runner: Runner, cache: Address): Access<Address> {
  return yield* fillFromTable(network, runner, cache, true);
}

/** {@link initCache}, without cloning. */
export function* initCacheNoClone(network: Network, runner: Runner, cache: Address): Access<Address> {
  return yield* fillFromTable(network, runner, cache, false);
}

function* fillFromTable(network: Network, runner: Runner, cache: Address, clones: boolean): Access<Address> {
  const present = yield loadAcquire(Cache.entry(cache));
  yield assertHolds(present === NIL, "a cache holds no entry when it is filled");
  const destination = yield* getDestination(cache);
  if (destination === undefined) return NIL;
  const domain = network[destination.family];
  let entry = yield* lockAndMatch(domain, runner, destination);
  if (entry !== NIL) {
    if (clones) entry = yield* cloneEntry(network, domain, entry, destination);
    yield* fillCache(domain, cache, entry);
    yield* bind(runner.lwp);
    yield* psrefAcquire(network.entryClass, runner, Cache.psref(cache), Entry.target(entry));
  }
  yield spinUnlock(Domain.lock(domain));
  return entry;
}

/**
 * The cache's entry, referenced, if it still is the route to the destination; NIL if not. Looks nothing up. An lwp
 * waits while the entry is being changed; a soft interrupt gets NIL. Linearizes: a hit at the read of the
 * generation; NIL at the read that finds the entry invalid.
 */
export function* validateCache({ entryClass }: Network, runner: Runner, cache: Address): Access<Address> {
  for (;;) {
    yield* pserializeReadEnter();
    const entry = yield rcuDereference(Cache.entry(cache));
    if (entry === NIL) {
      yield* pserializeReadExit();
      return NIL;
    }
    const domain = yield read(Cache.domain(cache));
    const flags = yield loadAcquire(Entry.flags(entry));
    if ((flags & ENTRY_FLAG.updating) === 0) {
      const stamp = yield read(Cache.stamp(cache));
      const generation = yield loadAcquire(Domain.generation(domain));
      const isValid = generation === stamp;
      if (isValid) {
        yield* bind(runner.lwp);
        yield* psrefAcquire(entryClass, runner, Cache.psref(cache), Entry.target(entry));
      }
      yield* pserializeReadExit();
      return isValid ? entry : NIL;
    }
    yield* pserializeReadExit();
    if (runner.inInterrupt) return NIL;
    yield awaitEqual(Domain.updating(domain), EVERY_BIT, NIL); // outside the section: after it, the entry may be gone
  }
}

/** The cache's entry if it is still valid, else the one that is now, referenced; NIL if there is no route. */
export function* checkCache(network: Network, runner: Runner, cache: Address): Access<Address> {
  const valid = yield* validateCache(network, runner, cache);
  if (valid !== NIL) return valid;
  return yield* updateCache(network, runner, cache);
}

/** Forgets the entry and looks the destination up again. */
export function* updateCache(network: Network, runner: Runner, cache: Address): Access<Address> {
  yield* clearCache(cache);
  return yield* initCache(network, runner, cache);
}

/** The entry that a lookup found, and whether the cache held it. */
export interface LookupOutcome {
  readonly entry: Address;
  readonly isHit: boolean;
}

/** The route to a destination, through the cache: the entry, referenced, or NIL. */
export function* lookupCache(
  network: Network,
  runner: Runner,
  cache: Address,
  destination: RouteAddress,
): Access<LookupOutcome> {
  const present = yield* getDestination(cache);
  if (present !== undefined && isSameDestination(present, destination)) {
    const valid = yield* validateCache(network, runner, cache);
    if (valid !== NIL) return { entry: valid, isHit: true };
    yield* clearCache(cache);
  } else {
    const error = yield* setDestination(network, cache, destination);
    if (error !== 0) return { entry: NIL, isHit: false };
  }
  const entry = yield* initCache(network, runner, cache);
  return { entry, isHit: false };
}

/**
 * Makes `to` a copy of `from`, entry included if it is still valid; without memory, `to` is left without destination.
 * The stamp is copied with the entry, under the lock: a copy is never valid for longer than its original.
 * Linearizes under the lock.
 */
export function* copyCache(network: Network, to: Address, from: Address): Access {
  yield assertHolds(to !== from, "a cache is copied to another");
  const destination = yield* getDestination(from);
  if (destination === undefined) return yield* freeCache(network, to);
  const error = yield* setDestination(network, to, destination);
  if (error !== 0) return;
  const domain = network[destination.family];
  yield spinLock(Domain.lock(domain));
  const entry = yield rcuDereferenceProtected(Cache.entry(from)); // if any, valid while the lock is held
  if (entry !== NIL) yield* fillCache(domain, to, entry);
  yield spinUnlock(Domain.lock(domain));
}

/**
 * Moves the contents of `from` to `to`, which takes its place on the chain; `from` is left empty. For owners that move
 * in memory: otherwise the chain would still lead to the old place. No entry may be in use through `from`, whose record
 * stays where it is. Linearizes under the lock.
 */
export function* moveCache(network: Network, to: Address, from: Address): Access {
  yield assertHolds(to !== from, "a cache is moved to another");
  yield* freeCache(network, to);
  const destination = yield* getDestination(from);
  if (destination === undefined) return;
  const domain = network[destination.family];
  const sockaddr = yield read(Cache.destination(from));
  yield write(Cache.destination(to), sockaddr);
  yield spinLock(Domain.lock(domain));
  const entry = yield rcuDereferenceProtected(Cache.entry(from));
  if (entry !== NIL) {
    yield* emptyCache(from);
    yield* fillCache(domain, to, entry);
  }
  yield spinUnlock(Domain.lock(domain));
  yield write(Cache.destination(from), NIL);
}

/** Forgets the entry and keeps the destination. Current users of the entry keep it. */
export function* clearCache(cache: Address): Access {
  const entry = yield loadAcquire(Cache.entry(cache)); // pairs with the release of the invalidation, its last access
  if (entry === NIL) return;
  const domain = yield read(Cache.domain(cache));
  yield spinLock(Domain.lock(domain));
  yield* emptyCache(cache);
  yield spinUnlock(Domain.lock(domain));
}

/** Forgets everything. */
export function* freeCache(network: Network, cache: Address): Access {
  yield* clearCache(cache);
  const sockaddr = yield read(Cache.destination(cache));
  if (sockaddr === NIL) return;
  yield write(Cache.destination(cache), NIL);
  yield* freeSockaddr(network, sockaddr);
}

/**
 * Drops the reference to an entry that was obtained through the cache; no effect on NIL. The entry may be gone at once.
 */
export function* unrefRoute({ entryClass }: Network, runner: Runner, cache: Address, entry: Address): Access {
  if (entry === NIL) return;
  yield* psrefRelease(entryClass, runner, Cache.psref(cache), Entry.target(entry));
  yield* unbind(runner.lwp);
}
