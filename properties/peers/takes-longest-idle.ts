/**
 * A collection takes the peer that has been idle longest, and only if it has been idle for the ttl that the collection
 * used.
 *
 * A thread decides the ttl where it reads the pool's total: 0 for a creation that reads the threshold or more; for the
 * timer the model's ttl, at least `ttlMinTicks`. It looks where it reads a peer's time of last use and then the clock,
 * under the list's lock, and takes where it raises that peer's count before it releases the lock. By then the total may
 * have changed: the pool allows that.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010), cleanup_once(), peer_check_expire().
 */
import { ACCESS, type Address, NIL } from "#impl/memory/access.ts";
import { mayWrite } from "#impl/memory/access-class.ts";
import { wordAt } from "#impl/memory/word.ts";
import { ListedPeer, UnusedList } from "#impl/peers/layout.ts";
import type { ListedPool } from "#impl/peers/listed-pool.ts";
import { idleTicksMax } from "#model/peers/peers.ts";
import { isPeer, peerIndex, peerName, peerOf } from "./peer-tree.ts";
import { nextUnused } from "./unused-list.ts";
import type { Watcher } from "../watcher.ts";

export interface TakerOptions {
  /** Threads of an execution, RCU callbacks included: their numbers are below this. */
  readonly threadsMax: number;
  /** The thread that runs the timer, -1 if none does. */
  readonly timerThread: number;
}

export function takesLongestIdleWatcher(pool: ListedPool, { threadsMax, timerThread }: TakerOptions): Watcher {
  const { limits, unusedList, jiffies, v4 } = pool;
  /** The total that each thread read last; -1 if none. */
  const totals = new Int32Array(threadsMax);
  // The thread, if any, that holds the list's lock and looks at a peer: one at a time.
  let looker = -1;
  let peer: Address = NIL;
  let released = 0;
  let clock: number | undefined;

  function forget(): void {
    looker = -1;
    peer = NIL;
    clock = undefined;
  }

  function ttlOf(thread: number, total: number): number {
    const ttl = idleTicksMax(total, limits);
    return thread === timerThread ? Math.max(ttl, limits.ttlMinTicks) : ttl;
  }

  function judge(words: Int32Array, thread: number, now: number): string | undefined {
    const name = peerName(pool, peer);
    const total = wordAt(totals, thread);
    if (total === -1) return `${name} is taken by a thread that did not look how full the pool is`;
    if (thread !== timerThread && total < limits.threshold)
      return `${name} is taken by a creation that found ${total} peers, and the threshold is ${limits.threshold}`;
    const idle = (now - released) >>> 0;
    const ttl = ttlOf(thread, total);
    if (idle < ttl) return `${name} is taken when idle for ${idle} ticks, and the ttl is ${ttl}`;
    let length = 0;
    for (
      let other = nextUnused(words, pool, NIL);
      isPeer(pool, other) && length < pool.peersMax;
      other = nextUnused(words, pool, other)
    ) {
      const longer = (now - wordAt(words, ListedPeer.dtime(other))) >>> 0;
      if (longer > idle)
        return `${name} is taken when idle for ${idle} ticks, and ${peerName(pool, other)} has been idle for ${longer}`;
      length++;
    }
    return undefined;
  }

  return {
    property: "takes-longest-idle",
    begin() {
      totals.fill(-1);
      forget();
    },
    watches(address) {
      if (address === jiffies || address === v4.total) return "accesses";
      if (peerIndex(pool, address) === -1) return undefined;
      const holder = peerOf(pool, address);
      return address === ListedPeer.refcount(holder) || address === ListedPeer.dtime(holder) ? "accesses" : undefined;
    },
    accessed(words, { thread, kind, address, before, after }) {
      if (address === v4.total) {
        if (kind === ACCESS.readOnce) totals[thread] = after; // plain reads belong to linking and unlinking
        return undefined;
      }
      if (address === jiffies) {
        if (thread === looker) clock = after;
        return undefined;
      }
      const holder = peerOf(pool, address);
      if (address === ListedPeer.dtime(holder)) {
        if (mayWrite(kind)) return undefined;
        looker = thread;
        peer = holder;
        released = after;
        clock = undefined;
        return undefined;
      }
      if (thread !== looker || holder !== peer || after <= before) return undefined;
      if (clock === undefined)
        return `${peerName(pool, peer)} is taken by a thread that did not look at the clock after its time of last use`;
      return judge(words, thread, clock);
    },
    unlocked(_words, lock) {
      if (lock === UnusedList.lock(unusedList)) forget();
      return undefined;
    },
  };
}
