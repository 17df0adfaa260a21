/**
 * The list of unused peers, each time its lock is released: a circle that reads the same in both directions, each peer
 * of the slab on it at most once, in the order of their times of last use; and no peer on it is held, as far as callers
 * know.
 *
 * A peer that a thread has just taken, in a call that has not returned, may still be on the list. At the end a peer is
 * on the list exactly if its count is 0 and it is in the tree. No peer on the list is freed. O(peers²) at worst, at
 * each release of the lock.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010), the comment on unused_peers.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { ListedPeer, UnusedList } from "#impl/peers/layout.ts";
import type { ListedPool } from "#impl/peers/listed-pool.ts";
import { peerOfLink } from "#impl/peers/unused-list.ts";
import { Link } from "#impl/sync/list.ts";
import { collectPeers, isPeer, peerName } from "./peer-tree.ts";
import type { PeerHolders } from "./refcount.ts";
import type { Watcher } from "../watcher.ts";

/** The first peer on the list, or the one after `peer`; NIL after the last. Not a peer where the list is torn. */
export function nextUnused(words: Int32Array, { unusedList }: ListedPool, peer: Address): Address {
  const ends = UnusedList.ends(unusedList);
  const link = wordAt(words, Link.next(peer === NIL ? ends : ListedPeer.unused(peer)));
  return link === ends ? NIL : peerOfLink(link);
}

export function unusedListWatcher(pool: ListedPool, holders: PeerHolders): Watcher {
  const ends = UnusedList.ends(pool.unusedList);
  const peers = new Int32Array(pool.peersMax * 2);

  /** Why the list is torn, or undefined. */
  function checkCircle(words: Int32Array): string | undefined {
    let before = ends;
    let last: Address = NIL;
    let length = 0;
    for (let peer = nextUnused(words, pool, NIL); peer !== NIL; peer = nextUnused(words, pool, peer)) {
      if (!isPeer(pool, peer))
        return `the unused list leads to word ${ListedPeer.unused(peer)}, which is no peer's link`;
      if (wordAt(words, Link.previous(ListedPeer.unused(peer))) !== before || ++length > pool.peersMax) {
        return `the unused list is torn at ${peerName(pool, peer)}: the links before and after do not fit together`;
      }
      if (last !== NIL && ((wordAt(words, ListedPeer.dtime(peer)) - wordAt(words, ListedPeer.dtime(last))) | 0) < 0) {
        return (
          `the unused list has ${peerName(pool, peer)}, used last at ${wordAt(words, ListedPeer.dtime(peer))}, ` +
          `after ${peerName(pool, last)}, used last at ${wordAt(words, ListedPeer.dtime(last))}`
        );
      }
      if (holders.countOf(peer) > 0) return `${peerName(pool, peer)} is on the unused list, and somebody holds it`;
      before = ListedPeer.unused(peer);
      last = peer;
    }
    return wordAt(words, Link.previous(ends)) === before
      ? undefined
      : "the unused list is torn at its end: the links before and after do not fit together";
  }

  function isListed(words: Int32Array, wanted: Address): boolean {
    let length = 0;
    for (
      let peer = nextUnused(words, pool, NIL);
      isPeer(pool, peer) && length < pool.peersMax;
      peer = nextUnused(words, pool, peer)
    ) {
      if (peer === wanted) return true;
      length++;
    }
    return false;
  }

  return {
    property: "unused-list",
    unlocked: (words, lock) => (lock === UnusedList.lock(pool.unusedList) ? checkCircle(words) : undefined),
    freed(words, slab, object) {
      if (slab !== pool.peers || !isListed(words, object)) return undefined;
      return `${peerName(pool, object)} is freed, and is on the unused list`;
    },
    ended(words) {
      const count = collectPeers(words, pool, wordAt(words, pool.v4.root), peers);
      let idle = 0;
      for (let i = 0; i < count; i++) {
        const peer = wordAt(peers, i);
        const refcount = wordAt(words, ListedPeer.refcount(peer));
        if (refcount === 0) idle++;
        if (isListed(words, peer) !== (refcount === 0)) {
          return (
            `at the end the refcount of ${peerName(pool, peer)} is ${refcount}, ` +
            `and it is ${refcount === 0 ? "not " : ""}on the unused list`
          );
        }
      }
      for (let peer = nextUnused(words, pool, NIL); isPeer(pool, peer); peer = nextUnused(words, pool, peer)) idle--;
      return idle === 0 ? undefined : `at the end ${-idle} peers on the unused list are in no tree`;
    },
  };
}
