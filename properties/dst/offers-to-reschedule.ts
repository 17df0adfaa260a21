/** A run offers its CPU to others between any two entries it looks at. */
import { ACCESS, type Address } from "#impl/memory/access.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { entryName, entryOf, isRefcount, trackRuns } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

export function offersToRescheduleWatcher(dst: Dst): Watcher {
  const runs = trackRuns(dst);
  let sinceOffer = 0;
  const isLook = (address: Address, kind: number): boolean => kind === ACCESS.readOnce && isRefcount(dst, address);
  return {
    property: "offers-to-reschedule",
    begin: () => runs.begin(),
    watches: (address) =>
      runs.watches(address) ?? (address === dst.needResched || isRefcount(dst, address) ? "accesses" : undefined),
    accessed(words, access) {
      const { thread, address, kind } = access;
      if (runs.accessed(words, access)) sinceOffer = 0;
      if (thread !== runs.runner) return undefined;
      if (address === dst.needResched) sinceOffer = 0;
      else if (isLook(address, kind)) sinceOffer++;
      return sinceOffer > 1
        ? `a run looks at ${entryName(dst, entryOf(dst, address))} and has not offered its CPU since the entry before`
        : undefined;
    },
    unlocked(_words, lock) {
      runs.unlocked(lock);
      return undefined;
    },
  };
}
