/**
 * The common part of the pools of all generations: a slab of peers, a sentinel, and AVL trees of peers. Trees are
 * searched, changed and checked through this.
 *
 * How readers are kept from a writer's work differs: a reader–writer lock (rwlock-pool.ts), RCU and a second search
 * under the lock (rcu-list-pool.ts), RCU and a sequence lock (lookup.ts). So does which peers are collected: those on
 * the list of unused ones (cleanup-once.ts), or those on the path of a search (collect.ts).
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

/** The addresses of a pool. Everything that changes is in the heap. */
export interface PeerStore {
  readonly limits: StoreLimits;
  /** The clock's word. */
  readonly jiffies: Address;
  /** The sentinel that ends every branch. */
  readonly empty: Address;
  /** The slab of peers. */
  readonly peers: Address;
  readonly peersMax: number;
  /** The slab's first peer, and the words from one to the next: for code that checks the pool. */
  readonly firstPeer: Address;
  readonly peerStride: number;
  readonly trees: readonly PeerTree[];
  /** The queue of detached trees, if trees can be detached. */
  readonly gcQueue?: Address;
  /** A new peer's first identifier; a keyed hash, so that an outsider cannot predict it: see identifier.ts. */
  readonly firstIdentifier: (address: PeerAddress) => number;
  /** Frees a peer once no reader can be at it. */
  readonly freePeer: RcuCallback;
}
