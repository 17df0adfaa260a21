/**
 * The bound on memory: an entry is counted from before its allocation until it is gone, and no more than `entriesMax`
 * are live.
 */
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import type { Watcher } from "../watcher.ts";

export function entryBoundWatcher({ entryCount, entries, entriesMax }: Dst): Watcher {
  return {
    property: "entry-bound",
    watches: (address) => (address === entryCount ? "writes" : undefined),
    accessed(words, { after }) {
      const live = wordAt(words, Slab.live(entries));
      if (live > entriesMax) return `${live} entries live, and ${entriesMax} may`;
      return live > after ? `${live} entries live, and ${after} are counted` : undefined;
    },
  };
}
