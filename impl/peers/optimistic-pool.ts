/**
 * The pool of 2012 with a search in front that believes nothing until it holds the peer.
 *
 * An ordered load costs twenty times a plain one where the language has nothing between the two (ECMAScript: Unordered
 * and SeqCst), and a search makes two for each peer on its way. So this one descends by unordered loads, as if memory
 * could not change, and then makes sure: it takes a reference, which is ordered, and looks at the address once more.
 * What it is not sure of it leaves to the search in order.
 *
 * Why that is enough, though a link may be seen before what it leads to is:
 *
 *   - Memory. The search runs in a read-side section: what it strays to, by whatever link, was in a tree when the
 *     section began, or was
 *     made since. Links of a peer are cleared a grace period before its memory is used again, so they never lead back
 *     into an earlier tree.
 *   - The reference. A peer's count is `DEAD` from before its memory is given back until everything else about its
 *     successor is
 *     written: a reference is to a peer that lives, and who has it sees the address that it was taken by, or the right
 *     one.
 *   - The answer. Who finds the address has it; it was in the tree at the increment, or the tree was invalidated since
 *     the search began.
 *     Who does not find it knows nothing.
 *
 * So an idle peer is in no reader's way, writers are waited for by nobody who finds what he looks for, and a hit writes
 * one word. unordered.test.ts holds the three orderings against the memory model of the kernel, without what address
 * dependencies give.
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import {
  type Access,
  type Address,
  callRcu,
  NIL,
  type RcuCallback,
  rcuReadLock,
  rcuReadUnlock,
  readUnordered,
  writeUnordered,
} from "../memory/access.ts";
import type { Heap } from "../memory/heap.ts";
import { numberAt } from "../memory/word.ts";
import type { Clock } from "../sync/jiffies.ts";
import { acquireUnlessDead, DEAD, markDead, release } from "../sync/refcount.ts";
import { addressWord, Peer } from "./layout.ts";
import { findPeer as findPeerInOrder, getPeerLocked } from "./lookup.ts";
import { createPeerPool } from "./create-pool.ts";
import type { PeerPool, PeerPoolOptions } from "./pool.ts";
import type { PeerTree } from "./store.ts";

export interface OptimisticPool extends PeerPool {
  /** Gives back the memory of a peer whose links were cleared, once nobody can have seen them otherwise. */
  readonly freeCleared: RcuCallback;
}

/**
 * Places an empty pool that takes its time from `clock`.
 *
 * @throws RangeError when the heap is full
 */
export function createOptimisticPool(heap: Heap, clock: Clock, options: PeerPoolOptions): OptimisticPool {
  const pool = createPeerPool(heap, clock, options);
  const optimistic: OptimisticPool = Object.freeze({
    ...pool,
    freeCleared: pool.freePeer,
    *freePeer(peer: Address): Access {
      yield* clearPeer(optimistic, peer);
      yield callRcu(pool.freePeer, peer);
    },
  });
  return optimistic;
}

/** Before the first peer is made: says of all memory for peers that no peer lives there. */
export function markAllDead({ words }: Heap, { firstPeer, peerStride, peersMax }: PeerPool): void {
  for (let index = 0; index < peersMax; index++) words[Peer.refcount(firstPeer + index * peerStride)] = DEAD;
}

/**
 * Takes a reference to the peer at `address` if the pool has one; NIL if not.
 *
 * Linearizes: a hit at the increment of the reference count, or, if the tree was invalidated since the search began,
 * just before the invalidation; a miss as the search in order does.
 */
export function* findPeer(pool: PeerPool, address: PeerAddress): Access<Address> {
  const found = yield* lookupOptimistically(pool, address);
  if (found !== NIL) return found;
  return yield* findPeerInOrder(pool, address);
}

/**
 * Takes a reference to the peer at `address`, and creates the peer if the pool has none; NIL only if memory is used up,
 * after a collection.
 *
 * Linearizes: a hit as in {@link findPeer}; a creation at the store that links the new peer in; NIL at the failed
 * allocation.
 */
export function* getPeer(pool: PeerPool, address: PeerAddress): Access<Address> {
  const found = yield* lookupOptimistically(pool, address);
  if (found !== NIL) return found;
  return yield* getPeerLocked(pool, address);
}

/** A reference to the peer at `address`; NIL if there is none, or that cannot be said. */
function* lookupOptimistically(pool: PeerPool, address: PeerAddress): Access<Address> {
  yield rcuReadLock();
  const peer = yield* descendOptimistically(pool, address.family === "v4" ? pool.v4 : pool.v6, address);
  const taken = peer !== NIL && (yield* acquireUnlessDead(Peer.refcount(peer)));
  const isRight = taken && (yield* hasAddress(peer, address));
  // Wrong is who saw the peer that was there before: one of another address lives there now.
  if (taken && !isRight) yield* release(Peer.refcount(peer));
  yield rcuReadUnlock();
  return isRight ? peer : NIL;
}

/** What looks like the peer at `address`; NIL if the search ends elsewhere. */
function* descendOptimistically(
  { limits, empty }: PeerPool,
  { root }: PeerTree,
  address: PeerAddress,
): Access<Address> {
  const wanted = firstWord(address);
  let peer = yield readUnordered(root);
  for (let links = 0; links < limits.linksMax && peer !== empty; links++) {
    const theirs = (yield readUnordered(Peer.address(peer))) >>> 0;
    if (theirs === wanted) {
      const order = yield* compareRest(address, peer);
      if (order === 0) return peer;
      peer = yield readUnordered(order < 0 ? Peer.left(peer) : Peer.right(peer));
    } else {
      peer = yield readUnordered(Peer.left(peer) + Number(wanted > theirs)); // the right link is behind the left one
    }
  }
  return NIL;
}

function* hasAddress(peer: Address, address: PeerAddress): Access<boolean> {
  const theirs = (yield readUnordered(Peer.address(peer))) >>> 0;
  return theirs === firstWord(address) && (yield* compareRest(address, peer)) === 0;
}

function firstWord({ words }: PeerAddress): number {
  return numberAt(words, 0) >>> 0;
}

/** The order of two addresses whose first words are equal. */
function* compareRest({ words }: PeerAddress, peer: Address): Access<number> {
  for (let i = 1; i < words.length; i++) {
    const theirs = yield readUnordered(addressWord(peer, i));
    const difference = numberAt(words, i) - (theirs >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Leaves nothing of a peer that nobody can reach any more by which one who strays to it could be led on, or believe
 * that it lives.
 */
function* clearPeer({ empty }: PeerPool, peer: Address): Access {
  yield* markDead(Peer.refcount(peer)); // those that were collected are dead; of a tree that was thrown away they are idle
  yield writeUnordered(Peer.left(peer), empty);
  yield writeUnordered(Peer.right(peer), empty);
}
