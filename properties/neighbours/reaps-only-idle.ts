/**
 * The reaper removes a neighbour from the table only if it saw it idle for more than two intervals: by the time of last
 * use and the clock that it read last, the time not later than the clock.
 *
 * The reaper has its own thread; it removes a neighbour by replacing it in a bucket or in a neighbour's link.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6), __ipoib_reap_neigh().
 */
import type { Address } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Neighbour } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { isNeighbour, neighbourIndex, neighbourName, neighbourOf } from "./neighbour-words.ts";
import type { Watcher } from "../watcher.ts";

/** @param reaper the number of the reaper's thread; -1 if there is none, and then nothing is reaped */
export function reapsOnlyIdleWatcher(neighbours: Neighbours, reaper: number): Watcher {
  const { capacities, firstTable, jiffies, limits, Table } = neighbours;
  const firstBucket = Table.bucket(firstTable);
  const alive = new Int32Array(capacities.neighboursMax);
  const seen = new Uint8Array(capacities.neighboursMax);
  let now = 0;

  function judge(neighbour: Address): string | undefined {
    const name = neighbourName(neighbours, neighbour);
    const index = neighbourIndex(neighbours, neighbour);
    if (seen[index] === 0) return `${name} is reaped, and the reaper did not look at its time of last use`;
    const idle = (now - wordAt(alive, index)) | 0;
    return idle > 2 * limits.intervalTicks
      ? undefined
      : `${name} is reaped when idle for ${idle} ticks, and may be after more than ${2 * limits.intervalTicks}`;
  }

  function isLink(address: Address): boolean {
    if (address >= firstBucket && address < firstBucket + limits.buckets) return true;
    return neighbourIndex(neighbours, address) !== -1 && address === Neighbour.next(neighbourOf(neighbours, address));
  }

  return {
    property: "reaps-only-idle",
    begin() {
      seen.fill(0);
    },
    watches(address) {
      if (address === jiffies) return "accesses";
      if (isLink(address)) return "writes";
      return neighbourIndex(neighbours, address) !== -1 && address === Neighbour.alive(neighbourOf(neighbours, address))
        ? "accesses"
        : undefined;
    },
    accessed(_words, { thread, address, before, after }) {
      if (thread !== reaper) return undefined;
      if (address === jiffies) {
        now = after;
      } else if (isLink(address)) {
        return before !== after && isNeighbour(neighbours, before) ? judge(before) : undefined;
      } else {
        const index = neighbourIndex(neighbours, address);
        alive[index] = after;
        seen[index] = 1;
      }
      return undefined;
    },
  };
}
