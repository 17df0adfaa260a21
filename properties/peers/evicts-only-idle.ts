/**
 * A peer in a tree is marked dead only by a thread that saw it idle for the ttl: the thread read its refcount as 0,
 * then its time of last use, then the clock, and the two are at least the ttl apart. The order matters: the time read
 * before the count may be older than the last use, and a clock read before the time may lie before it, which wraps to a
 * very long time.
 *
 * The ttl is the model's, for the tree's total at that moment, which the collector's lock keeps constant.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012), inet_peer_gc().
 */
import type { Address } from "#impl/memory/access.ts";
import { Peer } from "#impl/peers/layout.ts";
import type { PeerPool } from "#impl/peers/pool.ts";
import { DEAD } from "#impl/sync/refcount.ts";
import { wordAt } from "#impl/memory/word.ts";
import { idleTicksMax } from "#model/peers/peers.ts";
import { peerIndex, peerName, peerOf, treeOfPeer } from "./peer-tree.ts";
import type { Watcher } from "../watcher.ts";

/** @param threadsMax threads of an execution, RCU callbacks included: their numbers are below this */
export function evictsOnlyIdleWatcher(pool: PeerPool, threadsMax: number): Watcher {
  const { peersMax } = pool;
  // The last read of each thread: when (in accesses seen, 0 for never) and which value.
  const zeroAt = new Int32Array(threadsMax * peersMax);
  const dtimeAt = new Int32Array(threadsMax * peersMax);
  const dtime = new Int32Array(threadsMax * peersMax);
  const clockAt = new Int32Array(threadsMax);
  const clock = new Int32Array(threadsMax);
  let seen = 0;

  return {
    property: "evicts-only-idle",
    begin() {
      zeroAt.fill(0);
      dtimeAt.fill(0);
      clockAt.fill(0);
      seen = 0;
    },
    watches(address) {
      if (address === pool.jiffies) return "accesses";
      if (peerIndex(pool, address) === -1) return undefined;
      const peer = peerOf(pool, address);
      return address === Peer.refcount(peer) || address === Peer.dtime(peer) ? "accesses" : undefined;
    },
    accessed(words, { thread, address, before, after }) {
      seen++;
      if (address === pool.jiffies) {
        clockAt[thread] = seen;
        clock[thread] = after;
        return undefined;
      }
      const peer = peerOf(pool, address);
      const pair = thread * peersMax + peerIndex(pool, address);
      if (address === Peer.dtime(peer)) {
        dtimeAt[pair] = seen;
        dtime[pair] = after;
        return undefined;
      }
      if (before === 0 && after === DEAD) return judge(words, thread, peer, pair);
      if (before === 0 && after === 0) zeroAt[pair] = seen;
      return undefined;
    },
  };

  function judge(words: Int32Array, thread: number, peer: Address, pair: number): string | undefined {
    const tree = treeOfPeer(words, pool, peer);
    if (tree === undefined) return undefined; // its tree was thrown away, so this is not an eviction
    const name = peerName(pool, peer);
    const count = wordAt(zeroAt, pair);
    const time = wordAt(dtimeAt, pair);
    if (count === 0) return `${name} is marked dead by a thread that did not look whether it is idle`;
    if (time < count)
      return `${name} is marked dead by a thread that did not read its time of last use after it saw it idle`;
    if (wordAt(clockAt, thread) < time) return `${name} is marked dead by a clock read before its time of last use`;
    const idle = (wordAt(clock, thread) - wordAt(dtime, pair)) >>> 0;
    const ttl = idleTicksMax(wordAt(words, tree.total), pool.limits);
    return idle >= ttl ? undefined : `${name} is marked dead when idle for ${idle} ticks, and the ttl is ${ttl}`;
  }
}
