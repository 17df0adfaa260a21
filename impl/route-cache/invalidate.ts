/**
 * The chain of live caches of a domain, and their invalidation when a route is added or deleted. All under the domain's
 * lock.
 *
 * A cache is on the chain exactly while it holds an entry. Adding or deleting a route first advances the generation:
 * from that store on every cache filled before is invalid, all at once, for readers that validate without the lock.
 * Then the chain is emptied and each cache loses its entry, so that no cache leads to an entry that is freed once the
 * readers have gone.
 *
 * The chain alone would invalidate caches one after the other; the generation alone would leave pointers to freed
 * entries in caches that are not used again.
 *
 * Source: NetBSD sys/net/route.c: rtcache(), rtflush(), rtflushall() of revision 1.71 (2006); rtcache_invalidate() of
 * 1.166 and 1.229.
 */
import {
  type Access,
  type Address,
  NIL,
  rcuAssignPointer,
  rcuDereferenceProtected,
  read,
  storeRelease,
  write,
  writeOnce,
} from "../memory/access.ts";
import { Cache, Domain } from "./layout.ts";

/** Gives an empty cache an entry that was found under this hold of the lock. */
export function* fillCache(domain: Address, cache: Address, entry: Address): Access {
  const generation = yield read(Domain.generation(domain));
  yield write(Cache.domain(cache), domain);
  yield write(Cache.stamp(cache), generation);
  const first = yield read(Domain.caches(domain));
  yield write(Cache.next(cache), first);
  yield write(Cache.previous(cache), Domain.caches(domain));
  if (first !== NIL) yield write(Cache.previous(first), Cache.next(cache));
  yield write(Domain.caches(domain), cache);
  yield rcuAssignPointer(Cache.entry(cache), entry);
}

/** Takes a cache's entry away, if it still has one. */
export function* emptyCache(cache: Address): Access {
  const entry = yield rcuDereferenceProtected(Cache.entry(cache));
  if (entry === NIL) return;
  const next = yield read(Cache.next(cache));
  const previous = yield read(Cache.previous(cache));
  yield write(previous, next);
  if (next !== NIL) yield write(Cache.previous(next), previous);
  yield writeOnce(Cache.entry(cache), NIL);
}

/**
 * Invalidates every cache of the domain, at the store to the generation, and takes their entries away. O(live
 * caches).
 */
export function* invalidateCaches(domain: Address): Access {
  const generation = yield read(Domain.generation(domain));
  yield storeRelease(Domain.generation(domain), (generation + 1) | 0);
  let cache = yield read(Domain.caches(domain));
  yield write(Domain.caches(domain), NIL);
  while (cache !== NIL) {
    const next = yield read(Cache.next(cache));
    yield storeRelease(Cache.entry(cache), NIL); // the last access: the owner may fill the cache anew, or free it
    cache = next;
  }
}
