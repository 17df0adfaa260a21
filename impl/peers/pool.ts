/**
 * The peer pool's addresses; create-pool.ts lays them out. The operations: lookup.ts, collect.ts, invalidate.ts,
 * identifier.ts, token-bucket.ts.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012).
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import type { Address, RcuCallback } from "../memory/access.ts";
import type { Seqlock } from "../sync/seqlock.ts";
import type { PeerLimits } from "./limits.ts";
import type { PeerStore, PeerTree } from "./store.ts";

/** One family's tree, with the lock that excludes writers and announces them to readers. */
export interface SeqlockedTree extends PeerTree {
  readonly seqlock: Seqlock;
}

/** The addresses of a pool. Frozen: everything that changes is in the heap. */
export interface PeerPool extends PeerStore {
  readonly limits: PeerLimits;
  readonly v4: SeqlockedTree;
  readonly v6: SeqlockedTree;
  /** The queue of detached trees, and the work that empties it. */
  readonly gcQueue: Address;
  readonly gcWork: Address;
  /** Hands the root of a detached tree to the deferred collector once no reader can be in the tree. */
  readonly queueDetached: RcuCallback;
}

export interface PeerPoolOptions {
  readonly limits: PeerLimits;
  /** Peers that there is memory for: beyond that, allocation fails. */
  readonly peersMax: number;
  /** A new peer's first identifier; a keyed hash, so that an outsider cannot predict it: see identifier.ts. */
  readonly firstIdentifier: (address: PeerAddress) => number;
}
