/** Lays a peer pool out in a heap. */
import type { AddressFamily } from "#model/peers/peer-address.ts";
import { type Access, type Address, free } from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { Slab } from "../memory/slab.ts";
import { wordAt } from "../memory/word.ts";
import { type Clock, placeTimedWork } from "../sync/jiffies.ts";
import { queueDetached } from "./invalidate.ts";
import { GcQueue, Peer, PeerBase, PeerRoot, Sentinel } from "./layout.ts";
import type { PeerPool, PeerPoolOptions, SeqlockedTree } from "./pool.ts";

/**
 * Places an empty pool that takes its time from `clock`.
 *
 * @throws RangeError when the heap is full
 */
export function createPeerPool(
  heap: Heap,
  clock: Clock,
  { limits, peersMax, firstIdentifier }: PeerPoolOptions,
): PeerPool {
  const empty = place(heap, Sentinel, "empty");
  heap.words[Peer.left(empty)] = empty;
  heap.words[Peer.right(empty)] = empty;
  const peers = placeSlab(heap, Peer, "peer", peersMax);
  const v4 = placeTree(heap, "v4", 1, empty);
  const v6 = placeTree(heap, "v6", 4, empty);
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
    trees: [v4, v6],
    v4,
    v6,
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

function placeTree(heap: Heap, family: AddressFamily, addressWords: number, empty: Address): SeqlockedTree {
  const root = PeerRoot.root(place(heap, PeerRoot, family));
  heap.words[root] = empty;
  const base = place(heap, PeerBase, family);
  return Object.freeze({
    family,
    addressWords,
    root,
    total: PeerBase.total(base),
    lock: PeerBase.lock(base),
    seqlock: Object.freeze({ lock: PeerBase.lock(base), sequence: PeerBase.sequence(base) }),
  });
}
