/**
 * A creation that fills the pool to its threshold, or beyond, collects: it looks at the unused list afterwards, unless
 * it finds that others have made room, and takes a peer if one is on the list. Without this rule, never collecting
 * would be correct.
 *
 * This is what bounds the memory of a pool of 2010. The threshold itself is not a bound: a taken peer may be in use
 * again before it is removed, and then stays.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010), inet_getpeer(), cleanup_once().
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { mayWrite } from "#impl/memory/access-class.ts";
import { ListedPeer, UnusedList } from "#impl/peers/layout.ts";
import type { ListedPool } from "#impl/peers/listed-pool.ts";
import { peerOfLink } from "#impl/peers/unused-list.ts";
import { Link } from "#impl/sync/list.ts";
import { peerIndex, peerName, peerOf } from "./peer-tree.ts";
import type { Watcher } from "../watcher.ts";

/** @param threadsMax threads of an execution, RCU callbacks included: their numbers are below this */
export function collectsWhenFullWatcher(pool: ListedPool, threadsMax: number): Watcher {
  const { limits, unusedList, v4 } = pool;
  const first = Link.next(UnusedList.ends(unusedList));
  /** The total that each thread's creation left; 0 if it need not collect or has collected. */
  const filled = new Int32Array(threadsMax);
  /** The first peer on the list as a collection found it, until the collection takes it. */
  let found: Address = NIL;

  return {
    property: "collects-when-full",
    begin() {
      filled.fill(0);
      found = NIL;
    },
    watches(address) {
      if (address === v4.total || address === first) return "accesses";
      return peerIndex(pool, address) !== -1 && address === ListedPeer.refcount(peerOf(pool, address))
        ? "writes"
        : undefined;
    },
    accessed(_words, { thread, kind, address, before, after }) {
      if (address === v4.total) {
        if (!mayWrite(kind)) {
          if (after < limits.threshold) filled[thread] = 0;
        } else if (after > before && after >= limits.threshold) filled[thread] = after;
        return undefined;
      }
      if (address === first) {
        if (filled[thread] === 0 || mayWrite(kind)) return undefined;
        filled[thread] = 0;
        found = after === UnusedList.ends(unusedList) ? NIL : peerOfLink(after);
        return undefined;
      }
      if (peerOf(pool, address) === found && after > before) found = NIL;
      return undefined;
    },
    unlocked(_words, lock) {
      if (found === NIL || lock !== UnusedList.lock(unusedList)) return undefined;
      return `${peerName(pool, found)} is idle, and a creation that filled the pool leaves it there`;
    },
    ended() {
      const thread = filled.findIndex((total) => total > 0);
      return thread === -1
        ? undefined
        : `a creation left ${filled[thread]} peers, the threshold is ${limits.threshold}, and it did not collect`;
    },
  };
}
