/** Reads a destination cache straight from memory, as checkers do: all at once, without an access. */
import { type Address, NIL } from "#impl/memory/access.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { BUCKETS, Busy, Cache, DstEntry, Garbage, OBSOLETE } from "#impl/dst/layout.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import type { WatchedAccess } from "../watcher.ts";

/** The number, from 0, of the entry in its slab that holds the word at `address`; -1 if none does. O(1). */
export function entryIndex({ firstEntry, entryStride, entriesMax }: Dst, address: Address): number {
  const offset = address - firstEntry;
  return offset >= 0 && offset < entryStride * entriesMax ? Math.floor(offset / entryStride) : -1;
}

/** Is `address` where an entry of the slab starts? */
export function isEntry(dst: Dst, address: Address): boolean {
  return entryIndex(dst, address) !== -1 && (address - dst.firstEntry) % dst.entryStride === 0;
}

/** The entry that holds the word at `address`, which lies in the slab. */
export function entryOf(dst: Dst, address: Address): Address {
  return dst.firstEntry + entryIndex(dst, address) * dst.entryStride;
}

/** The entry's name, as the heap gives it. */
export function entryName(dst: Dst, entry: Address): string {
  return isEntry(dst, entry) ? `dst#${entryIndex(dst, entry) + 1}` : `word ${entry}`;
}

/** Is the word the refcount of an entry? */
export function isRefcount(dst: Dst, address: Address): boolean {
  return entryIndex(dst, address) !== -1 && address === DstEntry.refcount(entryOf(dst, address));
}

/** Is the object live, and does it belong to the collector? The slab overwrites the word when it frees an object. */
export function isDead(words: Int32Array, entry: Address): boolean {
  return wordAt(words, DstEntry.obsolete(entry)) === OBSOLETE.dead;
}

/** Every dead entry. O(entriesMax). */
export function deadEntries(words: Int32Array, { firstEntry, entryStride, entriesMax }: Dst): readonly Address[] {
  const dead: Address[] = [];
  for (let entry = firstEntry; entry < firstEntry + entryStride * entriesMax; entry += entryStride)
    if (isDead(words, entry)) dead.push(entry);
  return dead;
}

/**
 * The entries of a list, followed through one of their links, or why it is not a list: it has no end, or leads to a
 * word that is not an entry.
 */
export function listedEntries(
  words: Int32Array,
  dst: Dst,
  head: Address,
  link: (entry: Address) => Address,
): readonly Address[] | string {
  const listed: Address[] = [];
  for (let entry = wordAt(words, head); entry !== NIL; entry = wordAt(words, link(entry))) {
    if (!isEntry(dst, entry)) return `leads to word ${entry}, which is no entry`;
    if (listed.length === dst.entriesMax) return "has no end";
    listed.push(entry);
  }
  return listed;
}

/** Is the entry in a bucket? */
export function isInCache(words: Int32Array, dst: Dst, entry: Address): boolean {
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const chain = listedEntries(words, dst, Cache.heads(dst.cache) + bucket, DstEntry.hashNext);
    if (typeof chain !== "string" && chain.includes(entry)) return true;
  }
  return false;
}

/** Every allocated object of a slab. O(capacity²) at worst: for small slabs. */
export function liveObjects(words: Int32Array, slab: Address): readonly Address[] {
  const freed = new Set<Address>();
  for (let object = wordAt(words, Slab.head(slab)); object !== NIL; object = wordAt(words, object)) freed.add(object);
  const first = wordAt(words, Slab.first(slab));
  const stride = wordAt(words, Slab.stride(slab));
  return Array.from({ length: wordAt(words, Slab.used(slab)) }, (_, index) => first + index * stride).filter(
    (object) => !freed.has(object),
  );
}

/** The lock that a run holds from start to end. */
export function runLock({ busy, garbage }: Dst): Address {
  return busy === NIL ? Garbage.lock(garbage) : Busy.mutex(busy);
}

/** Follows the runs of the collector: the running thread, and when each run starts and ends. */
export interface RunTracker {
  /** The running thread, or -1. A run begins when a thread takes the work, and ends when it releases the run's lock. */
  readonly runner: number;
  /** Has the running thread taken the run's lock? */
  readonly hasLock: boolean;
  begin(): void;
  watches(address: Address): "writes" | "accesses" | undefined;
  /** Returns whether a run begins with this access. */
  accessed(words: Int32Array, access: WatchedAccess): boolean;
  /** Returns whether a run ends with the release of this lock. */
  unlocked(lock: Address): boolean;
}

export function trackRuns(dst: Dst): RunTracker {
  const lock = runLock(dst);
  const state = DelayedWork.state(dst.work);
  let runner = -1;
  let isInside = false;
  return {
    get runner() {
      return runner;
    },
    get hasLock() {
      return isInside;
    },
    begin() {
      runner = -1;
      isInside = false;
    },
    watches(address) {
      if (address === state) return "writes";
      return address === Garbage.list(dst.garbage) || (dst.busy !== NIL && address === Busy.list(dst.busy))
        ? "accesses"
        : undefined;
    },
    accessed(words, { thread, address, before, after }) {
      if (address === state) {
        if (before !== WORK_STATE.queued || after !== WORK_STATE.idle) return false;
        runner = thread;
        isInside = false;
        return true;
      }
      if (thread === runner && wordAt(words, lock) === thread + 1) isInside = true;
      return false;
    },
    unlocked(released) {
      if (released !== lock || !isInside) return false;
      isInside = false;
      runner = -1;
      return true;
    },
  };
}
