/**
 * Reference counts of peers.
 *
 * - A count is never below DEAD (−1).
 * - A dead peer stays dead: its count is not written again, but by the plain write that makes a new peer of its memory.
 * - A peer is freed only when nobody can hold it: it is dead and in no tree; or it is in no tree, its count is 0, and a
 *   grace period has passed since it was in one, so that the count can only be 0 for ever (the deferred collector's rule; the
 *   grace period itself is the property of that name).
 * - At the end, each peer's count is the number of references that threads hold, and no reference is to a peer that is gone.
 *
 * Source: Linux lib/refcount.c, REFCOUNT_ADD_UAF and REFCOUNT_SUB_UAF; net/ipv4/inetpeer.c (2012).
 */
import { ACCESS, type Address, NIL } from "#impl/memory/access.ts";
import { GcQueue, Peer } from "#impl/peers/layout.ts";
import type { PeerPool } from "#impl/peers/pool.ts";
import { DEAD } from "#impl/sync/refcount.ts";
import { wordAt } from "#impl/memory/word.ts";
import { collectPeers, isPeer, peerIndex, peerName, peerOf } from "./peer-tree.ts";
import type { Watcher } from "./watcher.ts";

/** Who holds what, as those who called the pool see it. */
export interface PeerHolders {
  /** References to the peer that somebody holds. */
  countOf(peer: Address): number;
  /** All references that are held. */
  readonly total: number;
}

export function refcountWatcher(pool: PeerPool, holders: PeerHolders): Watcher {
  const peers = new Int32Array(pool.peersMax * 2);

  /** Compares the counts below `root` with the holders; answers the sum of the holders, or why they differ. */
  function compare(words: Int32Array, root: Address): number | string {
    let sum = 0;
    const count = collectPeers(words, pool, root, peers);
    for (let i = 0; i < count; i++) {
      const peer = wordAt(peers, i);
      const held = holders.countOf(peer);
      const refcount = wordAt(words, Peer.refcount(peer));
      if (refcount !== held) return `at the end the refcount of ${peerName(pool, peer)} is ${refcount}, and ${held} references to it are held`;
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
    watches: (address) => (peerIndex(pool, address) !== -1 && address === Peer.refcount(peerOf(pool, address)) ? "writes" : undefined),
    accessed(_words, { kind, address, before, after }) {
      if (kind === ACCESS.write) return undefined; // the memory's new peer, of whose past nothing counts
      if (after < DEAD) return `the refcount of ${peerName(pool, peerOf(pool, address))} falls from ${before} to ${after}`;
      if (before === DEAD && after !== DEAD) return `the dead ${peerName(pool, peerOf(pool, address))} is taken: its refcount goes from ${before} to ${after}`;
      return undefined;
    },
    freed(words, slab, object) {
      if (slab !== pool.peers || !isPeer(pool, object)) return undefined; // no peer at all is memory safety's concern
      const refcount = wordAt(words, Peer.refcount(object));
      if (refcount !== DEAD && refcount !== 0) return `${peerName(pool, object)} is freed with a refcount of ${refcount}`;
      if (isInTree(words, wordAt(words, pool.v4.root), object) || isInTree(words, wordAt(words, pool.v6.root), object)) {
        return `${peerName(pool, object)} is freed, and is in a tree`;
      }
      return undefined;
    },
    ended(words) {
      let sum = 0;
      let root = wordAt(words, pool.v4.root);
      let queued = wordAt(words, GcQueue.head(pool.gcQueue));
      for (let trees = 0; ; trees++) {
        const found = compare(words, root);
        if (typeof found === "string") return found;
        sum += found;
        if (trees === 0) {
          root = wordAt(words, pool.v6.root);
        } else if (queued === NIL || trees > pool.peersMax) {
          break;
        } else {
          root = queued;
          queued = wordAt(words, Peer.gcNext(queued));
        }
      }
      return sum === holders.total ? undefined : `at the end ${holders.total} references are held, ${holders.total - sum} of them to peers that are gone`;
    },
  };
}
