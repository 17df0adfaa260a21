/**
 * The pool of 2012 preceded by a search that trusts nothing until it holds the peer.
 *
 * An ordered load costs twenty times a plain one where the language has nothing between the two (ECMAScript: Unordered
 * and SeqCst), and a search makes two for each peer on its way. So this one descends by unordered loads, as if memory
 * could not change, and then verifies: it takes a reference, which is ordered, and reads the address once more.
 * Anything that it cannot verify is left to the search in order.
 *
 * This suffices, although a link may be seen before the object it leads to:
 *
 *   - Memory. The search runs in a read-side section: every object that it strays to, by whatever link, was in a tree
 *     when the section began, or was created since. Links of a peer are cleared a grace period before its memory is
 *     used again, so they never lead back into an earlier tree.
 *   - The reference. A peer's count is `DEAD` from before its memory is given back until everything else about its
 *     successor has been written: a reference is to a live peer, and its holder sees the address by which it was taken,
 *     or the right one.
 *   - The result. A search that finds the address has the peer; it was in the tree at the increment, or the tree was
 *     invalidated since the search began. A search that does not find it proves nothing.
 *
 * So an idle peer is in no reader's way, a search that finds its peer waits for no writer, and a hit writes
 * one word. unordered.test.ts checks the three orderings against the kernel's memory model without address
 * dependencies.
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
  /** Frees the memory of a peer whose links were cleared, once no thread can have seen the old links. */
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

/** Before the first peer is created: marks all memory for peers as holding no live peer. */
export function markAllDead({ words }: Heap, { firstPeer, peerStride, peersMax }: PeerPool): void {
  for (let index = 0; index < peersMax; index++) words[Peer.refcount(firstPeer + index * peerStride)] = DEAD;
}

/**
 * Takes a reference to the peer at `address` if the pool has one; NIL if not.
 *
 * Linearizes: a hit at the increment of the reference count, or, if the tree was invalidated since the search began,
 * just before the invalidation; a miss like the search in order.
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

/** A reference to the peer at `address`; NIL if there is none, or if that is uncertain. */
function* lookupOptimistically(pool: PeerPool, address: PeerAddress): Access<Address> {
  yield rcuReadLock();
  const peer = yield* descendOptimistically(pool, address.family === "v4" ? pool.v4 : pool.v6, address);
  const taken = peer !== NIL && (yield* acquireUnlessDead(Peer.refcount(peer)));
  const isRight = taken && (yield* hasAddress(peer, address));
  // Mismatch: the search saw the previous peer; one of another address lives there now.
  if (taken && !isRight) yield* release(Peer.refcount(peer));
  yield rcuReadUnlock();
  return isRight ? peer : NIL;
}

/** The apparent peer at `address`; NIL if the search ends elsewhere. */
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
      peer = yield readUnordered(Peer.left(peer) + Number(wanted > theirs)); // the right link follows the left one
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
 * Clears everything in an unreachable peer by which a search that strays to it could be led on, or conclude that it
 * is alive.
 */
function* clearPeer({ empty }: PeerPool, peer: Address): Access {
  yield* markDead(Peer.refcount(peer)); // collected ones are dead; those of a discarded tree are idle
  yield writeUnordered(Peer.left(peer), empty);
  yield writeUnordered(Peer.right(peer), empty);
}
