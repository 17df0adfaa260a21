/**
 * After each run the back-off equals the model's, computed from the entries that the run found held and those it found
 * free.
 */
import { ACCESS, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { Busy, Garbage } from "#impl/dst/layout.ts";
import { type CollectorKind, dstBackOffAfter, type DstRun } from "#model/dst/dst-delay.ts";
import { isRefcount, trackRuns } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

export function adaptiveDelayWatcher(dst: Dst, kind: CollectorKind): Watcher {
  const { garbage, busy, limits } = dst;
  const growth = Garbage.growth(garbage);
  const delay = Garbage.delay(garbage);
  const runs = trackRuns(dst);
  let kept = 0;
  let freed = 0;
  let growthBefore = 0;
  let delayBefore: number | undefined;
  let isOver = false;

  function leaves(words: Int32Array): DstRun["leaves"] {
    const hasListed = wordAt(words, Garbage.list(garbage)) !== NIL;
    if (busy === NIL) return hasListed ? "entries" : "nothing";
    if (hasListed) return "newcomers";
    return wordAt(words, Busy.list(busy)) === NIL ? "nothing" : "entries";
  }

  return {
    property: "adaptive-delay",
    begin() {
      runs.begin();
      isOver = false;
    },
    watches(address) {
      if (address === growth || address === delay) return "writes";
      return isRefcount(dst, address) ? "accesses" : runs.watches(address);
    },
    accessed(words, access) {
      const { thread, kind: access_, address, before } = access;
      if (runs.accessed(words, access)) {
        kept = 0;
        freed = 0;
        delayBefore = undefined;
      } else if (thread === runs.runner) {
        if (address === delay) {
          delayBefore = before;
        } else if (address === growth) {
          growthBefore = before;
          isOver = true;
        } else if (access_ === ACCESS.readOnce && isRefcount(dst, address)) {
          if (before === 0) freed++;
          else kept++;
        }
      }
      return undefined;
    },
    unlocked(words, lock) {
      const ends = lock === Garbage.lock(garbage) && isOver;
      runs.unlocked(lock);
      if (!ends) return undefined;
      isOver = false;
      const before = { delay: delayBefore ?? wordAt(words, delay), growth: growthBefore };
      const expected = dstBackOffAfter(kind, before, { kept, freed, leaves: leaves(words) }, limits.ticksPerSecond);
      const found = { delay: wordAt(words, delay), growth: wordAt(words, growth) };
      if (found.delay === expected.delay && found.growth === expected.growth) return undefined;
      return (
        `a run kept ${kept} entries and freed ${freed}, and leaves delay ${found.delay} ` +
        `and growth ${found.growth}; right is ${expected.delay} and ${expected.growth}`
      );
    },
  };
}
