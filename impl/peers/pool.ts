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

/** One family's tree, with the lock that keeps writers apart and tells readers of them. */
export interface SeqlockedTree extends PeerTree {
  readonly seqlock: Seqlock;
}

/** Where everything of a pool is. Frozen: all that changes is in the heap. */
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
  /** Peers there is memory for: one more, and allocation fails. */
  readonly peersMax: number;
  /** Where a new peer's identifiers begin; a keyed hash, lest an outsider foretell them: see identifier.ts. */
  readonly firstIdentifier: (address: PeerAddress) => number;
}
