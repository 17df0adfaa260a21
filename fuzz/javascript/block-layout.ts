/**
 * The machine's layout of the bytes of shared blocks: one word for each accessed range.
 *
 * Ranges that are equal or disjoint get one word each. Where ranges overlap without being equal, the eight aligned
 * bytes around them are one word (a granule), and an access to part of it accesses all of it: a write becomes a
 * read-modify-write. Interleavings are then correct; an access across two granules becomes two accesses, since the
 * language allows it to tear.
 *
 * A word holds the bits of up to four bytes directly. Eight-byte values that do not fit get a number, in the order in
 * which they were first seen.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { createHeap, type Heap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { type Bits, bitsOf } from "./element-type.ts";
import type { SharedRange } from "./shared-access.ts";

const GRANULE = 8;

/**
 * Words besides those of ranges: a lock, and for each thread a word to sleep on and one for its position in the queue.
 */
const WORDS_OF_SLEEP = 64;

/** A range with its own word, or part of a granule. */
export interface Cell {
  readonly address: Address;
  /** First byte of the word in its block, and its size. */
  readonly offset: number;
  readonly size: number;
}

export interface BlockLayout {
  readonly heap: Heap;
  /** Whether any range shares its word with another. */
  readonly isMixed: boolean;
  /**
   * The cells of a range: one, or two if it crosses a granule.
   *
   * @throws InputError for a range that no earlier run has accessed
   */
  cellsOf(range: SharedRange): readonly Cell[];
  /** The blocks' bytes, from the words of an execution. */
  bytesOf(words: Int32Array): readonly Uint8Array[];
  /** Critical section of all lists of waiters. */
  readonly waitersLock: Address;
  /** The word that thread `thread` sleeps on: 1 while it sleeps. */
  asleep(thread: number): Address;
  /** The location that thread `thread` waits for, and since when: see `wait-queue.ts`. */
  ticket(thread: number): Address;
  /** Draws tickets. */
  readonly tickets: Address;
}

/** Eight-byte values by number: `-1 - number` encodes a value that does not fit a positive word. */
const wide: bigint[] = [];
const numberOfWide = new Map<bigint, number>();

export function wordOf(bits: Bits): number {
  if (typeof bits === "number") return bits | 0;
  if (bits < 0x4000_0000n) return Number(bits);
  let number = numberOfWide.get(bits);
  if (number === undefined) {
    number = wide.length;
    wide.push(bits);
    numberOfWide.set(bits, number);
  }
  return -1 - number;
}

export function bitsOfWord(word: number, size: number): Bits {
  if (size < 8) return word >>> 0;
  return word < 0 ? (wide[-1 - word] ?? 0n) : BigInt(word);
}

/**
 * Lays out the ranges seen in earlier runs.
 *
 * @param blocks initial contents of each block
 * @param nameOf the name of a range in stories
 */
export function layOut(
  blocks: readonly Uint8Array[],
  seen: Iterable<SharedRange>,
  nameOf: (range: SharedRange) => string,
): BlockLayout {
  const cells = cellsFor([...seen]);
  const heap = createHeap(cells.length + WORDS_OF_SLEEP * 2 + 16);
  const names = new Set<string>();
  const fields = cells.map((cell) => [unused(names, nameOf(cell)), 1] as const);
  const base = fields.length === 0 ? NIL : place(heap, struct("shared", Object.fromEntries(fields)), "memory");
  const placed = cells.map((cell, index) => ({ ...cell, address: base + index }));
  for (const { address, block, offset, size } of placed)
    heap.words[address] = wordOf(bitsOf(blocks[block] ?? new Uint8Array(), offset, size));
  const sleep = place(
    heap,
    struct("waiters", { lock: 1, tickets: 1, asleep: WORDS_OF_SLEEP / 2, ticket: WORDS_OF_SLEEP / 2 }),
    "waiters",
  );
  const byRange = new Map<string, Cell>(placed.map((cell) => [`${cell.block} ${cell.offset} ${cell.size}`, cell]));
  const granules = new Map<string, Cell>(
    placed.filter(({ isGranule }) => isGranule).map((cell) => [`${cell.block} ${cell.offset}`, cell]),
  );

  function cellsOf(range: SharedRange): readonly Cell[] {
    const { block, offset, size } = range;
    const first = granules.get(`${block} ${offset - (offset % GRANULE)}`);
    const end = offset + size - 1;
    const last = granules.get(`${block} ${end - (end % GRANULE)}`);
    if (first !== undefined && last !== undefined) return first === last ? [first] : [first, last];
    const own = byRange.get(`${block} ${offset} ${size}`);
    if (own !== undefined && first === undefined && last === undefined) return [own];
    throw new InputError(
      `${nameOf(range)} (${size} bytes) is accessed only in some schedules; ` +
        "access it in setUp as the threads do, so that its place is known from the start",
    );
  }

  return {
    heap,
    isMixed: granules.size > 0,
    cellsOf,
    bytesOf: (words) =>
      blocks.map((initial, block) => {
        const bytes = initial.slice();
        for (const cell of placed) {
          if (cell.block !== block) continue;
          let rest = BigInt(bitsOfWord(words[cell.address] as number, cell.size));
          for (let at = cell.offset; at < cell.offset + cell.size && at < bytes.length; at++, rest >>= 8n)
            bytes[at] = Number(rest & 255n);
        }
        return bytes;
      }),
    waitersLock: sleep,
    tickets: sleep + 1,
    asleep: (thread) => sleep + 2 + thread,
    ticket: (thread) => sleep + 2 + WORDS_OF_SLEEP / 2 + thread,
  };
}

interface PlannedCell extends SharedRange {
  readonly isGranule: boolean;
}

/** Disjoint ranges as they are, granules elsewhere. */
function cellsFor(seen: readonly SharedRange[]): readonly PlannedCell[] {
  const distinct = [...new Map(seen.map((range) => [`${range.block} ${range.offset} ${range.size}`, range])).values()];
  const sorted = distinct.toSorted((one, other) => one.block - other.block || one.offset - other.offset);
  const granules = new Set<string>();
  const add = ({ block, offset, size }: SharedRange): void => {
    for (let at = offset - (offset % GRANULE); at < offset + size; at += GRANULE) granules.add(`${block} ${at}`);
  };
  const touchesGranule = ({ block, offset, size }: SharedRange): boolean =>
    [offset, offset + size - 1].some((at) => granules.has(`${block} ${at - (at % GRANULE)}`));
  for (const [index, range] of sorted.entries()) {
    for (const other of sorted.slice(index + 1)) {
      if (other.block !== range.block || other.offset >= range.offset + range.size) break;
      add(range);
      add(other);
    }
  }
  // A granule absorbs every range that reaches into it, which may reach into the next.
  for (let count = -1; count !== granules.size;) {
    count = granules.size;
    for (const range of sorted) if (touchesGranule(range)) add(range);
  }
  return [
    ...sorted.filter((range) => !touchesGranule(range)).map((range) => ({ ...range, isGranule: false })),
    ...[...granules].map((key) => {
      const [block = 0, offset = 0] = key.split(" ").map(Number);
      return { block, offset, size: GRANULE, isGranule: true };
    }),
  ];
}

function unused(names: Set<string>, name: string): string {
  let free = name;
  for (let number = 2; names.has(free); number++) free = `${name} (${number})`;
  names.add(free);
  return free;
}
