/**
 * A run takes the fresh list once: threads that keep giving up entries cannot keep the run, and the mutex, busy for
 * ever.
 */
import { NIL } from "#impl/memory/access.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { Garbage } from "#impl/dst/layout.ts";
import { trackRuns } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

export function boundedRunWatcher(dst: Dst): Watcher {
  const runs = trackRuns(dst);
  let taken = 0;
  return {
    property: "bounded-run",
    begin() {
      runs.begin();
      taken = 0;
    },
    watches: (address) => runs.watches(address),
    accessed(words, access) {
      const { thread, address, before, after } = access;
      if (runs.accessed(words, access)) taken = 0;
      if (thread !== runs.runner || address !== Garbage.list(dst.garbage) || before === NIL || after !== NIL)
        return undefined;
      taken++;
      return taken > 1 ? `a run takes the fresh garbage list for the ${taken}. time` : undefined;
    },
    unlocked(_words, lock) {
      runs.unlocked(lock);
      return undefined;
    },
  };
}
