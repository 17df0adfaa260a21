/**
 * The layout of the compressed TIME_WAIT, and the lock or protocol that guards each field.
 *
 * TimeWaitCell, one:
 *   lock, sequence  the sequence lock of everything here
 *   enabled         written under the lock, read by any thread: may closing connections be added?
 *   truncating      guarded by the lock: does a connection's reach decide how long it waits?
 *   ticking         written under the lock, read by any thread as an acquire: is there any record at all? While it is 0
 *                   the timer sleeps and lookups end here
 *
 * FamilyCell, one for each address family: the addresses of its two objects, NIL until the first enabling; the lock.
 * They are never freed, so a thread that has seen `ticking` as 1 may read them.
 *
 * ArenaCell, four for each family, one per class; the lock:
 *   hand            the slot that is next to be taken
 *   oldest          the slot taken longest ago; meaningless if none is taken
 *   free, taken     slots; together the arena's size. Those from `oldest` to before `hand`, cyclically, are taken
 *
 * A vestige is the record of a closed connection; the slots of a family are one object, side by side. Written under the
 * lock, with marked accesses, because a lookup without the lock reads it (lookup.ts):
 *   expires         tick from which on no lookup finds it
 *   tupleLocator    line and position of its two tags
 *   portLocator
 *   receiveNext, receiveWindow, sendNext, uid  as in the connection
 *   attributes      class and flags; 0 if the slot is free
 *   ports           local << 16 | foreign
 *   addresses       local, then foreign; 1 or 4 words each
 *
 * The hash table of a family is the other object: `free` and `freeCount` (the list of free lines; the lock), the heads
 * of the chains, and the lines. Heads and lines are written under the lock, with marked accesses, as above.
 *
 * A line is as long as a cache line: its header, then tags. The header has a bit for each tag in use, and, in the bits
 * left, the number of the next line. Where these are too few for the number of lines (a line of 128 bytes has one bit
 * left), the next line has its own word, at the cost of a tag. The original has no such case and loses lines.
 *
 * Left out of a record: fields that only its users need (window scale, IPv6 only); address and port sharing are one
 * flag. There are no statistics.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.h (2011).
 */
import type { Address } from "../memory/access.ts";
import { struct, type StructLayout } from "../memory/struct.ts";

export const TimeWaitCell = struct("timeWait", { lock: 1, sequence: 1, enabled: 1, truncating: 1, ticking: 1 });

export const FamilyCell = struct("family", { vestiges: 1, lines: 1 });

export const ArenaCell = struct("arena", { hand: 1, oldest: 1, free: 1, taken: 1 });

const VESTIGE_FIELDS = {
  expires: 1,
  tupleLocator: 1,
  portLocator: 1,
  receiveNext: 1,
  receiveWindow: 1,
  sendNext: 1,
  attributes: 1,
  uid: 1,
  ports: 1,
} as const;

/** The fields that vestiges of both families have, and the first word of the addresses behind them. */
export const Vestige = struct("vestige", { ...VESTIGE_FIELDS, addresses: 2 });

const VestigeV6 = struct("vestige", { ...VESTIGE_FIELDS, addresses: 8 });

/** Words of a vestige whose addresses have so many words. */
export function vestigeLayout(addressWords: number): StructLayout {
  return addressWords === 1 ? Vestige : VestigeV6;
}

/** The bits of a vestige's attributes. */
export const CLASS_MASK = 3;
export const TAKEN = 4;
export const HASHED = 8;
export const REUSE = 16;

/** The shape of a line of the hash table. */
export interface LineShape {
  readonly words: number;
  readonly tags: number;
  /** Does the next line's number have its own word? */
  readonly isWide: boolean;
  /** The bits of the header that mark the tags in use. */
  readonly inUseMask: number;
}

/**
 * The shape of lines of that length, when a line's number may be up to `linesMax`.
 *
 * @throws RangeError if a line has no room for a header and a tag, or more tags than a header has bits for
 */
export function lineShape(lineBytes: number, linesMax: number): LineShape {
  const words = lineBytes / 4;
  if (!Number.isInteger(words) || words < 2 || words > 32)
    throw new RangeError(`lineBytes is ${lineBytes}, and must be a multiple of 4 from 8 to 128`);
  const indexMax = 2 ** (33 - words) - 1;
  const isWide = linesMax > indexMax;
  const tags = words - (isWide ? 2 : 1);
  if (tags === 0)
    throw new RangeError(
      `${linesMax} lines of ${lineBytes} bytes: a line has no room for a tag beside the number of the next line`,
    );
  return { words, tags, isWide, inUseMask: 2 ** tags - 1 };
}

export const LINES_FREE = 0;
export const LINES_FREE_COUNT = 1;
const LINES_HEADS = 2;

/** The offsets of the parts of a family's hash table, in words from its start. */
export interface LinesLayout {
  readonly shape: LineShape;
  /** Chains of each kind, a power of two. */
  readonly heads: number;
  readonly linesMax: number;
  /** The first line: a multiple of the length of a line. */
  readonly firstLine: number;
}

export function linesLayout(shape: LineShape, heads: number, linesMax: number): LinesLayout {
  return { shape, heads, linesMax, firstLine: Math.ceil((LINES_HEADS + 2 * heads) / shape.words) * shape.words };
}

/** Offset of the head of a chain: the tuples' chains come first, then the ports'. */
export function headOffset({ heads }: LinesLayout, chain: number, key: number): number {
  return LINES_HEADS + chain * heads + (key & (heads - 1));
}

/** A hash table as an object of the heap: `free`, `head[3]`, `line[1].header`, `line[1].tag[0]`. */
export function linesStruct({ shape, heads, linesMax, firstLine }: LinesLayout): StructLayout {
  const wordName = (offset: number): string => {
    if (offset === LINES_FREE) return "free";
    if (offset === LINES_FREE_COUNT) return "freeCount";
    if (offset < LINES_HEADS + 2 * heads)
      return `${offset < LINES_HEADS + heads ? "tupleHead" : "portHead"}[${(offset - LINES_HEADS) % heads}]`;
    const within = (offset - firstLine) % shape.words;
    const headerWords = shape.words - shape.tags;
    const part = within === 0 ? "header" : within < headerWords ? "next" : `tag[${within - headerWords}]`;
    return `line[${Math.floor((offset - firstLine) / shape.words) + 1}].${part}`;
  };
  return { structName: "lines", words: firstLine + linesMax * shape.words, wordName };
}

/** The slots of a family as an object of the heap: `slot[2].expires`. */
export function vestigesStruct(addressWords: number, slots: number): StructLayout {
  const { words, wordName } = vestigeLayout(addressWords);
  return {
    structName: "vestiges",
    words: slots * words,
    wordName: (offset) => `slot[${Math.floor(offset / words)}].${wordName(offset % words)}`,
  };
}

/** The first word of a vestige's addresses: local, then foreign. */
export function addressesOf(vestige: Address): Address {
  return Vestige.addresses(vestige);
}
