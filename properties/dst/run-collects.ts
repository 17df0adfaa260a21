/**
 * A run destroys every entry that was dead and unreferenced when it began: none waits for a second run. A run does not
 * postpone its work: it schedules the next run under its own lock.
 */
import type { Address } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { DstEntry } from "#impl/dst/layout.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { deadEntries, entryName, trackRuns } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

export function runCollectsWatcher(dst: Dst): Watcher {
  const runs = trackRuns(dst);
  const due = new Set<Address>();
  return {
    property: "run-collects",
    begin() {
      runs.begin();
      due.clear();
    },
    watches: (address) => runs.watches(address),
    accessed(words, access) {
      const begins = runs.accessed(words, access);
      if (
        access.thread === runs.runner &&
        access.address === DelayedWork.state(dst.work) &&
        access.after === WORK_STATE.arming &&
        !runs.hasLock
      ) {
        return "a run asks for the next one before it has looked at anything";
      }
      if (!begins) return undefined;
      due.clear();
      for (const entry of deadEntries(words, dst)) if (wordAt(words, DstEntry.refcount(entry)) === 0) due.add(entry);
      return undefined;
    },
    freed(_words, slab, object) {
      if (slab === dst.entries) due.delete(object);
      return undefined;
    },
    unlocked(_words, lock) {
      if (!runs.unlocked(lock)) return undefined;
      for (const entry of due)
        return `${entryName(dst, entry)} was dead and held by nobody when the run began, and is still there`;
      return undefined;
    },
  };
}
