/**
 * The compressed TIME_WAIT's addresses and its set-up. Operations: add.ts, lookup.ts, bind.ts, restart.ts, knobs.ts,
 * tick.ts.
 *
 * Memory is bounded permanently: a slot per record and the lines of the hash tables, all taken at the first enabling.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), vtw_control_init().
 */
import type { AddressFamily } from "#model/peers/peer-address.ts";
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { type Access, type Address, read } from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { type Clock, placeTimedWork } from "../sync/jiffies.ts";
import type { Seqlock } from "../sync/seqlock.ts";
import {
  ArenaCell,
  FamilyCell,
  lineShape,
  type LinesLayout,
  linesLayout,
  linesStruct,
  TimeWaitCell,
  vestigeLayout,
  vestigesStruct,
} from "./layout.ts";
import {
  type LinkPrefixes,
  lifeTicksOf,
  MSL_CLASS,
  type MslClass,
  type SegmentLifetimes,
  truncatedClassOf,
} from "./msl.ts";

export interface TimeWaitLimits extends SegmentLifetimes {
  /** HZ. */
  readonly ticksPerSecond: number;
  /** Slots of each family, a power of two. */
  readonly slots: number;
  /** Chains of each kind and family, a power of two. */
  readonly heads: number;
  /** Lines of each family's hash table. */
  readonly lines: number;
  /** Length of a cache line. */
  readonly lineBytes: number;
  readonly prefixes: LinkPrefixes;
}

/** The slots of one class, from `first` on. */
export interface Arena {
  readonly cell: Address;
  readonly mslClass: MslClass;
  readonly first: number;
  readonly size: number;
  readonly lifeTicks: number;
}

export interface TimeWaitFamily {
  readonly family: AddressFamily;
  readonly cell: Address;
  readonly addressWords: number;
  readonly vestigeWords: number;
  /** By class. */
  readonly arenas: readonly [Arena, Arena, Arena, Arena];
  /** The slabs of the family's two objects. */
  readonly vestigesSlab: Address;
  readonly linesSlab: Address;
}

/** The addresses of a table. Frozen: everything that changes is in the heap. */
export interface TimeWaitTable {
  readonly limits: TimeWaitLimits;
  readonly jiffies: Address;
  readonly cell: Address;
  readonly seqlock: Seqlock;
  readonly lines: LinesLayout;
  /** The number of bits of a slot's number. */
  readonly slotBits: number;
  readonly v4: TimeWaitFamily;
  readonly v6: TimeWaitFamily;
  /** The timer, and how often it runs while there are records: five times a second, but at most once a tick. */
  readonly tickWork: Address;
  readonly tickTicks: number;
}

/** A family's two objects: slots and hash table. */
export interface Storage {
  readonly vestiges: Address;
  readonly lines: Address;
}

/**
 * The original's number of lines: for both kinds of chains, two for each head and a tenth more than full ones would
 * need.
 */
export function defaultLines(slots: number, heads: number, lineBytes: number): number {
  const tags = lineBytes / 4 - 1;
  return 2 * (2 * heads + Math.floor((11 * Math.floor(slots / tags)) / 10));
}

/** Enough lines never to run out: each record alone in its two, and an empty one kept at each head. */
export function ampleLines(slots: number, heads: number): number {
  return 2 * (slots + heads);
}

/** The original's limits. */
export const defaultLimits: TimeWaitLimits = {
  remoteSeconds: 60,
  localSeconds: 10,
  loopbackSeconds: 2,
  ticksPerSecond: 100,
  slots: 65536,
  heads: 512,
  lines: defaultLines(65536, 512, 64),
  lineBytes: 64,
  prefixes: { v4: 24, v6: 64 },
};

/**
 * Places a disabled, empty TIME_WAIT that takes its time from `clock`.
 *
 * @param objectsMax how many of the first enabling's four objects there is memory for
 * @throws RangeError when the heap is full, or `slots` or `heads` is no power of two
 */
export function createTimeWait(heap: Heap, clock: Clock, limits: TimeWaitLimits, objectsMax = 4): TimeWaitTable {
  const { slots, heads, lineBytes, ticksPerSecond } = limits;
  for (const [name, number] of [
    ["slots", slots],
    ["heads", heads],
  ] as const) {
    if (number < 1 || (number & (number - 1)) !== 0)
      throw new RangeError(`${name} is ${number}, and must be a power of two`);
  }
  const lines = Object.freeze(linesLayout(lineShape(lineBytes, limits.lines), heads, limits.lines));
  const cell = place(heap, TimeWaitCell, "timeWait");
  return Object.freeze({
    limits,
    jiffies: clock.jiffies,
    cell,
    seqlock: Object.freeze({ lock: TimeWaitCell.lock(cell), sequence: TimeWaitCell.sequence(cell) }),
    lines,
    slotBits: 31 - Math.clz32(slots),
    v4: placeFamily(heap, "v4", 1, limits, lines, objectsMax),
    v6: placeFamily(heap, "v6", 4, limits, lines, objectsMax - 2),
    tickWork: placeTimedWork(heap, clock, "tickWork"),
    tickTicks: Math.max(1, Math.floor(ticksPerSecond / 5)),
  });
}

function placeFamily(
  heap: Heap,
  family: AddressFamily,
  addressWords: number,
  limits: TimeWaitLimits,
  lines: LinesLayout,
  objectsMax: number,
): TimeWaitFamily {
  const cell = place(heap, FamilyCell, family);
  const third = Math.floor(limits.slots / 3);
  const arena = (mslClass: MslClass, first: number, size: number): Arena => {
    const arenaCell = place(heap, ArenaCell, `${family}.arena${mslClass}`);
    heap.words[ArenaCell.hand(arenaCell)] = first;
    heap.words[ArenaCell.free(arenaCell)] = size;
    return Object.freeze({
      cell: arenaCell,
      mslClass,
      first,
      size,
      lifeTicks: lifeTicksOf(mslClass, limits, limits.ticksPerSecond),
    });
  };
  return Object.freeze({
    family,
    cell,
    addressWords,
    vestigeWords: vestigeLayout(addressWords).words,
    arenas: Object.freeze([
      arena(MSL_CLASS.classless, 0, limits.slots),
      arena(MSL_CLASS.remote, 0, third),
      arena(MSL_CLASS.local, third, third),
      arena(MSL_CLASS.loopback, 2 * third, third),
    ] as const),
    vestigesSlab: placeSlab(
      heap,
      vestigesStruct(addressWords, limits.slots),
      `${family}.vestiges`,
      objectsMax > 0 ? 1 : 0,
    ),
    linesSlab: placeSlab(heap, linesStruct(lines), `${family}.lines`, objectsMax > 1 ? 1 : 0),
  });
}

/**
 * The family's objects, once `enabled` was seen under the lock, or `ticking` at any time: there are none before the
 * first enabling.
 */
export function* storageOf({ cell }: TimeWaitFamily): Access<Storage> {
  const vestiges = yield read(FamilyCell.vestiges(cell));
  const lines = yield read(FamilyCell.lines(cell));
  return { vestiges, lines };
}

/** The address of a slot. */
export function vestigeAt({ vestigeWords }: TimeWaitFamily, { vestiges }: Storage, slot: number): Address {
  return vestiges + slot * vestigeWords;
}

/** The arena that a connection's record belongs to now. Under the lock, which guards the knob. */
export function* arenaFor(table: TimeWaitTable, connection: TcpConnection): Access<Arena> {
  const truncating = yield read(TimeWaitCell.truncating(table.cell));
  const mslClass = truncating === 0 ? MSL_CLASS.classless : truncatedClassOf(connection, table.limits.prefixes);
  return table[connection.family].arenas[mslClass];
}
