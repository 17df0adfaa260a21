/**
 * Reference counts of destination entries, and of what they hold.
 *
 * - An entry is freed only with a count of 0, out of every bucket, and never from the fresh garbage list.
 * - A count never falls below 0.
 * - At the end each entry's count is the number of references that threads hold, plus one for each entry whose child it
 *   is. Each device's count is one for each entry and neighbour that names it; each neighbour's, one for each entry;
 *   each header's, one for each entry and its neighbour. A driver's count of neighbours and the owner's count of
 *   entries are right.
 *
 * Source: Linux net/core/dst.c (2.6.24), dst_destroy(): "WARN_ON(atomic_read(&dst->__refcnt))" in dst_release().
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { Device, Driver, DstEntry, Garbage, HeaderCache, Neighbour } from "#impl/dst/layout.ts";
import { entryName, entryOf, isEntry, isInCache, isRefcount, liveObjects, listedEntries } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

/** The references held, as the callers of the cache see them. */
export interface DstHolders {
  /** References held to the entry. */
  countOf(entry: Address): number;
  /** All references that are held. */
  readonly total: number;
}

export function dstRefcountWatcher(dst: Dst, holders: DstHolders): Watcher {
  function endedEntries(words: Int32Array, entries: readonly Address[]): string | undefined {
    let held = 0;
    for (const entry of entries) {
      const count = holders.countOf(entry);
      held += count;
      const expected = count + naming(words, entries, DstEntry.child, entry);
      const refcount = wordAt(words, DstEntry.refcount(entry));
      if (refcount !== expected)
        return (
          `at the end the refcount of ${entryName(dst, entry)} is ${refcount}, ` +
          `and ${expected} references to it are held`
        );
    }
    if (held !== holders.total) {
      const stale = holders.total - held;
      return `at the end ${holders.total} references are held, ${stale} of them to entries that are gone`;
    }
    const counted = wordAt(words, dst.entryCount);
    return counted === entries.length
      ? undefined
      : `at the end ${counted} entries are counted, and ${entries.length} live`;
  }

  function endedRest(words: Int32Array, entries: readonly Address[]): string | undefined {
    const neighbours = liveObjects(words, dst.neighbours);
    for (const device of [...dst.loopbacks, ...dst.devices]) {
      const expected =
        naming(words, entries, DstEntry.device, device) + naming(words, neighbours, Neighbour.device, device);
      const refcount = wordAt(words, Device.refcount(device));
      if (refcount !== expected)
        return `at the end the refcount of a device is ${refcount}, and ${expected} entries and neighbours name it`;
      const driver = wordAt(words, Device.driver(device));
      if (driver === NIL) continue;
      const owned = naming(words, neighbours, Neighbour.owner, device);
      const counted = wordAt(words, Driver.neighbours(driver));
      if (counted !== owned) return `at the end a driver counts ${counted} neighbours, and has ${owned}`;
    }
    for (const neighbour of neighbours) {
      const expected = naming(words, entries, DstEntry.neighbour, neighbour);
      const refcount = wordAt(words, Neighbour.refcount(neighbour));
      if (refcount !== expected)
        return `at the end the refcount of a neighbour is ${refcount}, and ${expected} entries hold it`;
    }
    for (const header of liveObjects(words, dst.headerCaches)) {
      const expected =
        naming(words, entries, DstEntry.headerCache, header) + naming(words, neighbours, Neighbour.headerCache, header);
      const refcount = wordAt(words, HeaderCache.refcount(header));
      if (refcount !== expected)
        return `at the end the refcount of a header is ${refcount}, and ${expected} entries and neighbours hold it`;
    }
    return undefined;
  }

  return {
    property: "dst-refcount",
    watches: (address) => (isRefcount(dst, address) ? "writes" : undefined),
    accessed(_words, { address, before, after }) {
      return after < 0
        ? `the refcount of ${entryName(dst, entryOf(dst, address))} falls from ${before} to ${after}`
        : undefined;
    },
    freed(words, slab, object) {
      if (slab !== dst.entries || !isEntry(dst, object)) return undefined; // memory-safety reports it
      const refcount = wordAt(words, DstEntry.refcount(object));
      if (refcount !== 0) return `${entryName(dst, object)} is destroyed with a refcount of ${refcount}`;
      if (isInCache(words, dst, object)) return `${entryName(dst, object)} is destroyed, and is in the cache`;
      const fresh = dst.busy === NIL ? [] : listedEntries(words, dst, Garbage.list(dst.garbage), DstEntry.next);
      return typeof fresh !== "string" && fresh.some((entry) => entry === object)
        ? `${entryName(dst, object)} is destroyed, and is on the fresh garbage list`
        : undefined;
    },
    ended(words) {
      const entries = liveObjects(words, dst.entries);
      return endedEntries(words, entries) ?? endedRest(words, entries);
    },
  };
}

/** The number of objects with the value in the field. */
function naming(
  words: Int32Array,
  objects: readonly Address[],
  field: (object: Address) => Address,
  value: Address,
): number {
  return objects.filter((object) => wordAt(words, field(object)) === value).length;
}
