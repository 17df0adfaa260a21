/**
 * Every line of a hash table is in one chain or in the list of free lines, once; no chain keeps an empty line beside
 * others. So the table's memory is bounded, and no line is lost.
 *
 * Checked when the lock is released. Other watchers use `linesIn` to find the chain of a line.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), fatp_free().
 */
import { wordAt } from "#impl/memory/word.ts";
import { LINES_FREE, LINES_FREE_COUNT } from "#impl/time-wait/layout.ts";
import type { Chain } from "#impl/time-wait/lines.ts";
import type { Storage, TimeWaitFamily, TimeWaitTable } from "#impl/time-wait/table.ts";
import { CHAINS, headIn, inUseIn, nextIn, storageIn } from "./time-wait-table.ts";
import type { Watcher } from "../watcher.ts";

const NOBODYS = 0;
const FREE = 1;

/** The mark of a line of that chain: see {@link linesIn}. */
export function chainMark({ lines: { heads } }: TimeWaitTable, chain: Chain, head: number): number {
  return 2 + chain * heads + head;
}

export function linesAccountedWatcher(table: TimeWaitTable): Watcher {
  const marks = new Int32Array(table.lines.linesMax + 1);
  return {
    property: "lines-accounted",
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
  if (storage === undefined) return undefined;
  const because = linesIn(words, table, storage, marks);
  if (because !== undefined) return `${family.family}: ${because}`;
  let free = 0;
  for (let line = 1; line < marks.length; line++) {
    if (wordAt(marks, line) === NOBODYS) return `${family.family}: line ${line} is in no chain, and is not free`;
    if (wordAt(marks, line) === FREE) free++;
  }
  const counted = wordAt(words, storage.lines + LINES_FREE_COUNT);
  return free === counted ? undefined : `${family.family}: ${free} lines are free, and ${counted} are counted`;
}

/**
 * Marks each line with its place: 0 nowhere, 1 free, else its chain's {@link chainMark}. Returns what is wrong, if
 * anything.
 */
export function linesIn(
  words: Int32Array,
  table: TimeWaitTable,
  storage: Storage,
  marks: Int32Array,
): string | undefined {
  marks.fill(NOBODYS);
  const follow = (first: number, mark: number): string | undefined => {
    for (let line = first; line !== 0; line = nextIn(words, table, storage, line)) {
      if (line >= marks.length) return `there is no line ${line}, and one leads to it`;
      if (wordAt(marks, line) !== NOBODYS) return `line ${line} is in two places`;
      marks[line] = mark;
      const isEmpty = inUseIn(words, table, storage, line) === 0;
      if (mark === FREE && !isEmpty) return `line ${line} is free, and in use`;
      const isAlone = line === first && nextIn(words, table, storage, line) === 0;
      if (mark !== FREE && isEmpty && !isAlone) return `line ${line} is empty, and still in a chain with others`;
    }
    return undefined;
  };
  const free = follow(wordAt(words, storage.lines + LINES_FREE), FREE);
  if (free !== undefined) return free;
  for (const chain of CHAINS) {
    for (let head = 0; head < table.lines.heads; head++) {
      const because = follow(headIn(words, table, storage, chain, head), chainMark(table, chain, head));
      if (because !== undefined) return because;
    }
  }
  return undefined;
}
