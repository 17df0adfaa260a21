/**
 * The allowed responses of the neighbour table and its users, one operation at a time.
 *
 * A record is a neighbour as its users see it: its identity (a small number; 0 until it has been seen), the time of its
 * last use, whether it sends at once, and the number of packets that wait at it. A path, or group, is the state of a
 * gid: its handle, whether that is valid, whether it has been queried, and the number of packets that wait at it. An
 * address is named `gid/queue`, a group by its gid alone, which starts with an m.
 *
 * Parts that are weaker than one atomic step, and why:
 * - Neighbours of one gid, or all of them, are removed one by one while others look them up, and so are the paths of a
 *   stopped device. `forgetPath` and `stop` mark the records concerned: from then on each may vanish independently;
 *   `deleteByGid` and `close` are the points by which all have vanished.
 * - The reaper judges a record by the clock and then removes it, and a use may come between. The mark that a record was
 *   idle for too long once stays; the rule that the reaper itself judges by fresh words is
 *   properties/neighbours/reaps-only-idle.ts.
 * - `answer`, `connect` and `disconnect` may find nothing to do although there is, because another thread is doing it
 *   or a worker has not reached it yet: then they return 0 and have no effect.
 *
 * Left out: memory, references (they keep a record's memory, not its place), and the exact time at which idle records
 * are removed: see properties/neighbours/reaped-in-time.ts.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ (3.6).
 */
import type { Model } from "../model.ts";
import { nextFromOutcomes } from "../outcomes.ts";

export type NeighboursOperation =
  /** Returns the identity of the record at the address, now held, or 0. */
  | { readonly kind: "get"; readonly address: string }
  /** Returns 0. */
  | { readonly kind: "put" }
  /** The holder removes the record from the table; returns 0. */
  | { readonly kind: "remove"; readonly identity: number }
  /** Returns the packet's outcome: a `PACKET`. */
  | { readonly kind: "transmit"; readonly address: string; readonly via: "neighbour" | "path" }
  /** The query for a gid is answered; 1 if one was outstanding, else 0. */
  | { readonly kind: "answer"; readonly gid: string; readonly granted: boolean }
  /** A path is removed; 1 if there was one. */
  | { readonly kind: "forgetPath"; readonly gid: string }
  /** The neighbours of a removed path are gone; returns 0. */
  | { readonly kind: "deleteByGid"; readonly gid: string }
  /** Paths may not be used by themselves until queried again; returns 0. */
  | { readonly kind: "invalidate" }
  /** The connection to an address is up; 1 if one was being started. */
  | { readonly kind: "connect"; readonly address: string }
  /** The connection to an address is lost, and the neighbour with it; 1 if there was one. */
  | { readonly kind: "disconnect"; readonly address: string }
  /** No more transmissions; 1 for the first such request. */
  | { readonly kind: "stop" }
  /** The table is gone; returns 0. */
  | { readonly kind: "close" }
  /** Moves the clock; returns the new time. */
  | { readonly kind: "advance"; readonly ticks: number }
  /** Sends by the record in the generic neighbour's cookie; returns the packets it has sent. */
  | { readonly kind: "sendByCookie" }
  /** Frees that record; 1 if there was one. */
  | { readonly kind: "freeCookie" };

/** The possible outcomes of a packet. */
export const PACKET = { sent: 1, waits: 2, dropped: 3 } as const;

/** `connecting` and `unresolved` records let packets wait; only the latter need their path. */
type NeighbourLink = "unresolved" | "connecting" | "ready";

interface NeighbourRecord {
  readonly identity: number;
  readonly address: string;
  /** The oldest time that may be noted as its last use. */
  readonly usedAt: number;
  /** May already be gone, or vanish at any time. */
  readonly mayVanish: boolean;
  readonly link: NeighbourLink;
  readonly waiting: number;
}

interface PathRecord {
  readonly gid: string;
  readonly known: boolean;
  readonly valid: boolean;
  readonly asked: boolean;
  readonly waiting: number;
}

export interface NeighboursState {
  /** int32; wraps. */
  readonly now: number;
  /** Bit i: identity i has been seen. No other record ever has it. */
  readonly seen: number;
  /** In the order of their addresses, like `paths` in that of their gids. */
  readonly records: readonly NeighbourRecord[];
  readonly paths: readonly PathRecord[];
  /** Gids whose neighbours are being removed, one entry per removal. */
  readonly doomed: readonly string[];
  readonly stopped: boolean;
  readonly closed: boolean;
  /** Packets sent by the cookie's record; undefined if there is none. */
  readonly cookieSends: number | undefined;
}

export interface NeighboursSpecification {
  /** The clock at the start. */
  readonly now: number;
  /** A record idle for more ticks than this may be removed. */
  readonly idleTicksMax: number;
  /** Packets that may wait at a record, and at a path. */
  readonly queueMax: number;
  /** Do unicast records send over connections? */
  readonly connected: boolean;
  /** Identities are 1 to this, which is below 31. */
  readonly identitiesMax: number;
  /** May memory for neighbours and paths run out? */
  readonly allocationMayFail: boolean;
  /** May memory for connections run out? A record without memory for its connection is removed. */
  readonly connectionsMayRunOut?: boolean;
}

interface Outcome {
  readonly response: number;
  readonly next: NeighboursState;
}

export function createNeighboursModel(
  specification: NeighboursSpecification,
): Model<NeighboursState, NeighboursOperation, number> {
  const outcomes = (state: NeighboursState, operation: NeighboursOperation): readonly Outcome[] =>
    outcomesOf(specification, state, operation);
  return {
    name: "neighbours",
    initial: {
      now: specification.now,
      seen: 0,
      records: [],
      paths: [],
      doomed: [],
      stopped: false,
      closed: false,
      cookieSends: undefined,
    },
    outcomes,
    next: nextFromOutcomes(outcomes),
    key: keyOf,
  };
}

/** The gid in an address's name. */
export function gidOfName(address: string): string {
  return address.split("/", 1)[0] ?? address;
}

/** Is it a group's? */
export function isGroup(gid: string): boolean {
  return gid.startsWith("m");
}

function outcomesOf(
  specification: NeighboursSpecification,
  state: NeighboursState,
  operation: NeighboursOperation,
): readonly Outcome[] {
  switch (operation.kind) {
    case "get":
      return viewsOf(state, operation.address).flatMap((view) => get(specification, view));
    case "put":
      return [{ response: 0, next: state }];
    case "remove":
      return [
        {
          response: 0,
          next: { ...state, records: state.records.filter(({ identity }) => identity !== operation.identity) },
        },
      ];
    case "transmit":
      if (state.stopped) return [{ response: PACKET.dropped, next: state }];
      if (operation.via === "path") return sendByPath(specification, state, gidOfName(operation.address));
      return viewsOf(state, operation.address).flatMap((view) =>
        sendByNeighbour(specification, view, operation.address),
      );
    case "answer":
      return [{ response: 0, next: state }, ...answer(specification, state, operation.gid, operation.granted)];
    case "forgetPath":
      return forgetPath(state, operation.gid);
    case "deleteByGid":
      return [deleteByGid(state, operation.gid)];
    case "invalidate":
      return [
        {
          response: 0,
          next: { ...state, paths: state.paths.map((path) => (isGroup(path.gid) ? path : { ...path, valid: false })) },
        },
      ];
    case "connect":
      return [{ response: 0, next: state }, ...connect(state, operation.address)];
    case "disconnect":
      return [{ response: 0, next: state }, ...disconnect(specification, state, operation.address)];
    case "stop":
      if (state.stopped) return [{ response: 0, next: state }];
      return [{ response: 1, next: { ...state, stopped: true, records: state.records.map(vanishing) } }];
    case "close":
      return [{ response: 0, next: { ...state, records: [], closed: true } }];
    case "advance": {
      const now = (state.now + operation.ticks) | 0;
      const records = state.records.map((record) =>
        ((now - record.usedAt) | 0) > specification.idleTicksMax ? vanishing(record) : record,
      );
      return [{ response: now, next: { ...state, now, records } }];
    }
    case "sendByCookie": {
      const sends = (state.cookieSends ?? 0) + 1;
      return [{ response: sends, next: { ...state, cookieSends: sends } }];
    }
    case "freeCookie":
      return [{ response: state.cookieSends === undefined ? 0 : 1, next: { ...state, cookieSends: undefined } }];
  }
}

/**
 * The possible views of the table for a search of an address: with its record, and without it if it may have vanished.
 */
interface View {
  readonly state: NeighboursState;
  readonly record: NeighbourRecord | undefined;
}

function viewsOf(state: NeighboursState, address: string): readonly View[] {
  const record = state.records.find((candidate) => candidate.address === address);
  const views: View[] = [{ state, record }];
  if (record?.mayVanish === true) views.push({ state: without(state, record), record: undefined });
  return views;
}

function get({ identitiesMax, queueMax }: NeighboursSpecification, { state, record }: View): readonly Outcome[] {
  if (record === undefined) return [{ response: 0, next: state }];
  // At a full queue a use is not noted.
  const usedAt = record.waiting < queueMax ? state.now : record.usedAt;
  if (record.identity !== 0) return [{ response: record.identity, next: replace(state, { ...record, usedAt }) }];
  const outcomes: Outcome[] = [];
  for (let identity = 1; identity <= identitiesMax; identity++) {
    if ((state.seen & (1 << identity)) !== 0) continue;
    outcomes.push({
      response: identity,
      next: { ...replace(state, { ...record, identity, usedAt }), seen: state.seen | (1 << identity) },
    });
  }
  return outcomes;
}

function sendByNeighbour(
  specification: NeighboursSpecification,
  { state, record }: View,
  address: string,
): readonly Outcome[] {
  if (record !== undefined) return [sendByRecord(specification, state, record)];
  const gid = gidOfName(address);
  const found = state.paths.find((path) => path.gid === gid);
  const path = found ?? newPath(gid);
  const outcomes: Outcome[] = [];
  if (specification.allocationMayFail) outcomes.push(...withoutMemory(state, path));
  if (!path.known && isGroup(gid)) {
    const { response, path: after } = waitAtPath(specification, path);
    outcomes.push({ response, next: withPath(state, after) });
    return outcomes;
  }
  const needsConnection = specification.connected && !isGroup(gid);
  const created: NeighbourRecord = {
    identity: 0,
    address,
    usedAt: state.now,
    mayVanish: state.stopped || state.doomed.includes(gid),
    link: !path.known ? "unresolved" : needsConnection ? "connecting" : "ready",
    waiting: 0,
  };
  const records = [...state.records, created].toSorted((left, right) => (left.address < right.address ? -1 : 1));
  outcomes.push(
    sendByRecord(specification, { ...withPath(state, path.known ? path : { ...path, asked: true }), records }, created),
  );
  return outcomes;
}

/** There was no memory for the path, or for the path but none for the record. A group that is known needs no record. */
function withoutMemory(state: NeighboursState, path: PathRecord): readonly Outcome[] {
  if (isGroup(path.gid) && path.known) return [{ response: PACKET.sent, next: state }];
  return [
    { response: PACKET.dropped, next: state },
    { response: PACKET.dropped, next: withPath(state, path) },
  ];
}

function sendByRecord({ queueMax }: NeighboursSpecification, state: NeighboursState, record: NeighbourRecord): Outcome {
  const usedAt = state.now;
  if (record.link === "ready") return { response: PACKET.sent, next: replace(state, { ...record, usedAt }) };
  if (record.waiting >= queueMax) return { response: PACKET.dropped, next: state };
  return { response: PACKET.waits, next: replace(state, { ...record, usedAt, waiting: record.waiting + 1 }) };
}

function sendByPath(specification: NeighboursSpecification, state: NeighboursState, gid: string): readonly Outcome[] {
  const found = state.paths.find((path) => path.gid === gid);
  const path = found ?? newPath(gid);
  if (path.known && path.valid) return [{ response: PACKET.sent, next: state }];
  const { response, path: after } = waitAtPath(specification, path);
  const outcomes: Outcome[] = [{ response, next: withPath(state, after) }];
  if (found === undefined && specification.allocationMayFail) outcomes.push({ response: PACKET.dropped, next: state });
  return outcomes;
}

function waitAtPath(
  { queueMax }: NeighboursSpecification,
  path: PathRecord,
): { readonly response: number; readonly path: PathRecord } {
  const asked = { ...path, asked: true };
  if (path.waiting >= queueMax) return { response: PACKET.dropped, path: asked };
  return { response: PACKET.waits, path: { ...asked, waiting: path.waiting + 1 } };
}

function answer(
  { connected, connectionsMayRunOut = false }: NeighboursSpecification,
  state: NeighboursState,
  gid: string,
  granted: boolean,
): readonly Outcome[] {
  const path = state.paths.find((candidate) => candidate.gid === gid);
  if (path?.asked !== true) return [];
  if (!granted) return [{ response: 1, next: withPath(state, { ...path, asked: false }) }];
  const resolved: NeighbourLink = connected && !isGroup(gid) ? "connecting" : "ready";
  const records = state.records.map((record): NeighbourRecord => {
    if (gidOfName(record.address) !== gid) return record;
    return { ...record, waiting: 0, link: record.link === "unresolved" ? resolved : record.link };
  });
  const known = withPath(state, { gid, known: true, valid: true, asked: false, waiting: 0 });
  if (!connectionsMayRunOut) return [{ response: 1, next: { ...known, records } }];
  const mayGo = records.filter(({ address, link }) => gidOfName(address) === gid && link === "connecting");
  return subsetsOf(mayGo).map((gone) => ({
    response: 1,
    next: { ...known, records: records.filter((record) => !gone.includes(record)) },
  }));
}

function subsetsOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.reduce<readonly (readonly T[])[]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]);
}

function forgetPath(state: NeighboursState, gid: string): readonly Outcome[] {
  const paths = state.paths.filter((path) => path.gid !== gid);
  if (paths.length === state.paths.length) return [{ response: 0, next: state }];
  const records = state.records.map((record) => (gidOfName(record.address) === gid ? vanishing(record) : record));
  const forgotten = { response: 1, next: { ...state, paths, records, doomed: [...state.doomed, gid].toSorted() } };
  // The thread that stopped the device removes its paths.
  return state.stopped ? [forgotten, { response: 0, next: { ...state, paths } }] : [forgotten];
}

function deleteByGid(state: NeighboursState, gid: string): Outcome {
  const at = state.doomed.indexOf(gid);
  const records = state.records.filter(({ address }) => gidOfName(address) !== gid);
  return { response: 0, next: { ...state, records, doomed: state.doomed.filter((_, index) => index !== at) } };
}

function connect(state: NeighboursState, address: string): readonly Outcome[] {
  const record = state.records.find((candidate) => candidate.address === address);
  if (record?.link !== "connecting") return [];
  return [{ response: 1, next: replace(state, { ...record, link: "ready", waiting: 0 }) }];
}

function disconnect(
  { connected }: NeighboursSpecification,
  state: NeighboursState,
  address: string,
): readonly Outcome[] {
  const record = state.records.find((candidate) => candidate.address === address);
  if (!connected || record === undefined || record.link === "unresolved" || isGroup(gidOfName(address))) return [];
  return [{ response: 1, next: without(state, record) }];
}

function newPath(gid: string): PathRecord {
  return { gid, known: false, valid: false, asked: false, waiting: 0 };
}

function withPath(state: NeighboursState, path: PathRecord): NeighboursState {
  const others = state.paths.filter(({ gid }) => gid !== path.gid);
  return { ...state, paths: [...others, path].toSorted((left, right) => (left.gid < right.gid ? -1 : 1)) };
}

function replace(state: NeighboursState, changed: NeighbourRecord): NeighboursState {
  return { ...state, records: state.records.map((record) => (record.address === changed.address ? changed : record)) };
}

function without(state: NeighboursState, gone: NeighbourRecord): NeighboursState {
  return { ...state, records: state.records.filter((record) => record !== gone) };
}

function vanishing(record: NeighbourRecord): NeighbourRecord {
  return record.mayVanish ? record : { ...record, mayVanish: true };
}

function keyOf({ now, seen, records, paths, doomed, stopped, closed, cookieSends }: NeighboursState): string {
  let key = `${now},${seen},${stopped ? "s" : ""}${closed ? "c" : ""}${cookieSends ?? ""};${doomed.join(",")}`;
  for (const { identity, address, usedAt, mayVanish, link, waiting } of records)
    key += `;${address}#${identity}@${usedAt}${mayVanish ? "v" : ""}${link[0]}${waiting}`;
  for (const { gid, known, valid, asked, waiting } of paths)
    key += `|${gid}${known ? "k" : ""}${valid ? "v" : ""}${asked ? "a" : ""}${waiting}`;
  return key;
}
