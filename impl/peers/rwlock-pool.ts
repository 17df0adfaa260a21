/**
 * The peer pool of 2010 before the RCU conversion: readers and writers of the tree exclude one another by a
 * reader–writer lock.
 *
 * - A reader takes its reference before it leaves the lock; the holder of the write lock sees every reference that a
 *   reader took.
 * - So a peer whose count is 1 under the write lock is its collector's alone: it is unlinked and freed at once, without
 *   a grace period.
 * - A new peer is created outside the lock; if another thread was faster, it is discarded.
 * - The two locks, the tree's and the unused list's, are never held together.
 *
 * Every packet's lookup writes the lock's cache line twice, and the list's: the reason for the conversion.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010), before commit aa1039e73cc2, "inetpeer: RCU conversion".
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, type Address, free, loadAcquire, NIL, read } from "../memory/access.ts";
import type { Heap } from "../memory/heap.ts";
import type { Clock } from "../sync/jiffies.ts";
import { initialiseLink } from "../sync/list.ts";
import { acquireAlive } from "../sync/refcount.ts";
import { readLock, readUnlock, writeLock, writeUnlock } from "../sync/rwlock.ts";
import { addressOf, compareWithPeer } from "./address.ts";
import { createPath, insertAtPath, lookupLocked, unlinkPeer } from "./avl.ts";
import { cleanupWhenFull } from "./cleanup-once.ts";
import { ListedPeer } from "./layout.ts";
import { createListedPeer, createListedPool, type ListedPool, type ListedPoolOptions } from "./listed-pool.ts";
import { putPeer, unlinkFromUnused } from "./unused-list.ts";

/** Places an empty pool. @throws RangeError when the heap is full */
export function createRwlockPool(heap: Heap, clock: Clock, options: ListedPoolOptions): ListedPool {
  return createListedPool(heap, clock, options, unlinkFromPool);
}

/**
 * Takes a reference to the peer at `address` if the pool has one; NIL if not. Linearizes: a hit at the increment, a
 * miss where it enters the lock.
 */
export function* findPeer(pool: ListedPool, address: PeerAddress): Access<Address> {
  const { v4 } = pool;
  yield* readLock(v4.lock);
  const found = yield* lookupReadLocked(pool, address);
  if (found !== NIL) yield* acquireAlive(ListedPeer.refcount(found));
  yield* readUnlock(v4.lock);
  if (found !== NIL) yield* unlinkFromUnused(pool, found);
  return found;
}

/**
 * Takes a reference to the peer at `address`, and creates the peer if the pool has none; NIL only if memory is used up.
 *
 * Linearizes: a hit at the increment; a creation at the store that links the new peer in; NIL where the search that
 * missed enters the lock.
 */
export function* getPeer(pool: ListedPool, address: PeerAddress): Access<Address> {
  const { v4 } = pool;
  const found = yield* findPeer(pool, address);
  if (found !== NIL) return found;
  const made = yield* createListedPeer(pool, address);
  if (made === NIL) return NIL;

  yield* writeLock(v4.lock);
  const path = createPath(pool);
  const other = yield* lookupLocked(pool, v4, address, path);
  if (other !== pool.empty) {
    yield* acquireAlive(ListedPeer.refcount(other));
    yield* writeUnlock(v4.lock);
    yield* unlinkFromUnused(pool, other);
    yield free(pool.peers, made);
    return other;
  }
  yield* insertAtPath(pool, v4, path, made);
  yield* initialiseLink(ListedPeer.unused(made)); // no lookup finds the peer before the lock is released
  yield* writeUnlock(v4.lock);
  yield* cleanupWhenFull(pool);
  return made;
}

/** The search under the read lock: NIL for a miss. */
function* lookupReadLocked({ empty, v4 }: ListedPool, address: PeerAddress): Access<Address> {
  let peer = yield read(v4.root);
  while (peer !== empty) {
    const order = yield* compareWithPeer(address, peer);
    if (order === 0) return peer;
    peer = yield read(order < 0 ? ListedPeer.left(peer) : ListedPeer.right(peer));
  }
  return NIL;
}

/**
 * Removes and frees a peer that only the caller, a collection, holds; one that others have taken stays. Linearizes at
 * the unlinking.
 */
function* unlinkFromPool(pool: ListedPool, peer: Address): Access {
  const { v4 } = pool;
  yield* writeLock(v4.lock);
  const refcount = yield loadAcquire(ListedPeer.refcount(peer)); // former holders are done with the peer
  const isAlone = refcount === 1;
  if (isAlone) {
    const address = yield* addressOf(v4, peer);
    yield* unlinkPeer(pool, v4, address, peer, createPath(pool));
  }
  yield* writeUnlock(v4.lock);
  if (isAlone) yield free(pool.peers, peer);
  else yield* putPeer(pool, peer);
}
