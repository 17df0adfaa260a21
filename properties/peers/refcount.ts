/**
 * Reference counts of peers.
 *
 * - A count is never below its minimum: DEAD (−1) in 2012, 0 before.
 * - A dead peer stays dead: its count is not written again, except by the store that makes a new peer in its memory. In
 *   2012 a count of DEAD marks a dead peer. After the RCU conversion of 2010 the mark is the cmpxchg that takes the
 *   last reference, made only by the thread that removes the peer; the count is 0 from then on, like that of an idle
 *   peer. Before the conversion a peer dies when it is freed.
 * - A peer is freed only when nobody can hold it. In 2012: it is dead and in no tree; or it is in no tree, its count is
 *   0, and a grace period has passed since it was in one, so that the count stays 0 for ever (the deferred collector's
 *   rule; the grace-period property checks the grace period itself). After the conversion of 2010: its count is 0, and
 *   it is in no tree. Before: the only reference belongs to its collector, or to the thread that made it and lost the
 *   race to insert it; and it is in no tree.
 * - At the end, each peer's count is the number of references that threads hold, and no reference is to a peer that no
 *   longer exists.
 *
 * Source: Linux lib/refcount.c, REFCOUNT_ADD_UAF and REFCOUNT_SUB_UAF; net/ipv4/inetpeer.c (2010 and 2012).
 */
import { ACCESS, type Address, NIL } from "#impl/memory/access.ts";
import { GcQueue, Peer } from "#impl/peers/layout.ts";
import type { PeerStore } from "#impl/peers/store.ts";
import { DEAD } from "#impl/sync/refcount.ts";
import { wordAt } from "#impl/memory/word.ts";
import { collectPeers, isPeer, peerIndex, peerName, peerOf } from "./peer-tree.ts";
import type { Watcher } from "../watcher.ts";

/** The references held, as the callers of the pool see them. */
export interface PeerHolders {
  /** References held to the peer. */
  countOf(peer: Address): number;
  /** All references that are held. */
  readonly total: number;
}

/** A pool's counting rules. */
export interface RefcountConvention {
  readonly least: number;
  /** The counts with which a peer may be freed. */
  readonly freedWith: readonly number[];
  /** Is a peer dead once a cmpxchg has taken its count from 1 to 0? */
  readonly diesByCmpxchg: boolean;
}

/** 2012: 0 is idle, −1 is dead. */
const DEAD_IS_MARKED: RefcountConvention = { least: DEAD, freedWith: [DEAD, 0], diesByCmpxchg: false };

/** 2010, after the RCU conversion: 0 is idle or dead. */
export const DEAD_IS_ZERO: RefcountConvention = { least: 0, freedWith: [0], diesByCmpxchg: true };

/** 2010, before the RCU conversion: 0 is idle, and the thread that frees a peer holds it. */
export const FREED_BY_HOLDER: RefcountConvention = { least: 0, freedWith: [1], diesByCmpxchg: false };

export function refcountWatcher(
  pool: PeerStore,
  holders: PeerHolders,
  convention: RefcountConvention = DEAD_IS_MARKED,
): Watcher {
  const { trees, gcQueue } = pool;
  const { least, freedWith, diesByCmpxchg } = convention;
  const peers = new Int32Array(pool.peersMax * 2);
  /** Peers whose last reference a cmpxchg took. */
  const removed = new Uint8Array(pool.peersMax);

  /** Compares the counts below `root` with the holders; returns the sum of the holders, or why they differ. */
  function compare(words: Int32Array, root: Address): number | string {
    let sum = 0;
    const count = collectPeers(words, pool, root, peers);
    for (let i = 0; i < count; i++) {
      const peer = wordAt(peers, i);
      const held = holders.countOf(peer);
      const refcount = wordAt(words, Peer.refcount(peer));
      if (refcount !== held)
        return (
          `at the end the refcount of ${peerName(pool, peer)} is ${refcount}, ` +
          `and ${held} references to it are held`
        );
      sum += held;
    }
    return sum;
  }

  function isInTree(words: Int32Array, root: Address, peer: Address): boolean {
    const count = collectPeers(words, pool, root, peers);
    for (let i = 0; i < count; i++) if (peers[i] === peer) return true;
    return false;
  }

  return {
    property: "refcount",
    begin() {
      removed.fill(0);
    },
    watches: (address) =>
      peerIndex(pool, address) !== -1 && address === Peer.refcount(peerOf(pool, address)) ? "writes" : undefined,
    accessed(_words, { kind, address, before, after }) {
      const index = peerIndex(pool, address);
      if (kind === ACCESS.write || kind === ACCESS.storeRelease) {
        removed[index] = 0; // a new peer in this memory: its past does not count
        return undefined;
      }
      if (after < least)
        return `the refcount of ${peerName(pool, peerOf(pool, address))} falls from ${before} to ${after}`;
      const wasDead = before === DEAD || removed[index] === 1;
      if (wasDead && after !== before)
        return (
          `the dead ${peerName(pool, peerOf(pool, address))} is taken: ` +
          `its refcount goes from ${before} to ${after}`
        );
      if (diesByCmpxchg && kind === ACCESS.cmpxchg && before === 1 && after === 0) removed[index] = 1;
      return undefined;
    },
    freed(words, slab, object) {
      if (slab !== pool.peers || !isPeer(pool, object)) return undefined; // memory-safety reports it
      const refcount = wordAt(words, Peer.refcount(object));
      if (!freedWith.includes(refcount)) return `${peerName(pool, object)} is freed with a refcount of ${refcount}`;
      for (const { root } of trees) {
        if (isInTree(words, wordAt(words, root), object)) return `${peerName(pool, object)} is freed, and is in a tree`;
      }
      return undefined;
    },
    ended(words) {
      let sum = 0;
      for (const { root } of trees) {
        const found = compare(words, wordAt(words, root));
        if (typeof found === "string") return found;
        sum += found;
      }
      let queued = gcQueue === undefined ? NIL : wordAt(words, GcQueue.head(gcQueue));
      for (let detached = 0; queued !== NIL && detached < pool.peersMax; detached++) {
        const found = compare(words, queued);
        if (typeof found === "string") return found;
        sum += found;
        queued = wordAt(words, Peer.gcNext(queued));
      }
      return sum === holders.total
        ? undefined
        : `at the end ${holders.total} references are held, ${holders.total - sum} of them to peers that are gone`;
    },
  };
}
