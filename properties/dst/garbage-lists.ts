/**
 * Every dead entry is on exactly one garbage list, once. Checked whenever the locks that guard the lists are free.
 * While a run or a device event holds the mutex, entries may be on its private chain, and only the fresh list is
 * checked.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { Busy, DstEntry, Garbage } from "#impl/dst/layout.ts";
import { deadEntries, entryName, isDead, listedEntries } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

export function garbageListsWatcher(dst: Dst): Watcher {
  const { garbage, busy } = dst;
  const lock = Garbage.lock(garbage);
  const mutex = busy === NIL ? NIL : Busy.mutex(busy);

  function check(words: Int32Array): string | undefined {
    if (wordAt(words, lock) !== 0) return undefined; // a thread is about to add an entry
    const fresh = listedEntries(words, dst, Garbage.list(garbage), DstEntry.next);
    if (typeof fresh === "string") return `the garbage list ${fresh}`;
    const live = fresh.find((entry) => !isDead(words, entry));
    if (live !== undefined) return `${entryName(dst, live)} is on the garbage list, and is not dead`;
    if (mutex !== NIL && wordAt(words, mutex) !== 0) return undefined;
    const left = mutex === NIL ? [] : listedEntries(words, dst, Busy.list(busy), DstEntry.next);
    if (typeof left === "string") return `the busy list ${left}`;
    return checkAll(words, [...fresh, ...left]);
  }

  function checkAll(words: Int32Array, listed: readonly Address[]): string | undefined {
    const lost = deadEntries(words, dst).find((entry) => !listed.includes(entry));
    if (lost !== undefined) return `${entryName(dst, lost)} is dead, and on no garbage list`;
    const twice = listed.find((entry, index) => listed.indexOf(entry) !== index);
    if (twice !== undefined) return `${entryName(dst, twice)} is on the garbage lists twice`;
    const alive = listed.find((entry) => !isDead(words, entry));
    return alive === undefined ? undefined : `${entryName(dst, alive)} is on a garbage list, and is not dead`;
  }

  return {
    property: "garbage-lists",
    unlocked: (words, released) => (released === lock || released === mutex ? check(words) : undefined),
    ended: check,
  };
}
