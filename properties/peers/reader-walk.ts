/**
 * The guarantees for a reader without a lock while a writer is active: wherever the reader is, each link leads to the
 * sentinel or to a peer that is not free, and a walk from the root ends within `linksMax` links.
 *
 * Checked at every write of a link. A free peer becomes alive when its links are written without being published, while
 * it is being made; it is free from its `free` on, and the grace-period property prevents an early free. A reader that
 * moves while the tree changes may go further than any single state of the tree allows: its termination is the progress
 * property.
 */
import { ACCESS, type Address, NIL } from "#impl/memory/access.ts";
import { GcQueue, Peer } from "#impl/peers/layout.ts";
import type { PeerStore } from "#impl/peers/store.ts";
import { wordAt } from "#impl/memory/word.ts";
import { isPeer, peerIndex, peerName, peerOf } from "./peer-tree.ts";
import type { Watcher } from "../watcher.ts";

export function readerWalkWatcher(pool: PeerStore): Watcher {
  const { trees, gcQueue } = pool;
  const alive = new Uint8Array(pool.peersMax);

  function isLink(address: Address): boolean {
    if (trees.some(({ root }) => address === root)) return true;
    if (peerIndex(pool, address) === -1) return false;
    const peer = peerOf(pool, address);
    return address === Peer.left(peer) || address === Peer.right(peer);
  }

  function isAlive(peer: Address): boolean {
    return isPeer(pool, peer) && alive[peerIndex(pool, peer)] === 1;
  }

  /** Why a walk from `peer`, with `links` links followed, may go wrong. */
  function walk(words: Int32Array, peer: Address, links: number): string | undefined {
    if (peer === pool.empty) return undefined;
    if (!isAlive(peer)) return `a reader's walk leads to ${peerName(pool, peer)}, which is no live peer`;
    if (links === pool.limits.linksMax)
      return `a reader's walk goes on at ${peerName(pool, peer)} after ${links} links`;
    return (
      walk(words, wordAt(words, Peer.left(peer)), links + 1) ?? walk(words, wordAt(words, Peer.right(peer)), links + 1)
    );
  }

  function revive(words: Int32Array, peer: Address): void {
    if (!isPeer(pool, peer) || alive[peerIndex(pool, peer)] === 1) return;
    alive[peerIndex(pool, peer)] = 1;
    revive(words, wordAt(words, Peer.left(peer)));
    revive(words, wordAt(words, Peer.right(peer)));
  }

  return {
    property: "reader-walk",
    begin(words) {
      alive.fill(0);
      for (const { root } of trees) revive(words, wordAt(words, root));
      if (gcQueue === undefined) return;
      for (let peer = wordAt(words, GcQueue.head(gcQueue)); peer !== NIL; peer = wordAt(words, Peer.gcNext(peer)))
        revive(words, peer);
    },
    watches: (address) => (isLink(address) ? "writes" : undefined),
    accessed(words, { kind, address, after }) {
      const holder = peerIndex(pool, address);
      if (holder !== -1 && kind !== ACCESS.rcuAssignPointer) alive[holder] = 1; // a peer being made, not yet reachable
      if (after !== pool.empty && !isAlive(after)) {
        return `a link is made to ${peerName(pool, after)}, which is no live peer`;
      }
      for (const { root } of trees) {
        const because = walk(words, wordAt(words, root), 0);
        if (because !== undefined) return because;
      }
      return undefined;
    },
    freed(_words, slab, object) {
      if (slab === pool.peers && isPeer(pool, object)) alive[peerIndex(pool, object)] = 0;
      return undefined;
    },
  };
}
