/**
 * Latency: the number of memory accesses that the holder of the garbage lock makes before it releases the lock, while
 * every thread that gives up an entry spins.
 *
 * The work-queue collector promises a constant. The soft-interrupt collector walks the list under the lock, and
 * promises only a linear bound: a fixed number of accesses for each entry on the list when the lock was taken.
 */
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { DstEntry, Garbage } from "#impl/dst/layout.ts";
import { listedEntries } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

/** Accesses to words, from the lock's acquire to its release. */
export interface HoldBound {
  readonly accesses: number;
  readonly perListedEntry: number;
}

/**
 * Giving up an entry of a device that is down, and waking the collector: the longest critical section.
 */
export const CONSTANT_HOLD: HoldBound = { accesses: 16, perListedEntry: 0 };

/** Two entries destroyed with everything they hold, or one that leaves a child. */
export const LINEAR_HOLD: HoldBound = { accesses: 16, perListedEntry: 50 };

export function lockHoldWatcher(dst: Dst, { accesses: accessesMax, perListedEntry }: HoldBound): Watcher {
  const lock = Garbage.lock(dst.garbage);
  let accesses = 0;
  let listed = 0;
  return {
    property: "lock-hold",
    begin() {
      accesses = 0;
    },
    watches: () => "accesses",
    accessed(words, { thread }) {
      if (wordAt(words, lock) !== thread + 1) return undefined;
      if (accesses === 0 && perListedEntry > 0)
        listed = listedEntries(words, dst, Garbage.list(dst.garbage), DstEntry.next).length;
      accesses++;
      return undefined;
    },
    unlocked(_words, released) {
      if (released !== lock) return undefined;
      const held = accesses;
      accesses = 0;
      const max = accessesMax + perListedEntry * listed;
      return held <= max ? undefined : `the garbage lock is held for ${held} accesses, and ${max} are promised`;
    },
  };
}
