/**
 * A search that looks at a peer and finds it idle for the ttl tries to collect it: a tree over its threshold, where the
 * ttl is 0, gives up every idle peer that a search visits. Without this rule, evicting nothing at all would be correct.
 *
 * A thread looks at a peer when it reads its refcount as 0, its time of last use and then the clock, under the tree's
 * lock; it tries to collect when it accesses the refcount again before it releases the lock. The ttl is the model's.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012), inet_peer_gc().
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { Peer } from "#impl/peers/layout.ts";
import type { PeerPool } from "#impl/peers/pool.ts";
import { wordAt } from "#impl/memory/word.ts";
import { idleTicksMax } from "#model/peers/peers.ts";
import { peerIndex, peerName, peerOf, treeOfLock, treeOfPeer } from "./peer-tree.ts";
import type { Watcher } from "../watcher.ts";

/** @param threadsMax threads of an execution, RCU callbacks included: their numbers are below this */
export function collectsWhenDueWatcher(pool: PeerPool, threadsMax: number): Watcher {
  /** The peer that each thread looks at, and the time of last use it read. */
  const looksAt = new Int32Array(threadsMax);
  const released = new Int32Array(threadsMax);
  const hasTime = new Uint8Array(threadsMax);
  /** Due peers passed over, by the family of their tree: the peer, its idle time, and the ttl. */
  const due = { v4: NIL as Address, v6: NIL as Address };
  const dueBy = { v4: -1, v6: -1 };
  const idleOf = new Float64Array(pool.peersMax);
  const ttlOf = new Float64Array(pool.peersMax);

  return {
    property: "collects-when-due",
    begin() {
      looksAt.fill(NIL);
      hasTime.fill(0);
      due.v4 = NIL;
      due.v6 = NIL;
    },
    watches(address) {
      if (address === pool.jiffies) return "accesses";
      if (peerIndex(pool, address) === -1) return undefined;
      const peer = peerOf(pool, address);
      return address === Peer.refcount(peer) || address === Peer.dtime(peer) ? "accesses" : undefined;
    },
    accessed(words, { thread, address, before, after }) {
      if (address === pool.jiffies) {
        const peer = wordAt(looksAt, thread);
        if (peer !== NIL && hasTime[thread] === 1) judge(words, thread, peer, after);
        return undefined;
      }
      const peer = peerOf(pool, address);
      if (address === Peer.dtime(peer)) {
        hasTime[thread] = looksAt[thread] === peer ? 1 : 0;
        released[thread] = after;
        return undefined;
      }
      if (due.v4 === peer && dueBy.v4 === thread) due.v4 = NIL;
      if (due.v6 === peer && dueBy.v6 === thread) due.v6 = NIL;
      looksAt[thread] = before === 0 && after === 0 ? peer : NIL;
      hasTime[thread] = 0;
      return undefined;
    },
    unlocked(_words, lock) {
      const tree = treeOfLock(pool, lock);
      if (tree === undefined) return undefined;
      const peer = due[tree.family];
      if (peer === NIL) return undefined;
      const index = peerIndex(pool, peer);
      return (
        `${peerName(pool, peer)} is passed over by a search: ` +
        `it was idle for ${idleOf[index]} ticks, and the ttl was ${ttlOf[index]}`
      );
    },
  };

  /** A peer that is due stays noted until the thread accesses its refcount again, or the lock is released. */
  function judge(words: Int32Array, thread: number, peer: Address, now: number): void {
    looksAt[thread] = NIL;
    const tree = treeOfPeer(words, pool, peer);
    if (tree === undefined) return;
    const idle = (now - wordAt(released, thread)) >>> 0;
    const ttl = idleTicksMax(wordAt(words, tree.total), pool.limits);
    if (idle < ttl || due[tree.family] !== NIL) return;
    due[tree.family] = peer;
    dueBy[tree.family] = thread;
    idleOf[peerIndex(pool, peer)] = idle;
    ttlOf[peerIndex(pool, peer)] = ttl;
  }
}
