/**
 * What the pools of all generations have in common: a slab of peers, a sentinel, and AVL trees of peers. Trees are
 * searched and changed, and checkers look, through this.
 *
 * How readers are kept from a writer's work differs: a reader–writer lock (rwlock-pool.ts), RCU and a second look under
 * the lock (rcu-list-pool.ts), RCU and a sequence lock (lookup.ts). So does who is collected: peers on the list of
 * unused ones (cleanup-once.ts), or those on the path of a search (collect.ts).
 */
import type { AddressFamily, PeerAddress } from "#model/peers/peer-address.ts";
import type { Address, RcuCallback } from "../memory/access.ts";
import type { IdleLimits } from "./limits.ts";

/** One tree. */
export interface PeerTree {
  readonly family: AddressFamily;
  readonly addressWords: number;
  readonly root: Address;
  /** Peers reachable from the root. Written with marked stores: not every generation reads it under the lock. */
  readonly total: Address;
  /** The spinlock, or the word of the reader–writer lock, that the writer holds. */
  readonly lock: Address;
}

export interface StoreLimits extends IdleLimits {
  /** Links a lockless reader follows before it gives up, and slots of a recorded path. */
  readonly linksMax: number;
}

/** Where everything of a pool is. All that changes is in the heap. */
export interface PeerStore {
  readonly limits: StoreLimits;
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
  readonly trees: readonly PeerTree[];
  /** The queue of detached trees, where trees can be detached. */
  readonly gcQueue?: Address;
  /** Where a new peer's identifiers begin; a keyed hash, lest an outsider foretell them: see identifier.ts. */
  readonly firstIdentifier: (address: PeerAddress) => number;
  /** Frees a peer once no reader can be at it. */
  readonly freePeer: RcuCallback;
}
