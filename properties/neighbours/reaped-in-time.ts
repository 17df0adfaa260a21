/**
 * The table is bounded by use: a neighbour unused for three intervals is no longer in it. So it holds at most one
 * neighbour for each address used within the last three intervals, and none that only dropped packets for that long.
 *
 * Checked at the end, when the reaper has done all scheduled work. Its last run then lies less than one interval back.
 * Not checked when the clock moved during that run, or reached the time of the next run before it was scheduled: the
 * next run is then late, as the clock of scenarios moves in long steps. The last use is the response of the last
 * operation that used the address, or the start if there is none.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6), __ipoib_reap_neigh(); "IPoIB: Don't update neigh
 * validity for unresolved entries" (2016).
 */
import { NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Device, Neighbour } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { CancellableWork } from "#impl/sync/cancellable-work.ts";
import { WORK_STATE } from "#impl/sync/delayed-work.ts";
import { hasReached } from "#impl/sync/ticks.ts";
import type { HardwareAddress } from "#model/neighbours/hardware-address.ts";
import { ADDRESS_WORDS, collectTable, isDeviceUp, neighbourName, tableOf } from "./neighbour-words.ts";
import type { Watcher } from "../watcher.ts";

export interface ReapedInTimeWatcher extends Watcher {
  /** Records that an operation that used the neighbour at this address has responded. */
  used(address: HardwareAddress): void;
}

/** @param reaper the number of the reaper's thread */
export function reapedInTimeWatcher(neighbours: Neighbours, reaper: number): ReapedInTimeWatcher {
  const { capacities, device, jiffies, limits, reapWork } = neighbours;
  const found = new Int32Array(capacities.neighboursMax + 1);
  /** The clock at the last response of an operation that used an address, by the address's words. */
  const lastUses = new Map<string, number>();
  let memory: Int32Array = new Int32Array(0);
  let start = 0;
  /** The clock when the reaper's last run began, or at the start. */
  let lastRun = 0;
  return {
    property: "reaped-in-time",
    used: (address) => void lastUses.set(address.words.join(), wordAt(memory, jiffies)),
    begin(words) {
      memory = words;
      lastUses.clear();
      start = wordAt(words, jiffies);
      lastRun = start;
    },
    watches: (address) => (address === CancellableWork.running(reapWork) ? "writes" : undefined),
    accessed(words, { thread, after }) {
      if (thread === reaper && after === 1) lastRun = wordAt(words, jiffies);
      return undefined;
    },
    ended(words) {
      if (!isDeviceUp(words, neighbours) || tableOf(words, neighbours) === NIL) return undefined;
      const state = wordAt(words, CancellableWork.state(reapWork));
      if (state === WORK_STATE.idle && wordAt(words, Device.stopReaping(device)) === 0)
        return "nobody has asked the reaper to run again";
      const now = wordAt(words, jiffies);
      if (state !== WORK_STATE.pending) return undefined;
      const expires = wordAt(words, CancellableWork.expires(reapWork));
      if (hasReached(now, expires) || ((expires - lastRun) | 0) !== limits.intervalTicks) return undefined;
      const count = collectTable(words, neighbours, found);
      for (let i = 0; i < count; i++) {
        const neighbour = wordAt(found, i);
        const first = Neighbour.address(neighbour);
        const lastUse = lastUses.get(words.subarray(first, first + ADDRESS_WORDS).join()) ?? start;
        const idle = (now - lastUse) | 0;
        if (idle > 3 * limits.intervalTicks)
          return (
            `${neighbourName(neighbours, neighbour)} was last used ${idle} ticks ago, ` +
            `and is still in the table; it may stay for ${3 * limits.intervalTicks}`
          );
      }
      return undefined;
    },
  };
}
