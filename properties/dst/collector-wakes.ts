/**
 * Garbage is never forgotten: when there is garbage and no current run will look again, a run is scheduled. It is
 * scheduled in time: while the back-off marks the collector as hurrying (least delay, first growth), no later thread
 * schedules a run, so the run is due within the least delay.
 *
 * Checked when the garbage lock is released, and at the end. A run looks again until it writes the growth, its last
 * write under the lock.
 *
 * Source: Linux net/core/dst.c; commit f262b59becc3, "net: fix scheduling of dst_gc_task by __dst_free".
 */
import { NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { Busy, Garbage } from "#impl/dst/layout.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { trackRuns } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

export function collectorWakesWatcher(dst: Dst): Watcher {
  const { garbage, busy, work, limits } = dst;
  const runs = trackRuns(dst);
  let looksAgain = false;

  function check(words: Int32Array): string | undefined {
    const hasGarbage =
      wordAt(words, Garbage.list(garbage)) !== NIL || (busy !== NIL && wordAt(words, Busy.list(busy)) !== NIL);
    if (!hasGarbage || looksAgain) return undefined;
    const state = wordAt(words, DelayedWork.state(work));
    if (state === WORK_STATE.idle) return "there is garbage, and no run is asked for";
    const hurries =
      wordAt(words, Garbage.growth(garbage)) <= limits.growthTicks &&
      wordAt(words, Garbage.delay(garbage)) <= limits.minTicks;
    const wait = (wordAt(words, DelayedWork.expires(work)) - wordAt(words, dst.jiffies)) | 0;
    if (state !== WORK_STATE.pending || !hurries || wait <= limits.minTicks) return undefined;
    return `the back-off says that the collector hurries, and its run is ${wait} ticks away`;
  }

  return {
    property: "collector-wakes",
    begin() {
      runs.begin();
      looksAgain = false;
    },
    watches: (address) => runs.watches(address) ?? (address === Garbage.growth(garbage) ? "writes" : undefined),
    accessed(words, access) {
      if (runs.accessed(words, access)) looksAgain = true;
      else if (access.thread === runs.runner && access.address === Garbage.growth(garbage)) looksAgain = false;
      return undefined;
    },
    unlocked(words, lock) {
      if (runs.unlocked(lock)) looksAgain = false;
      return lock === Garbage.lock(garbage) ? check(words) : undefined;
    },
    ended(words) {
      looksAgain = false;
      return check(words);
    },
  };
}
