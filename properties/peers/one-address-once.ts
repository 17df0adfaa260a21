/**
 * No two peers of one tree have the same address. Checked when a tree's lock is released, whatever the tree's order and
 * shape, by comparing every two. O(peers²): for the small trees of scenarios.
 *
 * Two peers of one address may be held at once when an invalidation came between their creations. Only one of them is
 * then in the tree.
 */
import type { Address } from "#impl/memory/access.ts";
import type { PeerStore } from "#impl/peers/store.ts";
import { wordAt } from "#impl/memory/word.ts";
import { collectPeers, comparePeers, peerName, releasesWriter, treeOfLock } from "./peer-tree.ts";
import type { Watcher } from "../watcher.ts";

export function oneAddressOnceWatcher(pool: PeerStore): Watcher {
  const peers = new Int32Array(pool.peersMax * 2);

  function checkTreeOf(words: Int32Array, lock: Address): string | undefined {
    const tree = treeOfLock(pool, lock);
    if (tree === undefined) return undefined;
    // Reader-walk reports an endless tree.
    const count = Math.max(collectPeers(words, pool, wordAt(words, tree.root), peers), 0);
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        const one = wordAt(peers, i);
        const other = wordAt(peers, j);
        if (one !== other && comparePeers(words, tree, one, other) === 0) {
          return (
            `${peerName(pool, one)} and ${peerName(pool, other)} have one address, ` +
            `and both are in the ${tree.family} tree`
          );
        }
      }
    }
    return undefined;
  }

  return {
    property: "one-address-once",
    watches: (address) => (treeOfLock(pool, address) === undefined ? undefined : "writes"),
    accessed: (words, { address, before, after }) =>
      releasesWriter(before, after) ? checkTreeOf(words, address) : undefined,
    unlocked: checkTreeOf,
  };
}
