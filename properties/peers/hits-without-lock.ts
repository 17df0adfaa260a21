/**
 * A search for a peer in an unchanging tree takes no lock.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012), inet_getpeer(): "Look up for the address quickly, lockless".
 */
import type { Address } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Peer } from "#impl/peers/layout.ts";
import type { PeerStore } from "#impl/peers/store.ts";
import type { AlonePromise } from "../progress/alone.ts";
import { collectPeers, peerName } from "./peer-tree.ts";

export interface HitsWithoutLock {
  /** Words read only by a search that has failed once. */
  readonly words?: readonly Address[];
  /** A peer with a count of 0 may be on its way out, and is checked under the lock, as before `DEAD` was introduced. */
  readonly heldOnly?: true;
}

export function hitsWithoutLock(
  pool: PeerStore,
  { words = [], heldOnly }: HitsWithoutLock = {},
): AlonePromise<{ readonly kind: string }> {
  const found = new Int32Array(pool.peersMax);
  return {
    property: "hits-without-lock",
    locks: pool.trees.map(({ lock }) => lock),
    words,
    promises(memory) {
      const inTrees = new Set<Address>();
      for (const { root } of pool.trees) {
        const count = collectPeers(memory, pool, wordAt(memory, root), found);
        for (const peer of found.subarray(0, Math.max(0, count)))
          if (heldOnly === undefined || wordAt(memory, Peer.refcount(peer)) > 0) inTrees.add(peer);
      }
      return ({ operation, word, wasSlow }) =>
        operation.kind === "get" && wasSlow && inTrees.has(word)
          ? `${peerName(pool, word)} was there, nobody changed the tree, and the search took the lock`
          : undefined;
    },
  };
}
