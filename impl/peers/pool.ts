/**
 * The peer pool's addresses and its set-up. The operations: lookup.ts, collect.ts, invalidate.ts, identifier.ts,
 * token-bucket.ts.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012).
 */
import type { AddressFamily, PeerAddress } from "#model/peer-address.ts";
import { type Access, type Address, free, type RcuCallback } from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { Slab } from "../memory/slab.ts";
import { wordAt } from "../memory/word.ts";
import { type Clock, placeTimedWork } from "../sync/jiffies.ts";
import type { Seqlock } from "../sync/seqlock.ts";
import { queueDetached } from "./invalidate.ts";
import { GcQueue, Peer, PeerBase } from "./layout.ts";
import type { PeerLimits } from "./limits.ts";

/** One family's tree. */
export interface PeerTree {
  readonly family: AddressFamily;
  readonly addressWords: number;
  readonly root: Address;
  readonly total: Address;
  readonly seqlock: Seqlock;
}

/** Where everything of a pool is. Frozen: all that changes is in the heap. */
export interface PeerPool {
  readonly limits: PeerLimits;
  /** The clock's word. */
  readonly jiffies: Address;
  /** The sentinel that ends every branch. */
  readonly empty: Address;
  /** The slab of peers. */
  readonly peers: Address;
  readonly peersMax: number;
  /** The slab's first peer, and the words from one to the next: for those who check the pool. */
  readonly firstPeer: Address;
  readonly peerStride: number;
  readonly v4: PeerTree;
  readonly v6: PeerTree;
  /** The queue of detached trees, and the work that empties it. */
  readonly gcQueue: Address;
  readonly gcWork: Address;
  /** Where a new peer's identifiers begin. */
  readonly firstIdentifier: (address: PeerAddress) => number;
  /** Frees a peer once no reader can be at it. */
  readonly freePeer: RcuCallback;
  /** Hands the root of a detached tree to the deferred collector once no reader can be in the tree. */
  readonly queueDetached: RcuCallback;
}

export interface PeerPoolOptions {
  readonly limits: PeerLimits;
  /** Peers there is memory for: one more, and allocation fails. */
  readonly peersMax: number;
  /** Where a new peer's identifiers begin; a keyed hash, lest an outsider foretell them: see identifier.ts. */
  readonly firstIdentifier: (address: PeerAddress) => number;
}

/**
 * Places an empty pool that takes its time from `clock`.
 *
 * @throws RangeError when the heap is full
 */
export function createPeerPool(heap: Heap, clock: Clock, { limits, peersMax, firstIdentifier }: PeerPoolOptions): PeerPool {
  const empty = place(heap, Peer, "empty");
  heap.words[Peer.left(empty)] = empty;
  heap.words[Peer.right(empty)] = empty;
  const peers = placeSlab(heap, Peer, "peer", peersMax);
  const gcQueue = place(heap, GcQueue, "gcQueue");
  const gcWork = placeTimedWork(heap, clock, "gcWork");
  const pool: PeerPool = Object.freeze({
    limits,
    jiffies: clock.jiffies,
    empty,
    peers,
    peersMax,
    firstPeer: wordAt(heap.words, Slab.first(peers)),
    peerStride: wordAt(heap.words, Slab.stride(peers)),
    v4: placeTree(heap, "v4", 1, empty),
    v6: placeTree(heap, "v6", 4, empty),
    gcQueue,
    gcWork,
    firstIdentifier,
    *freePeer(peer: Address): Access {
      yield free(peers, peer);
    },
    *queueDetached(root: Address): Access {
      yield* queueDetached(pool, root);
    },
  });
  return pool;
}

function placeTree(heap: Heap, family: AddressFamily, addressWords: number, empty: Address): PeerTree {
  const base = place(heap, PeerBase, family);
  heap.words[PeerBase.root(base)] = empty;
  return Object.freeze({
    family,
    addressWords,
    root: PeerBase.root(base),
    total: PeerBase.total(base),
    seqlock: Object.freeze({ lock: PeerBase.lock(base), sequence: PeerBase.sequence(base) }),
  });
}
