/**
 * The hash table: chains of lines of tags, so that one cache line is searched for up to fifteen records without
 * touching any of them.
 *
 * A tag is the record's key, its slot's number twice over, and a constant of the tag's position, all xored. The search
 * key xored with a tag and the constant therefore gives a number with two equal halves if the keys are
 * equal, and hardly ever if not.
 *
 * A chain's newest line comes first. An emptied line goes back to the list of free lines, unless it is the only one of
 * its chain. The last free line goes only to a chain without a free tag: so a record whose tags have just been removed
 * can always be inserted again (restart.ts relies on it).
 *
 * Everything except the walk runs under the lock. The walk may run without it, and then finds anything: its caller must
 * check afterwards whether a writer intervened. It still stays inside the table's lines, and ends.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), fatp_vtw_insert(), fatp_vtw_unlink() and fatp_alloc().
 */
import { type Access, type Address, read, readOnce, write, writeOnce } from "../memory/access.ts";
import { headOffset, LINES_FREE, LINES_FREE_COUNT, type LineShape } from "./layout.ts";
import type { TimeWaitTable } from "./table.ts";

/** The two kinds of chains. */
export const CHAIN = { tuple: 0, port: 1 } as const;

export type Chain = (typeof CHAIN)[keyof typeof CHAIN];

/** The place of a tag: the line's number and the position. Never {@link NOWHERE}. */
export type Locator = number;

export const NOWHERE: Locator = 0;

/** No slot has this number. */
export const NO_SLOT = -1;

const POSITION_BITS = 5;
const NO_LINE = 0;

export function locatorOf(line: number, position: number): Locator {
  return (line << POSITION_BITS) | position;
}

export function lineOf(locator: Locator): number {
  return locator >>> POSITION_BITS;
}

export function positionOf(locator: Locator): number {
  return locator & (2 ** POSITION_BITS - 1);
}

/** The tag at `position` for the slot's record with that key. */
export function tagOf({ slotBits }: TimeWaitTable, key: number, slot: number, position: number): number {
  return key ^ ((slot << slotBits) | slot) ^ positionConstant(position);
}

/** The slot whose record may have that key, if this is its tag; {@link NO_SLOT} if it cannot. */
export function slotOfTag({ slotBits, limits }: TimeWaitTable, key: number, tag: number, position: number): number {
  const twice = key ^ tag ^ positionConstant(position);
  const slot = twice & (limits.slots - 1);
  return ((slot << slotBits) | slot) === twice ? slot : NO_SLOT;
}

/** Different for each position, so that equal records at two positions have different tags. */
function positionConstant(position: number): number {
  return Math.imul(position + 1, 0x11111111);
}

export function lineAddress({ lines: { shape, firstLine } }: TimeWaitTable, lines: Address, line: number): Address {
  return lines + firstLine + (line - 1) * shape.words;
}

export function tagAddress({ lines: { shape } }: TimeWaitTable, line: Address, position: number): Address {
  return line + (shape.words - shape.tags) + position;
}

/** Fills the chains' heads and the list of free lines. No other thread uses the table yet. */
export function* initialiseLines(table: TimeWaitTable, lines: Address): Access {
  const { heads, linesMax } = table.lines;
  for (let chain = 0; chain < 2; chain++) {
    for (let head = 0; head < heads; head++) yield write(lines + headOffset(table.lines, chain, head), NO_LINE);
  }
  for (let line = 1; line <= linesMax; line++)
    yield* writeHeader(table, lineAddress(table, lines, line), 0, line === linesMax ? NO_LINE : line + 1);
  yield write(lines + LINES_FREE, linesMax === 0 ? NO_LINE : 1);
  yield write(lines + LINES_FREE_COUNT, linesMax);
}

/** A walk along a chain. Private to its user, one per walk. */
export interface ChainWalk {
  /** The tag found last. */
  line: number;
  position: number;
  /** Tags of the line that are still to be checked, and the line after it. */
  inUse: number;
  next: number;
  /** Lines that may still be followed: without the lock, a chain may be cyclic. */
  linesLeft: number;
}

export function* startWalk(table: TimeWaitTable, lines: Address, chain: Chain, key: number): Access<ChainWalk> {
  const next = yield readOnce(lines + headOffset(table.lines, chain, key));
  return { line: NO_LINE, position: 0, inUse: 0, next, linesLeft: table.lines.linesMax };
}

/**
 * The next slot on the walk whose record may have the key; {@link NO_SLOT} at the end. Newest line first, lowest
 * position first.
 */
export function* nextCandidate(table: TimeWaitTable, lines: Address, key: number, walk: ChainWalk): Access<number> {
  for (;;) {
    while (walk.inUse !== 0) {
      walk.position = 31 - Math.clz32(walk.inUse & -walk.inUse);
      walk.inUse &= walk.inUse - 1;
      const tag = yield readOnce(tagAddress(table, lineAddress(table, lines, walk.line), walk.position));
      const slot = slotOfTag(table, key, tag, walk.position);
      if (slot !== NO_SLOT) return slot;
    }
    if (walk.next === NO_LINE || walk.linesLeft === 0) return NO_SLOT;
    walk.linesLeft--;
    walk.line = walk.next;
    const line = lineAddress(table, lines, walk.line);
    const header = yield readOnce(line);
    walk.inUse = header & table.lines.shape.inUseMask;
    walk.next = yield* nextLine(table, line, header);
  }
}

/** Inserts a tag for the slot; {@link NOWHERE} if there is no line left. */
export function* insertTag(
  table: TimeWaitTable,
  lines: Address,
  chain: Chain,
  key: number,
  slot: number,
): Access<Locator> {
  const head = lines + headOffset(table.lines, chain, key);
  const first = yield readOnce(head);
  if (first !== NO_LINE) {
    const locator = yield* insertIntoLine(table, lines, first, key, slot);
    if (locator !== NOWHERE) return locator;
  }
  const freeCount = yield read(lines + LINES_FREE_COUNT);
  if (freeCount < 2) {
    const locator = yield* insertIntoChain(table, lines, first, key, slot);
    if (locator !== NOWHERE) return locator;
  }
  if (freeCount === 0) return NOWHERE;

  const taken = yield read(lines + LINES_FREE);
  const line = lineAddress(table, lines, taken);
  const header = yield readOnce(line);
  const nextFree = yield* nextLine(table, line, header);
  yield write(lines + LINES_FREE, nextFree);
  yield write(lines + LINES_FREE_COUNT, freeCount - 1);
  yield* writeHeader(table, line, 0, first);
  yield writeOnce(head, taken);
  return yield* insertIntoLine(table, lines, taken, key, slot);
}

/** Puts a tag into the first line after `first` that has room. */
function* insertIntoChain(
  table: TimeWaitTable,
  lines: Address,
  first: number,
  key: number,
  slot: number,
): Access<Locator> {
  let before = first;
  while (before !== NO_LINE) {
    const address = lineAddress(table, lines, before);
    const header = yield readOnce(address);
    const line = yield* nextLine(table, address, header);
    if (line !== NO_LINE) {
      const locator = yield* insertIntoLine(table, lines, line, key, slot);
      if (locator !== NOWHERE) return locator;
    }
    before = line;
  }
  return NOWHERE;
}

/** Puts a tag at the highest free position of the line, if there is one. */
function* insertIntoLine(
  table: TimeWaitTable,
  lines: Address,
  line: number,
  key: number,
  slot: number,
): Access<Locator> {
  const address = lineAddress(table, lines, line);
  const header = yield readOnce(address);
  const free = ~header & table.lines.shape.inUseMask;
  if (free === 0) return NOWHERE;
  const position = 31 - Math.clz32(free);
  yield writeOnce(tagAddress(table, address, position), tagOf(table, key, slot, position));
  yield writeOnce(address, header | (1 << position));
  return locatorOf(line, position);
}

/** Removes a tag, and its line from the chain if that leaves it empty and there are others. */
export function* removeTag(table: TimeWaitTable, lines: Address, chain: Chain, key: number, locator: Locator): Access {
  const line = lineOf(locator);
  const address = lineAddress(table, lines, line);
  const header = yield readOnce(address);
  const left = header & ~(1 << positionOf(locator));
  yield writeOnce(address, left);
  if ((left & table.lines.shape.inUseMask) !== 0) return;

  const head = lines + headOffset(table.lines, chain, key);
  const first = yield readOnce(head);
  const next = yield* nextLine(table, address, left);
  if (first === line) {
    if (next === NO_LINE) return;
    yield writeOnce(head, next);
  } else {
    yield* unchain(table, lines, first, line, next);
  }
  const nextFree = yield read(lines + LINES_FREE);
  yield* writeHeader(table, address, 0, nextFree);
  yield write(lines + LINES_FREE, line);
  const freeCount = yield read(lines + LINES_FREE_COUNT);
  yield write(lines + LINES_FREE_COUNT, freeCount + 1);
}

/** Links the line before `line` in its chain to `next`. */
function* unchain(table: TimeWaitTable, lines: Address, first: number, line: number, next: number): Access {
  let before = first;
  for (;;) {
    const address = lineAddress(table, lines, before);
    const header = yield readOnce(address);
    const after = yield* nextLine(table, address, header);
    if (after === line) {
      yield* writeNext(table, address, header, next);
      return;
    }
    before = after;
  }
}

function* nextLine({ lines: { shape } }: TimeWaitTable, line: Address, header: number): Access<number> {
  if (shape.isWide) return yield readOnce(line + 1);
  return header >>> shape.tags;
}

function* writeNext({ lines: { shape } }: TimeWaitTable, line: Address, header: number, next: number): Access {
  if (shape.isWide) yield writeOnce(line + 1, next);
  else yield writeOnce(line, packedHeader(shape, header & shape.inUseMask, next));
}

function* writeHeader({ lines: { shape } }: TimeWaitTable, line: Address, inUse: number, next: number): Access {
  yield writeOnce(line, shape.isWide ? inUse : packedHeader(shape, inUse, next));
  if (shape.isWide) yield writeOnce(line + 1, next);
}

function packedHeader({ tags }: LineShape, inUse: number, next: number): number {
  return inUse | (next << tags);
}
