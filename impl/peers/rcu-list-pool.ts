/**
 * The peer pool of 2010 after the RCU conversion: readers take no lock of the tree; writers exclude one another by a
 * spinlock.
 *
 * - A count of 0 is idle or removed, and a lockless reader cannot distinguish them: it takes only peers in use. It
 *   looks an idle one up again under the lock, as it does anything that it may have missed while a writer was at work:
 *   no miss is trusted.
 * - A peer is removed by the thread that takes the collector's reference, the last, from 1 to 0 by cmpxchg under the
 *   lock: an earlier reader makes that fail, a later one misses. From 0 a count is raised only under the lock,
 *   or the unused list's.
 * - A removed peer is freed after a grace period: readers may still read it.
 * - A new peer is complete, its link in the unused list included, before it can be found: a thread that finds it takes
 *   it off that list.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010), as of commit aa1039e73cc2, "inetpeer: RCU conversion".
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import {
  type Access,
  type Address,
  cmpxchg,
  NIL,
  rcuReadLock,
  rcuReadUnlock,
  spinLock,
  spinUnlock,
} from "../memory/access.ts";
import type { Heap } from "../memory/heap.ts";
import type { Clock } from "../sync/jiffies.ts";
import { acquireUnlessZero } from "../sync/kref.ts";
import { initialiseLink } from "../sync/list.ts";
import { acquireAlive } from "../sync/refcount.ts";
import { addressOf } from "./address.ts";
import { createPath, insertAtPath, lookupLocked, removePeer } from "./avl.ts";
import { cleanupWhenFull } from "./cleanup-once.ts";
import { descendLockless } from "./descend.ts";
import { ListedPeer } from "./layout.ts";
import { createListedPeer, createListedPool, type ListedPool, type ListedPoolOptions } from "./listed-pool.ts";
import { putPeer, unlinkFromUnused } from "./unused-list.ts";

/** Places an empty pool. @throws RangeError when the heap is full */
export function createRcuListPool(heap: Heap, clock: Clock, options: ListedPoolOptions): ListedPool {
  return createListedPool(heap, clock, options, unlinkFromPool);
}

/**
 * Takes a reference to the peer at `address` if the pool has one; NIL if not. Linearizes: a hit at the increment, a
 * miss where it takes the lock.
 */
export function* findPeer(pool: ListedPool, address: PeerAddress): Access<Address> {
  const { v4 } = pool;
  let peer = yield* acquireLockless(pool, address);
  if (peer === NIL) {
    yield spinLock(v4.lock);
    const found = yield* lookupLocked(pool, v4, address, createPath(pool));
    if (found !== pool.empty) {
      yield* acquireAlive(ListedPeer.refcount(found)); // from 0 too: no thread removes it while the lock is held
      peer = found;
    }
    yield spinUnlock(v4.lock);
  }
  if (peer !== NIL) yield* unlinkFromUnused(pool, peer);
  else yield* cleanupWhenFull(pool);
  return peer;
}

/**
 * Takes a reference to the peer at `address`, and creates the peer if the pool has none; NIL only if memory is used up.
 *
 * Linearizes: a hit at the increment; a creation at the store that links the new peer in; NIL at the failed allocation.
 */
export function* getPeer(pool: ListedPool, address: PeerAddress): Access<Address> {
  const { v4 } = pool;
  let peer = yield* acquireLockless(pool, address);
  let isNew = false;
  if (peer === NIL) {
    yield spinLock(v4.lock);
    const path = createPath(pool);
    const found = yield* lookupLocked(pool, v4, address, path);
    if (found !== pool.empty) {
      yield* acquireAlive(ListedPeer.refcount(found));
      peer = found;
    } else {
      isNew = true;
      peer = yield* createListedPeer(pool, address);
      if (peer !== NIL) {
        yield* initialiseLink(ListedPeer.unused(peer));
        yield* insertAtPath(pool, v4, path, peer);
      }
    }
    yield spinUnlock(v4.lock);
  }
  if (isNew) yield* cleanupWhenFull(pool);
  else yield* unlinkFromUnused(pool, peer);
  return peer;
}

/** The search without a lock: takes a reference to a peer in use; NIL for anything else. */
function* acquireLockless(pool: ListedPool, address: PeerAddress): Access<Address> {
  yield rcuReadLock();
  const found = yield* descendLockless(pool, pool.v4, address);
  const taken = found !== NIL && (yield* acquireUnlessZero(ListedPeer.refcount(found)));
  yield rcuReadUnlock();
  return taken ? found : NIL;
}

/** Removes a peer that only the caller, a collection, holds; one taken by others stays. Linearizes at the cmpxchg. */
function* unlinkFromPool(pool: ListedPool, peer: Address): Access {
  const { v4 } = pool;
  yield spinLock(v4.lock);
  const refcount = yield cmpxchg(ListedPeer.refcount(peer), 1, 0);
  const isAlone = refcount === 1;
  if (isAlone) {
    const address = yield* addressOf(v4, peer);
    yield* removePeer(pool, v4, address, peer, createPath(pool));
  }
  yield spinUnlock(v4.lock);
  if (!isAlone) yield* putPeer(pool, peer);
}
