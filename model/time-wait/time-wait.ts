/**
 * The allowed responses of compressed TIME_WAIT, one operation at a time.
 *
 * A record is the rest of a closed connection: it keeps the connection's name from being used again until it
 * expires. Specified: how long it lives (twice the segment lifetime of its class), that it is never found past its
 * expiry, that a class with no room gives up its oldest (all of one expiry at once), and never another class's,
 * and the responses to a new connection, a bind, a late segment and a new SYN.
 *
 * A class is a queue of slots, oldest first: a record that is deleted in the middle of the queue leaves its slot taken
 * until the queue reaches it. Expired slots leave the front of the queue some time after their expiry, by the
 * timer, about which nothing else is specified: every operation may find them gone, or still there.
 *
 * Left out: the hash table. If its lines may run out, an addition may give up more of its class than it needs for its
 * slot, and may fail. A class of one scheme (all connections alike) that reaches a slot of the other (three
 * classes) is refused, and here may be refused, whenever the other scheme has slots left.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011).
 */
import type { Model } from "../model.ts";
import { nextFromOutcomes } from "../outcomes.ts";
import type { AddressFamily } from "#model/peers/peer-address.ts";
import type { Reach } from "./tcp-connection.ts";

/** A connection, as far as the model distinguishes connections. */
export interface ConnectionIdentity {
  /** Equal for equal connections, family included. */
  readonly name: string;
  readonly family: AddressFamily;
  readonly reach: Reach;
  readonly localPort: number;
}

export type TimeWaitOperation =
  /** The connection closes: 1, and a record replaces it; or 0, and its owner must wait in full. */
  | {
      readonly kind: "add";
      readonly connection: ConnectionIdentity;
      readonly sequence: number;
      readonly reuse: boolean;
    }
  /** May the connection be created? Returns the rest of its predecessor ({@link snapshotWord}), or 0. */
  | { readonly kind: "lookup"; readonly connection: ConnectionIdentity }
  /** A late segment: 1, and the record lives its whole life again; 2, and it keeps its old expiry; 0, there is none. */
  | { readonly kind: "restart"; readonly connection: ConnectionIdentity }
  /**
   * A SYN: 1, and the record is gone, because `sequence` is past everything it has received; 2, it stays; 0, there is
   * none.
   */
  | { readonly kind: "reopen"; readonly connection: ConnectionIdentity; readonly sequence: number }
  /** Returns how many records conflict with a bind to the local port. */
  | { readonly kind: "bind"; readonly family: AddressFamily; readonly port: number; readonly reuse: boolean }
  /** Turns a knob; returns 0, or an error number. */
  | { readonly kind: "set"; readonly knob: string; readonly on: boolean }
  /** Moves the clock; returns the new time. */
  | { readonly kind: "advance"; readonly ticks: number };

interface TimeWaitSlot {
  /** Tick from which on the record is expired. */
  readonly expires: number;
  /** Absent if it was deleted, or is expired. */
  readonly record?: {
    readonly name: string;
    readonly localPort: number;
    readonly sequence: number;
    readonly reuse: boolean;
  };
}

export interface TimeWaitState {
  /** int32; wraps. */
  readonly now: number;
  readonly enabled: boolean;
  /** Are connections distinguished by their reach? */
  readonly truncating: boolean;
  /** Taken slots, oldest first, of the four classes of IPv4, then of those of IPv6. */
  readonly arenas: readonly (readonly TimeWaitSlot[])[];
}

/** Longest time a segment may live in the network, by reach; 0 for the default. */
export interface SegmentLifetimes {
  readonly remoteSeconds: number;
  readonly localSeconds: number;
  readonly loopbackSeconds: number;
}

export interface TimeWaitSpecification extends SegmentLifetimes {
  /** The clock at the start. */
  readonly now: number;
  readonly enabled: boolean;
  readonly truncating: boolean;
  readonly ticksPerSecond: number;
  /** Slots of each family. */
  readonly slots: number;
  readonly linesMayRunOut: boolean;
  /** Does the first enabling fail? */
  readonly memoryIsShort: boolean;
}

interface Outcome {
  readonly response: number;
  readonly next: TimeWaitState;
}

export const ENOENT = 2;
export const ENOMEM = 12;

const CLASSES = 4;
const BUILT_IN_SECONDS = 60;

export function createTimeWaitModel(
  specification: TimeWaitSpecification,
): Model<TimeWaitState, TimeWaitOperation, number> {
  const { now, enabled, truncating } = specification;
  const outcomes = (state: TimeWaitState, operation: TimeWaitOperation): readonly Outcome[] =>
    outcomesOf(specification, state, operation);
  return {
    name: "time-wait",
    initial: { now, enabled, truncating, arenas: Array.from({ length: 2 * CLASSES }, () => []) },
    outcomes,
    next: nextFromOutcomes(outcomes),
    key: keyOf,
  };
}

/** Ticks a record of the class lives: 0 all connections alike, 1 remote, 2 local, 3 loopback. */
export function lifeTicks(
  mslClass: number,
  { remoteSeconds, localSeconds, loopbackSeconds }: SegmentLifetimes,
  ticksPerSecond: number,
): number {
  const seconds =
    mslClass === 3
      ? loopbackSeconds || BUILT_IN_SECONDS / 4
      : mslClass === 2
        ? localSeconds || BUILT_IN_SECONDS / 2
        : remoteSeconds || BUILT_IN_SECONDS;
  return 2 * seconds * ticksPerSecond;
}

/**
 * A lookup's response for a record whose connection had reached `sequence`: its three numbers, in decimal one behind
 * the other.
 */
export function snapshotWord({
  receiveNext,
  sendNext,
  receiveWindow,
}: {
  readonly receiveNext: number;
  readonly sendNext: number;
  readonly receiveWindow: number;
}): number {
  return receiveNext * 1_000_000 + sendNext * 1000 + receiveWindow;
}

/**
 * The three numbers of a connection that has reached `sequence`, 1 to 300: all different, and different for each
 * sequence.
 */
export function numbersAt(sequence: number): {
  readonly receiveNext: number;
  readonly sendNext: number;
  readonly receiveWindow: number;
} {
  return { receiveNext: sequence, sendNext: sequence + 300, receiveWindow: sequence + 600 };
}

function outcomesOf(
  specification: TimeWaitSpecification,
  state: TimeWaitState,
  operation: TimeWaitOperation,
): readonly Outcome[] {
  switch (operation.kind) {
    case "add":
      return add(specification, state, operation);
    case "lookup": {
      const found = find(state, operation.connection);
      return [{ response: found === undefined ? 0 : snapshotWord(numbersAt(found.record.sequence)), next: state }];
    }
    case "restart":
      return restart(specification, state, operation.connection);
    case "reopen":
      return reopen(state, operation.connection, operation.sequence);
    case "bind": {
      const { family, port, reuse } = operation;
      const records = arenasOf(family).flatMap((place) =>
        (state.arenas[place] ?? []).flatMap(({ record }) => record ?? []),
      );
      return [
        {
          response: records.filter((record) => record.localPort === port && !(reuse && record.reuse)).length,
          next: state,
        },
      ];
    }
    case "set":
      return set(specification, state, operation);
    case "advance": {
      const now = (state.now + operation.ticks) | 0;
      const arenas = state.arenas.map((arena) =>
        arena.map((slot) => (isExpired(slot, now) ? { expires: slot.expires } : slot)),
      );
      return [{ response: now, next: { ...state, now, arenas } }];
    }
  }
}

function add(
  specification: TimeWaitSpecification,
  state: TimeWaitState,
  {
    connection,
    sequence,
    reuse,
  }: { readonly connection: ConnectionIdentity; readonly sequence: number; readonly reuse: boolean },
): readonly Outcome[] {
  const refused: Outcome = { response: 0, next: state };
  if (!state.enabled || find(state, connection) !== undefined) return [refused];
  const mslClass = classOf(state, connection);
  const place = placeOf(connection.family, mslClass);
  const record = { name: connection.name, localPort: connection.localPort, sequence, reuse };
  const slot = { expires: expiryOf(specification, state, mslClass), record };
  const outcomes: Outcome[] = othersAreLeft(state, connection.family, mslClass) ? [refused] : [];
  for (const aged of agings(state, [place])) {
    const room = makeRoom(specification, aged, place, mslClass);
    if (room === undefined) {
      outcomes.push(refused);
      continue;
    }
    for (let given = 0; given <= (specification.linesMayRunOut ? room.length : 0); given++) {
      outcomes.push({ response: 1, next: withArena(aged, place, [...room.slice(given), slot]) });
    }
    if (specification.linesMayRunOut) outcomes.push({ response: 0, next: withArena(aged, place, []) });
  }
  return outcomes;
}

function restart(
  specification: TimeWaitSpecification,
  state: TimeWaitState,
  connection: ConnectionIdentity,
): readonly Outcome[] {
  const found = find(state, connection);
  if (found === undefined) return [{ response: 0, next: state }];
  const mslClass = classOf(state, connection);
  const place = placeOf(connection.family, mslClass);
  const slot = { expires: expiryOf(specification, state, mslClass), record: found.record };
  const refused: Outcome = { response: 2, next: state };
  const outcomes: Outcome[] = othersAreLeft(state, connection.family, mslClass) ? [refused] : [];
  for (const aged of agings(state, [place, found.place])) {
    const room = makeRoom(specification, aged, place, mslClass);
    if (room === undefined) {
      outcomes.push(refused);
      continue;
    }
    const without = withoutRecord(withArena(aged, place, room), connection.name); // if making room did not
    outcomes.push({ response: 1, next: withArena(without, place, [...(without.arenas[place] ?? []), slot]) });
  }
  return outcomes;
}

function reopen(state: TimeWaitState, connection: ConnectionIdentity, sequence: number): readonly Outcome[] {
  const found = find(state, connection);
  if (found === undefined) return [{ response: 0, next: state }];
  if (((sequence - numbersAt(found.record.sequence).receiveNext) | 0) <= 0) return [{ response: 2, next: state }];
  return agings(state, [found.place]).map((aged) => ({ response: 1, next: withoutRecord(aged, connection.name) }));
}

function set(
  { memoryIsShort }: TimeWaitSpecification,
  state: TimeWaitState,
  { knob, on }: { readonly knob: string; readonly on: boolean },
): readonly Outcome[] {
  switch (knob) {
    case "enable":
      return on && memoryIsShort
        ? [{ response: ENOMEM, next: state }]
        : [{ response: 0, next: { ...state, enabled: on } }];
    case "truncation":
      return [{ response: 0, next: { ...state, truncating: on } }];
    default:
      return [{ response: ENOENT, next: state }];
  }
}

/** The record of the connection, and its place. Expired ones do not count. */
function find({ arenas }: TimeWaitState, { name }: ConnectionIdentity) {
  for (const [place, arena] of arenas.entries()) {
    for (const { record } of arena) if (record?.name === name) return { record, place };
  }
  return undefined;
}

/** The state unchanged, and the state after the timer has taken the expired slots from the front of these arenas. */
function agings(state: TimeWaitState, places: readonly number[]): readonly TimeWaitState[] {
  let states: readonly TimeWaitState[] = [state];
  for (const place of new Set(places)) {
    const arena = state.arenas[place] ?? [];
    const first = arena.findIndex((slot) => !isExpired(slot, state.now));
    const aged = arena.slice(first === -1 ? arena.length : first);
    if (aged.length < arena.length) states = states.flatMap((one) => [one, withArena(one, place, aged)]);
  }
  return states;
}

/**
 * The arena with room for one more: if it is full, without all slots that expire with the oldest. Undefined if it has
 * no slots at all.
 */
function makeRoom(
  { slots }: TimeWaitSpecification,
  state: TimeWaitState,
  place: number,
  mslClass: number,
): readonly TimeWaitSlot[] | undefined {
  const arena = state.arenas[place] ?? [];
  const size = mslClass === 0 ? slots : Math.floor(slots / 3);
  if (arena.length < size) return arena;
  const [oldest] = arena;
  if (oldest === undefined) return undefined;
  const first = arena.findIndex(({ expires }) => expires !== oldest.expires);
  return arena.slice(first === -1 ? arena.length : first);
}

/** The state without the record: its slot is free if it is the oldest, and stays taken if not. */
function withoutRecord(state: TimeWaitState, name: string): TimeWaitState {
  const arenas = state.arenas.map((arena) => {
    const index = arena.findIndex(({ record }) => record?.name === name);
    if (index === -1) return arena;
    return index === 0
      ? arena.slice(1)
      : arena.map((slot, place) => (place === index ? { expires: slot.expires } : slot));
  });
  return { ...state, arenas };
}

function withArena(state: TimeWaitState, place: number, arena: readonly TimeWaitSlot[]): TimeWaitState {
  return { ...state, arenas: state.arenas.map((other, index) => (index === place ? arena : other)) };
}

function classOf({ truncating }: TimeWaitState, { reach }: ConnectionIdentity): number {
  return truncating ? { remote: 1, local: 2, loopback: 3 }[reach] : 0;
}

function placeOf(family: AddressFamily, mslClass: number): number {
  return (family === "v4" ? 0 : CLASSES) + mslClass;
}

function arenasOf(family: AddressFamily): readonly number[] {
  return Array.from({ length: CLASSES }, (_, mslClass) => placeOf(family, mslClass));
}

/** Has the other scheme (one class for all, or three) slots that an arena of this class shares? */
function othersAreLeft({ arenas }: TimeWaitState, family: AddressFamily, mslClass: number): boolean {
  return arenasOf(family).some(
    (place, other) => (mslClass === 0) !== (other === 0) && (arenas[place] ?? []).length > 0,
  );
}

function expiryOf(specification: TimeWaitSpecification, { now }: TimeWaitState, mslClass: number): number {
  return (now + lifeTicks(mslClass, specification, specification.ticksPerSecond)) | 0;
}

function isExpired({ expires }: TimeWaitSlot, now: number): boolean {
  return ((now - expires) | 0) >= 0;
}

function keyOf({ now, enabled, truncating, arenas }: TimeWaitState): string {
  let key = `${now}${enabled ? "e" : ""}${truncating ? "t" : ""}`;
  for (const arena of arenas) {
    key += ";";
    for (const { expires, record } of arena)
      key +=
        record === undefined
          ? `${expires},`
          : `${expires}=${record.name}.${record.localPort}.${record.sequence}${record.reuse ? "r" : ""},`;
  }
  return key;
}
