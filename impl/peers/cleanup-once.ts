/**
 * One step of collection: removes the longest idle peer, if it has been idle for long enough.
 *
 * It is taken off the unused list with a reference, and removed from the tree under another lock. In between others may
 * find it: then it stays, and is put back with a fresh time.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010): cleanup_once(), inet_getpeer().
 */
import { type Access, NIL, readOnce } from "../memory/access.ts";
import type { ListedPool } from "./listed-pool.ts";
import { takeLongestIdle } from "./unused-list.ts";

/**
 * Removes the longest idle peer, if it has been idle for `ttl` ticks and no thread comes to use it. False if there was
 * none to try.
 */
export function* cleanupOnce(pool: ListedPool, ttl: number): Access<boolean> {
  const peer = yield* takeLongestIdle(pool, ttl);
  if (peer === NIL) return false;
  yield* pool.unlinkFromPool(peer);
  return true;
}

/**
 * Removes one idle peer, however fresh, if the pool is at its threshold. Holds no lock while it checks: meanwhile
 * others may fill the pool, or make room.
 */
export function* cleanupWhenFull(pool: ListedPool): Access {
  const total = yield readOnce(pool.v4.total);
  if (total >= pool.limits.threshold) yield* cleanupOnce(pool, 0);
}
