/**
 * Collectors that run later take everything they could have taken: the deferred collector takes every unreferenced peer
 * of a detached tree at its first run; the timer, every peer that has been idle for the ttl.
 *
 * Checked between the operations of a sequential run, where a collector's run is over before the next operation begins.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012), inetpeer_gc_worker(); (2010), peer_check_expire().
 */
import type { Address } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { ListedPeer, Peer, UnusedList } from "#impl/peers/layout.ts";
import type { ListedPool } from "#impl/peers/listed-pool.ts";
import type { PeerPool } from "#impl/peers/pool.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { peerOfLink } from "#impl/peers/unused-list.ts";
import { Link } from "#impl/sync/list.ts";
import { hasReached } from "#impl/sync/ticks.ts";
import { idleTicksMax } from "#model/peers/peers.ts";
import type { Watcher } from "../watcher.ts";
import { detachedPeers, peerName } from "./peer-tree.ts";
import { chainOf } from "../chain.ts";

export function collectsDetachedWatcher(pool: PeerPool): Watcher {
  /** When each peer was first seen detached, with a count of 0. */
  const unheldSince = new Map<Address, number>();
  return {
    property: "collects-in-time",
    begin: () => unheldSince.clear(),
    rested(words) {
      const now = wordAt(words, pool.jiffies);
      const unheld = new Set(detachedPeers(words, pool).filter((peer) => wordAt(words, Peer.refcount(peer)) === 0));
      for (const peer of unheldSince.keys()) if (!unheld.has(peer)) unheldSince.delete(peer);
      for (const peer of unheld) {
        const since = unheldSince.get(peer);
        if (since === undefined) unheldSince.set(peer, now);
        else if (hasReached(now, (since + pool.limits.gcDelayTicks) | 0))
          return (
            `nobody has held ${peerName(pool, peer)} since ${since}, ` +
            `its tree was thrown away, and at ${now} it is still there`
          );
      }
      return undefined;
    },
  };
}

export function timerTakesExpiredWatcher(pool: ListedPool): Watcher {
  const state = DelayedWork.state(pool.timer);
  let lastRun: { readonly at: number; readonly ttl: number } | undefined;
  return {
    property: "collects-in-time",
    begin() {
      lastRun = undefined;
    },
    watches: (address) => (address === state ? "writes" : undefined),
    accessed(words, { before, after }) {
      if (before !== WORK_STATE.queued || after !== WORK_STATE.idle) return undefined;
      const { limits } = pool;
      const total = wordAt(words, pool.v4.total);
      const ttl = total >= limits.threshold ? limits.ttlMinTicks : idleTicksMax(total, limits);
      lastRun = { at: wordAt(words, pool.jiffies), ttl };
      return undefined;
    },
    rested(words) {
      if (lastRun === undefined) return undefined;
      const { at, ttl } = lastRun;
      lastRun = undefined;
      const ends = UnusedList.ends(pool.unusedList);
      for (const peer of chainOf(words, Link.next(ends), Link.next, ends).map(peerOfLink)) {
        const idle = (at - wordAt(words, ListedPeer.dtime(peer))) | 0;
        if (idle >= ttl)
          return (
            `the timer ran at ${at} and left ${peerName(pool, peer)}, ` +
            `idle for ${idle} ticks, where the ttl was ${ttl}`
          );
      }
      return undefined;
    },
  };
}
