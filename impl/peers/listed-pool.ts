/**
 * The peer pool of 2010 and its set-up: one tree, a list of unused peers, a periodic timer. The lock of the tree, and
 * how a peer is removed, differ before and after the RCU conversion: rwlock-pool.ts, rcu-list-pool.ts. The common
 * parts: unused-list.ts, cleanup-once.ts, periodic-timer.ts.
 *
 * Memory: the threshold is no cap. A creation that finds the pool at its threshold takes one idle peer, if there is one
 * and it stays unused meanwhile. So a tree holds at most the threshold, or the peers that are in use if they are more,
 * and one for each creation whose collection has not run yet or was overtaken by a user of its peer.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010).
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, type Address, allocate, free, NIL, write } from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { Slab } from "../memory/slab.ts";
import { wordAt } from "../memory/word.ts";
import { type Clock, placeTimedWork } from "../sync/jiffies.ts";
import { Link } from "../sync/list.ts";
import { writeAddress } from "./address.ts";
import { ListedPeer, ListedPeerBase, Sentinel, UnusedList } from "./layout.ts";
import type { ListLimits } from "./list-limits.ts";
import type { PeerStore, PeerTree } from "./store.ts";

/** The addresses of a pool. Frozen: everything that changes is in the heap. */
export interface ListedPool extends PeerStore {
  readonly limits: ListLimits;
  readonly v4: PeerTree;
  readonly unusedList: Address;
  /** The delayed work that stands for the timer. */
  readonly timer: Address;
  /**
   * Removes a peer of which the caller holds the only reference, and which is on no list; gives the reference back if
   * others have taken one.
   */
  readonly unlinkFromPool: (peer: Address) => Access;
}

export interface ListedPoolOptions {
  readonly limits: ListLimits;
  /** Peers that there is memory for: beyond that, allocation fails. */
  readonly peersMax: number;
  readonly firstIdentifier: (address: PeerAddress) => number;
}

/** Removes a peer from a pool. */
export type UnlinkFromPool = (pool: ListedPool, peer: Address) => Access;

/**
 * Places an empty pool that takes its time from `clock`. Its timer is started by periodic-timer.ts.
 *
 * @throws RangeError when the heap is full
 */
export function createListedPool(
  heap: Heap,
  clock: Clock,
  { limits, peersMax, firstIdentifier }: ListedPoolOptions,
  unlinkFromPool: UnlinkFromPool,
): ListedPool {
  const empty = place(heap, Sentinel, "empty");
  heap.words[ListedPeer.left(empty)] = empty;
  heap.words[ListedPeer.right(empty)] = empty;
  const peers = placeSlab(heap, ListedPeer, "peer", peersMax);
  const v4 = placeTree(heap, empty);
  const unusedList = place(heap, UnusedList, "unused");
  heap.words[Link.next(UnusedList.ends(unusedList))] = UnusedList.ends(unusedList);
  heap.words[Link.previous(UnusedList.ends(unusedList))] = UnusedList.ends(unusedList);
  const timer = placeTimedWork(heap, clock, "timer");
  const pool: ListedPool = Object.freeze({
    limits,
    jiffies: clock.jiffies,
    empty,
    peers,
    peersMax,
    firstPeer: wordAt(heap.words, Slab.first(peers)),
    peerStride: wordAt(heap.words, Slab.stride(peers)),
    trees: [v4],
    v4,
    unusedList,
    timer,
    firstIdentifier,
    *freePeer(peer: Address): Access {
      yield free(peers, peer);
    },
    *unlinkFromPool(peer: Address): Access {
      yield* unlinkFromPool(pool, peer);
    },
  });
  return pool;
}

/**
 * A new peer with one reference, not linked in yet, complete but for its link in the unused list; NIL without memory.
 */
export function* createListedPeer(pool: ListedPool, address: PeerAddress): Access<Address> {
  const peer = yield allocate(pool.peers);
  if (peer === NIL) return NIL;
  yield* writeAddress(peer, address);
  yield write(ListedPeer.refcount(peer), 1);
  yield write(ListedPeer.identifier(peer), pool.firstIdentifier(address));
  yield write(ListedPeer.left(peer), pool.empty);
  yield write(ListedPeer.right(peer), pool.empty);
  yield write(ListedPeer.height(peer), 1);
  return peer;
}

function placeTree(heap: Heap, empty: Address): PeerTree {
  const base = place(heap, ListedPeerBase, "peers");
  heap.words[ListedPeerBase.root(base)] = empty;
  return Object.freeze({
    family: "v4",
    addressWords: 1,
    root: ListedPeerBase.root(base),
    total: ListedPeerBase.total(base),
    lock: ListedPeerBase.lock(base),
  });
}
