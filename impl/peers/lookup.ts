/**
 * Finding a peer and releasing it.
 *
 * A peer in the tree is found without a lock: descend inside a read-side critical section, take a reference unless the
 * peer is dead. A miss proves something only if no writer ran meanwhile, which the tree's sequence shows; otherwise the
 * search is repeated under the lock, where a missing peer is created and the idle ones on its path are collected.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012): lookup_rcu(), inet_getpeer(), inet_putpeer().
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import {
  type Access,
  type Address,
  allocate,
  NIL,
  rcuReadLock,
  rcuReadUnlock,
  readOnce,
  readUnordered,
  storeRelease,
  write,
  writeUnordered,
} from "../memory/access.ts";
import { acquireAlive, acquireUnlessDead, release } from "../sync/refcount.ts";
import { readBegin, readRetry, writeSeqlock, writeSequnlock } from "../sync/seqlock.ts";
import { writeAddress } from "./address.ts";
import { createPath, insertAtPath, lookupLocked } from "./avl.ts";
import { collectPath } from "./collect.ts";
import { descendLockless } from "./descend.ts";
import { Peer } from "./layout.ts";
import { BUCKET_FILL_SECONDS } from "./limits.ts";
import type { PeerPool } from "./pool.ts";
import type { PeerTree } from "./store.ts";

/**
 * Takes a reference to the peer at `address` if the pool has one; NIL if not.
 *
 * Linearizes: a hit at the increment of the reference count, or, if the tree was invalidated since the search began,
 * just before the invalidation; a miss at the search's second read of the sequence, or under the lock.
 */
export function* findPeer(pool: PeerPool, address: PeerAddress): Access<Address> {
  const tree = pool[address.family];
  yield rcuReadLock();
  const begun = yield* readBegin(tree.seqlock);
  const found = yield* lookupLockless(pool, tree, address);
  const invalidated = found === NIL && (yield* readRetry(tree.seqlock, begun));
  yield rcuReadUnlock();
  if (found !== NIL || !invalidated) return found;

  yield* writeSeqlock(tree.seqlock);
  const path = createPath(pool);
  let peer = yield* lookupLocked(pool, tree, address, path);
  if (peer === pool.empty) {
    yield* collectPath(pool, tree, path);
    peer = NIL;
  } else {
    yield* acquireAlive(Peer.refcount(peer));
  }
  yield* writeSequnlock(tree.seqlock);
  return peer;
}

/**
 * Takes a reference to the peer at `address`, and creates the peer if the pool has none; NIL only if memory is used up,
 * after a collection.
 *
 * Linearizes: a hit as in {@link findPeer}; a creation at the store that links the new peer in; NIL at the failed
 * allocation.
 */
export function* getPeer(pool: PeerPool, address: PeerAddress): Access<Address> {
  const tree = pool[address.family];
  yield rcuReadLock();
  yield* readBegin(tree.seqlock);
  const found = yield* lookupLockless(pool, tree, address);
  yield rcuReadUnlock();
  if (found !== NIL) return found;
  return yield* getPeerLocked(pool, address);
}

/** {@link getPeer} for callers that did not find the peer without the lock. */
export function* getPeerLocked(pool: PeerPool, address: PeerAddress): Access<Address> {
  const tree = pool[address.family];
  yield* writeSeqlock(tree.seqlock);
  const path = createPath(pool);
  let peer = yield* lookupLocked(pool, tree, address, path);
  if (peer === pool.empty) {
    const collected = yield* collectPath(pool, tree, path);
    // The path leads through peers that are gone, or are elsewhere now. It is not collected a second time.
    if (collected > 0) yield* lookupLocked(pool, tree, address, path);
    peer = yield* createPeer(pool, address);
    if (peer !== NIL) yield* insertAtPath(pool, tree, path, peer);
  } else {
    yield* acquireAlive(Peer.refcount(peer));
  }
  yield* writeSequnlock(tree.seqlock);
  return peer;
}

/**
 * Gives back a reference; returns the time it noted as the peer's last use. The peer must not be touched afterwards: it
 * is neither freed nor removed here, but other threads may do so at once. Linearizes at the decrement.
 */
export function* putPeer(pool: PeerPool, peer: Address): Access<number> {
  const now = yield readUnordered(pool.jiffies); // no older than this thread's last read of the clock
  yield writeUnordered(Peer.dtime(peer), now);
  yield* release(Peer.refcount(peer)); // its barrier pairs with the collector's: readers of the count see the time
  return now;
}

/**
 * The search without a lock, inside a read-side critical section: takes a reference to the peer it finds, unless it is
 * dead.
 */
function* lookupLockless(pool: PeerPool, tree: PeerTree, address: PeerAddress): Access<Address> {
  const peer = yield* descendLockless(pool, tree, address);
  const taken = peer !== NIL && (yield* acquireUnlessDead(Peer.refcount(peer)));
  return taken ? peer : NIL;
}

/**
 * A new peer with one reference, not linked in yet; NIL if memory is used up. `dtime` is for the first release to
 * write.
 */
function* createPeer(pool: PeerPool, address: PeerAddress): Access<Address> {
  const peer = yield allocate(pool.peers);
  if (peer === NIL) return NIL;
  yield* writeAddress(peer, address);
  yield write(Peer.identifier(peer), pool.firstIdentifier(address));
  const now = yield readOnce(pool.jiffies);
  yield write(Peer.emptySince(peer), (now - BUCKET_FILL_SECONDS * pool.limits.ticksPerSecond) | 0);
  yield writeUnordered(Peer.left(peer), pool.empty);
  yield writeUnordered(Peer.right(peer), pool.empty);
  yield write(Peer.height(peer), 1);
  yield storeRelease(Peer.refcount(peer), 1); // last: a thread that takes a reference sees the rest
  return peer;
}
