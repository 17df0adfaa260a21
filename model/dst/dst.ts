/**
 * The allowed results of the destination cache, one operation at a time: a map from destinations to records, and
 * devices.
 *
 * A record is an entry as its users see it: its identity (a small number; 0 is none), its holders, the device it
 * sends through, its child. Also specified: a record stays findable until it is dropped, and usable as long as it
 * is held; a record in the cache always sends; a dropped one may begin to discard once its device is down or
 * gone, and then discards forever. One model serves every collector.
 *
 * Left out: memory, and when it comes back; the exact moment at which a dropped record learns of its device's state: it
 * has learnt it when a device event returns, which properties/dst/gone-device.ts checks.
 *
 * Source: Linux net/core/dst.c (2.6.23, 2.6.24).
 */
import type { Model } from "../model.ts";
import { nextFromOutcomes } from "../outcomes.ts";

/** The child of a new record: none, a private one, or a record in the cache. */
type DstChild =
  | { readonly kind: "none" }
  | { readonly kind: "private" }
  | { readonly kind: "shared"; readonly identity: number };

export type DstOperation =
  /** Returns the identity of the record, with one more reference, or 0. */
  | { readonly kind: "find"; readonly destination: number }
  /** Like `find`, and creates a record first if there is none. Device 0 is none. */
  | { readonly kind: "get"; readonly destination: number; readonly device: number; readonly child: DstChild }
  /** Creates a record that no lookup finds. */
  | { readonly kind: "getUncached"; readonly destination: number; readonly device: number }
  /** Exchanges a reference for one to the child; returns the child's identity, or 0 if there is none. */
  | { readonly kind: "pop"; readonly identity: number }
  /** Returns 0. */
  | { readonly kind: "release"; readonly identity: number }
  /** Returns the device sent through, or 0 if the record discards. */
  | { readonly kind: "send"; readonly identity: number }
  /** Returns 1 if there was a record. */
  | { readonly kind: "drop"; readonly destination: number }
  /** Return 1 if the device's state changed. */
  | { readonly kind: "up" | "down" | "unregister"; readonly device: number }
  /** Moves the clock; returns the new time. */
  | { readonly kind: "advance"; readonly ticks: number };

interface DstRecord {
  readonly identity: number;
  readonly destination: number;
  readonly device: number;
  /** `found`: in the cache until dropped. `private`: some record's own child. `uncached`: never found. */
  readonly origin: "found" | "private" | "uncached";
  /** Still in the cache. */
  readonly cached: boolean;
  readonly references: number;
  readonly hasPrivateChild: boolean;
  /** Identity of the child; 0 if there is none, or if it has not been seen yet. */
  readonly child: number;
  /** Of a private child, its parent. */
  readonly parent: number;
  /** Has been out of the cache while its device was not up. */
  readonly mayDiscard: boolean;
  /** Has been seen to discard. */
  readonly discards: boolean;
}

type DstDeviceState = "up" | "down" | "gone";

export interface DstState {
  /** int32; wraps. */
  readonly now: number;
  /** By number − 1. */
  readonly devices: readonly DstDeviceState[];
  /** In the order of their identities. */
  readonly records: readonly DstRecord[];
}

export interface DstSpecification {
  /** The clock at the start. */
  readonly now: number;
  readonly deviceCount: number;
  /** Identities are 1 to this. */
  readonly identitiesMax: number;
  /** May a creation fail because there are too many entries? */
  readonly creationMayFail: boolean;
}

interface Outcome {
  readonly response: number;
  readonly next: DstState;
}

export function createDstModel(specification: DstSpecification): Model<DstState, DstOperation, number> {
  const { now, deviceCount } = specification;
  const initial: DstState = { now, devices: Array.from({ length: deviceCount }, () => "up"), records: [] };
  const outcomes = (state: DstState, operation: DstOperation): readonly Outcome[] =>
    outcomesOf(specification, state, operation).map(({ response, next }) => ({ response, next: tidied(next) }));
  return { name: "dst", initial, outcomes, next: nextFromOutcomes(outcomes), key: keyOf };
}

function outcomesOf(specification: DstSpecification, state: DstState, operation: DstOperation): readonly Outcome[] {
  switch (operation.kind) {
    case "find": {
      const found = inCache(state, operation.destination);
      return found === undefined ? [{ response: 0, next: state }] : [taken(state, found)];
    }
    case "get": {
      const found = inCache(state, operation.destination);
      if (found !== undefined) return [taken(state, found)];
      const { destination, device, child } = operation;
      return created(specification, state, {
        destination,
        device,
        origin: "found",
        cached: true,
        hasPrivateChild: child.kind === "private",
        child: child.kind === "shared" ? child.identity : 0,
      });
    }
    case "getUncached": {
      const { destination, device } = operation;
      return created(specification, state, {
        destination,
        device,
        origin: "uncached",
        cached: false,
        hasPrivateChild: false,
        child: 0,
      });
    }
    case "pop":
      return withRecord(state, operation.identity, (record) => pop(specification, state, record));
    case "release":
      return withRecord(state, operation.identity, (record) => [
        { response: 0, next: released(state, record.identity) },
      ]);
    case "send":
      return withRecord(state, operation.identity, (record) => send(state, record));
    case "drop": {
      const found = inCache(state, operation.destination);
      return found === undefined
        ? [{ response: 0, next: state }]
        : [{ response: 1, next: replace(state, { ...found, cached: false }) }];
    }
    case "up":
      return change(state, operation.device, "up", (present) => present === "down");
    case "down":
      return change(state, operation.device, "down", (present) => present === "up");
    case "unregister":
      return change(state, operation.device, "gone", (present) => present !== "gone");
    case "advance": {
      const now = (state.now + operation.ticks) | 0;
      return [{ response: now, next: { ...state, now } }];
    }
  }
}

function inCache({ records }: DstState, destination: number): DstRecord | undefined {
  return records.find((record) => record.cached && record.destination === destination);
}

function taken(state: DstState, record: DstRecord): Outcome {
  return { response: record.identity, next: replace(state, { ...record, references: record.references + 1 }) };
}

/**
 * A new record under every free identity. Failure is allowed if there is no room, or if the device is not up.
 */
function created(
  specification: DstSpecification,
  state: DstState,
  made: Pick<DstRecord, "destination" | "device" | "origin" | "cached" | "hasPrivateChild" | "child">,
): readonly Outcome[] {
  const outcomes = freeIdentities(specification, state).map((identity): Outcome => {
    const record: DstRecord = {
      ...made,
      identity,
      references: 1,
      parent: 0,
      mayDiscard: false,
      discards: made.device === 0,
    };
    return { response: identity, next: { ...state, records: [...state.records, record] } };
  });
  if (specification.creationMayFail || !isUp(state, made.device)) outcomes.push({ response: 0, next: state });
  return outcomes;
}

function pop(specification: DstSpecification, state: DstState, record: DstRecord): readonly Outcome[] {
  const child = state.records.find(({ identity }) => identity === record.child);
  if (child !== undefined)
    return [{ response: child.identity, next: released(taken(state, child).next, record.identity) }];
  if (!record.hasPrivateChild) return [{ response: 0, next: state }];
  const { destination, device, mayDiscard } = record;
  return freeIdentities(specification, state).map((identity) => {
    const first: DstRecord = {
      identity,
      destination,
      device,
      origin: "private",
      cached: false,
      references: 1,
      hasPrivateChild: false,
      child: 0,
      parent: record.identity,
      mayDiscard,
      discards: device === 0,
    };
    const known = replace({ ...state, records: [...state.records, first] }, { ...record, child: identity });
    return { response: identity, next: released(known, record.identity) };
  });
}

function send(state: DstState, record: DstRecord): readonly Outcome[] {
  const discarded: Outcome = { response: 0, next: replace(state, { ...record, discards: true }) };
  if (record.discards) return [discarded];
  const sent: Outcome = { response: record.device, next: state };
  return record.mayDiscard ? [sent, discarded] : [sent];
}

function change(
  state: DstState,
  device: number,
  to: DstDeviceState,
  isAllowed: (present: DstDeviceState | undefined) => boolean,
): readonly Outcome[] {
  if (!isAllowed(state.devices[device - 1])) return [{ response: 0, next: state }];
  return [
    {
      response: 1,
      next: { ...state, devices: state.devices.map((present, index) => (index === device - 1 ? to : present)) },
    },
  ];
}

function freeIdentities({ identitiesMax }: DstSpecification, { records }: DstState): readonly number[] {
  const used = new Set(records.map(({ identity }) => identity));
  return Array.from({ length: identitiesMax }, (_, index) => index + 1).filter((identity) => !used.has(identity));
}

/** The outcomes for a held record; none for others, on which no operation is possible. */
function withRecord(
  { records }: DstState,
  identity: number,
  step: (record: DstRecord) => readonly Outcome[],
): readonly Outcome[] {
  const record = records.find((candidate) => candidate.identity === identity);
  return record === undefined || record.references === 0 ? [] : step(record);
}

function released(state: DstState, identity: number): DstState {
  return {
    ...state,
    records: state.records.map((record) =>
      record.identity === identity ? { ...record, references: record.references - 1 } : record,
    ),
  };
}

function replace(state: DstState, changed: DstRecord): DstState {
  return {
    ...state,
    records: state.records.map((record) => (record.identity === changed.identity ? changed : record)),
  };
}

function isUp({ devices }: DstState, device: number): boolean {
  return device === 0 || devices[device - 1] === "up";
}

/** Removes records that nothing reaches any more, and marks those that may have learnt that their device is not up. */
function tidied(state: DstState): DstState {
  const reached = new Set<number>();
  const reach = (identity: number): void => {
    const record = state.records.find((candidate) => candidate.identity === identity);
    if (record === undefined || reached.has(identity)) return;
    reached.add(identity);
    reach(record.child);
  };
  for (const { identity, cached, references } of state.records) if (cached || references > 0) reach(identity);
  const records = state.records
    .filter(({ identity }) => reached.has(identity))
    .map((record) =>
      !record.mayDiscard && !isUp(state, record.device) && mayBeDead(state, record)
        ? { ...record, mayDiscard: true }
        : record,
    )
    .toSorted((left, right) => left.identity - right.identity);
  return { ...state, records };
}

/** May the record be garbage, kept only by a holder? A private child is, once its parent is destroyed. */
function mayBeDead({ records }: DstState, { origin, cached, parent }: DstRecord): boolean {
  if (origin === "uncached") return false;
  if (origin === "found") return !cached;
  return records.find(({ identity }) => identity === parent)?.cached !== true;
}

function keyOf({ now, devices, records }: DstState): string {
  let key = `${now};${devices.join(",")}`;
  for (const {
    identity,
    destination,
    device,
    origin,
    cached,
    references,
    hasPrivateChild,
    child,
    parent,
    mayDiscard,
    discards,
  } of records) {
    key += `;${identity}@${destination}:${device}${origin}${cached ? "" : "-"}*${references}`;
    key += `>${hasPrivateChild ? "p" : ""}${child}<${parent}${mayDiscard ? "m" : ""}${discards ? "d" : ""}`;
  }
  return key;
}
