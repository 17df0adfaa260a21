/**
 * A record in the hash table is there exactly once by its four names and once by its local port, in the chain of its
 * key, at the place it records; and no other tags exist. Checked when the lock is released.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), fatp_vtw_insert() and its assertions.
 */
import { wordAt } from "#impl/memory/word.ts";
import { HASHED } from "#impl/time-wait/layout.ts";
import { type Chain, CHAIN, lineAddress, lineOf, positionOf, tagAddress, tagOf } from "#impl/time-wait/lines.ts";
import type { Storage, TimeWaitFamily, TimeWaitTable } from "#impl/time-wait/table.ts";
import { chainMark, linesIn } from "./lines-accounted.ts";
import { attributesIn, CHAINS, inUseIn, isLine, keyIn, locatorIn, slotName, storageIn } from "./time-wait-table.ts";
import type { Watcher } from "../watcher.ts";

export function hashedOnceWatcher(table: TimeWaitTable): Watcher {
  const marks = new Int32Array(table.lines.linesMax + 1);
  return {
    property: "hashed-once",
    unlocked(words, lock) {
      if (lock !== table.seqlock.lock) return undefined;
      return checkFamily(words, table, table.v4, marks) ?? checkFamily(words, table, table.v6, marks);
    },
  };
}

function checkFamily(
  words: Int32Array,
  table: TimeWaitTable,
  family: TimeWaitFamily,
  marks: Int32Array,
): string | undefined {
  const storage = storageIn(words, family);
  // Lines-accounted reports misplaced lines.
  if (storage === undefined || linesIn(words, table, storage, marks) !== undefined) return undefined;
  let hashed = 0;
  for (let slot = 0; slot < table.limits.slots; slot++) {
    if ((attributesIn(words, family, storage, slot) & HASHED) === 0) continue;
    hashed++;
    for (const chain of CHAINS) {
      const because = whyNotThere(words, table, family, storage, slot, chain, marks);
      if (because !== undefined)
        return `${slotName(family, slot)} is not found by its ${chain === CHAIN.tuple ? "names" : "port"}: ${because}`;
    }
  }
  // Each record has one tag of each kind, and no two records share a place: any further tags belong to no record.
  let tags = 0;
  for (let line = 1; line < marks.length; line++) tags += bitsIn(inUseIn(words, table, storage, line));
  return tags === 2 * hashed
    ? undefined
    : `${hashed} records of ${family.family} are in the hash table, with ${tags} tags`;
}

function whyNotThere(
  words: Int32Array,
  table: TimeWaitTable,
  family: TimeWaitFamily,
  storage: Storage,
  slot: number,
  chain: Chain,
  marks: Int32Array,
): string | undefined {
  const key = keyIn(words, family, storage, slot, chain);
  const locator = locatorIn(words, family, storage, slot, chain);
  if (!isLine(table, locator)) return `there is no line ${lineOf(locator)}`;
  const line = lineOf(locator);
  const position = positionOf(locator);
  if (wordAt(marks, line) !== chainMark(table, chain, key & (table.lines.heads - 1)))
    return `line ${line} is not in its chain`;
  if (((inUseIn(words, table, storage, line) >>> position) & 1) === 0)
    return `tag ${position} of line ${line} is not in use`;
  const tag = wordAt(words, tagAddress(table, lineAddress(table, storage.lines, line), position));
  return tag === tagOf(table, key, slot, position) ? undefined : `tag ${position} of line ${line} is another's`;
}

function bitsIn(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}
