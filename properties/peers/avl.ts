/**
 * A peer tree that no writer is changing is an AVL tree: in strict order from left to right, heights right, the two
 * sides of every peer within 1 of each other, and `total` peers in it.
 *
 * A strict order leaves no peer reachable twice, and no cycle. Checked when a tree's lock is released. O(peers).
 *
 * Source: Adelson-Velsky and Landis, 1962; Linux net/ipv4/inetpeer.c (2012), peer_avl_rebalance().
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { Peer } from "#impl/peers/layout.ts";
import type { PeerStore, PeerTree } from "#impl/peers/store.ts";
import { wordAt } from "#impl/memory/word.ts";
import { comparePeers, isPeer, peerName, releasesWriter, treeOfLock } from "./peer-tree.ts";
import type { Watcher } from "../watcher.ts";

export function avlWatcher(pool: PeerStore): Watcher {
  let because: string | undefined;
  let reachable = 0;

  /** Height of the subtree, whose peers lie strictly between `low` and `high`; NIL is no limit. */
  function check(words: Int32Array, tree: PeerTree, peer: Address, low: Address, high: Address): number {
    if (peer === pool.empty || because !== undefined) return 0;
    if (!isPeer(pool, peer)) {
      because = `a link of the ${tree.family} tree leads to ${peerName(pool, peer)}, which is no peer`;
      return 0;
    }
    reachable++;
    if (low !== NIL && comparePeers(words, tree, low, peer) >= 0) {
      because =
        `${peerName(pool, peer)} stands after ${peerName(pool, low)} ` +
        `in the ${tree.family} tree, and its address does not`;
      return 0;
    }
    if (high !== NIL && comparePeers(words, tree, peer, high) >= 0) {
      because =
        `${peerName(pool, peer)} stands before ${peerName(pool, high)} ` +
        `in the ${tree.family} tree, and its address does not`;
      return 0;
    }
    const left = check(words, tree, wordAt(words, Peer.left(peer)), low, peer);
    const right = check(words, tree, wordAt(words, Peer.right(peer)), peer, high);
    if (because !== undefined) return 0;
    const height = Math.max(left, right) + 1;
    if (Math.abs(left - right) > 1) {
      because = `${peerName(pool, peer)} is out of balance: its left side is ${left} high, its right side ${right}`;
    } else if (wordAt(words, Peer.height(peer)) !== height) {
      because =
        `${peerName(pool, peer)} has height ${wordAt(words, Peer.height(peer))}, ` +
        `and its subtree is ${height} high`;
    }
    return height;
  }

  function checkTreeOf(words: Int32Array, lock: Address): string | undefined {
    const tree = treeOfLock(pool, lock);
    if (tree === undefined) return undefined;
    because = undefined;
    reachable = 0;
    check(words, tree, wordAt(words, tree.root), NIL, NIL);
    const total = wordAt(words, tree.total);
    if (because === undefined && total !== reachable) {
      because = `the ${tree.family} tree has ${reachable} peers, and its total is ${total}`;
    }
    return because;
  }

  return {
    property: "avl",
    watches: (address) => (treeOfLock(pool, address) === undefined ? undefined : "writes"),
    accessed: (words, { address, before, after }) =>
      releasesWriter(before, after) ? checkTreeOf(words, address) : undefined,
    unlocked: checkTreeOf,
  };
}
