/**
 * The allowed responses of the peer pool, one operation at a time: a map from address to record.
 *
 * A record is a peer as its users see it: its identity (a small number; 0 is no record), its holders, its identifier
 * counter, its rate limiter. Also specified: a record stays findable while it is held or fresh;
 * an invalidation hides all records of a family, and their holders keep them; collection may take a record that has
 * been idle for the ttl, or any idle record of a full tree.
 *
 * Left out: memory, time of reclaim, and which idle records a collection visits. A record that may have been collected
 * stays here, marked, until an operation on its address decides; so the number of records is an upper bound of the
 * pool's, and the ttl, which falls as the pool fills, a lower bound.
 *
 * Collection tests the count, the time of last use and the clock one after the other, and then marks the peer. So the
 * mark `mayVanish` is permanent, and the time of last use stands until the next release, even while the record is
 * held. The rule that the collector itself judges by fresh words is properties/peers/evicts-only-idle.ts.
 *
 * The pools of 2010 are the same map, with one family, and without invalidation and rate limiter. Their release notes
 * its time only when it is the last, under a lock, and returns nothing. Their collection decides by how full the pool
 * is, and takes later, when the pool may be emptier: the model does not know which collections are in progress, so the
 * least ttl so far applies permanently. The rule that a collection takes only records due by its own decision, and the
 * longest idle first, is properties/peers/takes-longest-idle.ts.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010 and 2012).
 */
import type { Model } from "../model.ts";
import { nextFromOutcomes } from "../outcomes.ts";
import { type AddressFamily, compareAddresses, type PeerAddress } from "./peer-address.ts";

export type PeersOperation =
  /** Returns the identity of the record at `address`, with one more reference, or 0. */
  | { readonly kind: "get"; readonly address: PeerAddress; readonly create: boolean }
  /** Releases a held record; returns the time noted as its last use, or 0 where collection is from a list. */
  | { readonly kind: "put"; readonly identity: number }
  /** May the holder act, if actions are limited to one in `timeout` ticks? Returns 1 or 0. */
  | { readonly kind: "allow"; readonly identity: number; readonly timeout: number }
  /** Returns the first of `more` + 1 identifiers. */
  | { readonly kind: "nextIdentifier"; readonly identity: number; readonly more: number }
  /** Returns 0. */
  | { readonly kind: "invalidate"; readonly family: AddressFamily }
  /** Moves the clock; returns the new time. */
  | { readonly kind: "advance"; readonly ticks: number };

interface PeerRecord {
  readonly identity: number;
  readonly address: PeerAddress;
  /** False once an invalidation hid it: no lookup finds it any more. */
  readonly attached: boolean;
  readonly references: number;
  /** The oldest time that its last releases may have left behind; undefined before the first. */
  readonly releasedAt: number | undefined;
  /** Taken from idle since `releasedAt`: the next release starts afresh. */
  readonly takenSince: boolean;
  /** Was once idle for so long that a collection may have marked it: it may be gone, or vanish, whenever it is idle. */
  readonly mayVanish: boolean;
  readonly identifier: number;
  /** The rate limiter in the original's form: tokens, and when they were counted. */
  readonly tokens: number;
  readonly tokensAt: number;
}

/**
 * How idle records are collected: by the search that passes them, which judges and marks each at once (`path`, 2012);
 * or from a list, by a collection that decides how long is too long, and takes the longest idle ones later (`list`,
 * 2010).
 */
type Collection = "path" | "list";

export interface PeersState {
  /** int32; wraps. */
  readonly now: number;
  /** All times that the clock has shown, `now` last: a release may have noted any of these. */
  readonly clock: readonly number[];
  /** In the order of their identities. */
  readonly records: readonly PeerRecord[];
  /** Where collections decide first and take later: the least ttl that any may have decided by. */
  readonly ttlLeast?: number;
}

/** The limits that decide how long a record may stay idle. */
export interface IdleLimits {
  /** Records of one family from which on none may stay idle. */
  readonly threshold: number;
  readonly ttlMinTicks: number;
  readonly ttlMaxTicks: number;
  readonly ticksPerSecond: number;
}

export interface PeersSpecification extends IdleLimits {
  /** The clock at the start. */
  readonly now: number;
  readonly burstFactor: number;
  /** `path` by default. */
  readonly collection?: Collection;
  /** Identities are 1 to this. */
  readonly identitiesMax: number;
  /** May a creation fail because memory is used up? */
  readonly allocationMayFail: boolean;
  readonly firstIdentifier: (address: PeerAddress) => number;
}

interface Outcome {
  readonly response: number;
  readonly next: PeersState;
}

/** A new record's rate limiter starts as if it had been filling this long. Exact for timeouts up to a sixth of it. */
const BUCKET_FILL_SECONDS = 60;

export function createPeersModel(specification: PeersSpecification): Model<PeersState, PeersOperation, number> {
  const empty: PeersState = { now: specification.now, clock: [specification.now], records: [] };
  const initial: PeersState =
    specification.collection === "list" ? { ...empty, ttlLeast: idleTicksMax(0, specification) } : empty;
  const outcomes = (state: PeersState, operation: PeersOperation): readonly Outcome[] =>
    outcomesOf(specification, state, operation);
  return { name: "peers", initial, outcomes, next: nextFromOutcomes(outcomes), key: keyOf };
}

/** Ticks a record may stay idle while the family has `total` records. */
export function idleTicksMax(
  total: number,
  { threshold, ttlMinTicks, ttlMaxTicks, ticksPerSecond }: IdleLimits,
): number {
  if (total >= threshold) return 0;
  const wholeSeconds = Math.floor((ttlMaxTicks - ttlMinTicks) / ticksPerSecond);
  return ttlMaxTicks - Math.floor((wholeSeconds * total) / threshold) * ticksPerSecond;
}

function outcomesOf(
  specification: PeersSpecification,
  state: PeersState,
  operation: PeersOperation,
): readonly Outcome[] {
  switch (operation.kind) {
    case "get":
      return get(specification, state, operation);
    case "put":
      return put(specification, state, operation.identity);
    case "allow":
      return allow(specification, state, operation);
    case "nextIdentifier":
      return withRecord(state, operation.identity, (record) => [
        {
          response: record.identifier & 0xffff,
          next: replace(state, { ...record, identifier: (record.identifier + operation.more + 1) & 0xffff }),
        },
      ]);
    case "invalidate": {
      const records = state.records.flatMap((record) => {
        if (record.address.family !== operation.family || !record.attached) return [record];
        return record.references === 0 ? [] : [detached(record)];
      });
      return [{ response: 0, next: { ...state, records } }];
    }
    case "advance": {
      const now = (state.now + operation.ticks) | 0;
      const clock = operation.ticks === 0 ? state.clock : [...state.clock, now];
      return [{ response: now, next: aged(specification, { ...state, now, clock }) }];
    }
  }
}

function get(
  specification: PeersSpecification,
  state: PeersState,
  { address, create }: { readonly address: PeerAddress; readonly create: boolean },
): readonly Outcome[] {
  const found = state.records.find((record) => record.attached && isSameAddress(record.address, address));
  const outcomes: Outcome[] = [];
  if (found !== undefined) {
    const taken = {
      ...found,
      references: found.references + 1,
      takenSince: found.takenSince || found.references === 0,
    };
    outcomes.push({ response: found.identity, next: replace(state, taken) });
    if (found.references > 0 || !found.mayVanish) return outcomes;
  }
  const without: PeersState = { ...state, records: state.records.filter((record) => record !== found) };
  if (!create || specification.allocationMayFail) outcomes.push({ response: 0, next: without });
  if (create) {
    for (let identity = 1; identity <= specification.identitiesMax; identity++) {
      if (state.records.some((record) => record.identity === identity)) continue;
      const records = [...without.records, createdRecord(specification, state.now, identity, address)];
      records.sort((left, right) => left.identity - right.identity);
      outcomes.push({ response: identity, next: aged(specification, { ...without, records }) });
    }
  }
  return outcomes;
}

function createdRecord(
  { ticksPerSecond, firstIdentifier }: PeersSpecification,
  now: number,
  identity: number,
  address: PeerAddress,
): PeerRecord {
  return {
    identity,
    address,
    attached: true,
    references: 1,
    releasedAt: undefined,
    takenSince: false,
    mayVanish: false,
    identifier: firstIdentifier(address) & 0xffff,
    tokens: 0,
    tokensAt: (now - BUCKET_FILL_SECONDS * ticksPerSecond) | 0,
  };
}

function put(specification: PeersSpecification, state: PeersState, identity: number): readonly Outcome[] {
  return withRecord(state, identity, (record) => {
    if (record.references === 0) return [];
    const references = record.references - 1;
    if (specification.collection === "list") {
      const released =
        references === 0
          ? { ...record, references, releasedAt: state.now, takenSince: false }
          : { ...record, references };
      return [{ response: 0, next: aged(specification, replace(state, released)) }];
    }
    if (references === 0 && !record.attached) {
      const left: PeersState = { ...state, records: state.records.filter((other) => other !== record) };
      return state.clock.map((response) => ({ response, next: left }));
    }
    return state.clock.map((response) => {
      // A concurrent release may overwrite a newer time with an older one.
      const earlier = record.takenSince ? undefined : record.releasedAt;
      const releasedAt = earlier === undefined ? response : older(state.now, earlier, response);
      const released = {
        ...record,
        references,
        releasedAt: record.attached ? releasedAt : undefined,
        takenSince: false,
      };
      return { response, next: aged(specification, replace(state, released)) };
    });
  });
}

function allow(
  { burstFactor }: PeersSpecification,
  state: PeersState,
  { identity, timeout }: { readonly identity: number; readonly timeout: number },
): readonly Outcome[] {
  return withRecord(state, identity, (record) => {
    const counted = Math.min((record.tokens + (state.now - record.tokensAt)) >>> 0, burstFactor * timeout);
    const allowed = counted >= timeout;
    const tokens = allowed ? counted - timeout : counted;
    return [{ response: allowed ? 1 : 0, next: replace(state, { ...record, tokens, tokensAt: state.now }) }];
  });
}

function withRecord(
  state: PeersState,
  identity: number,
  step: (record: PeerRecord) => readonly Outcome[],
): readonly Outcome[] {
  const record = state.records.find((candidate) => candidate.identity === identity);
  return record === undefined ? [] : step(record);
}

function replace(state: PeersState, changed: PeerRecord): PeersState {
  return {
    ...state,
    records: state.records.map((record) => (record.identity === changed.identity ? changed : record)),
  };
}

/** No lookup finds the record any more, so the data that decides whether it may be collected is dropped. */
function detached(record: PeerRecord): PeerRecord {
  return { ...record, attached: false, releasedAt: undefined, takenSince: false, mayVanish: false };
}

/** Marks the records that a collection could take now. */
function aged(specification: PeersSpecification, state: PeersState): PeersState {
  const totals = { v4: 0, v6: 0 };
  for (const { attached, address } of state.records) if (attached) totals[address.family]++;
  const ttls = { v4: idleTicksMax(totals.v4, specification), v6: idleTicksMax(totals.v6, specification) };
  const noted = noteTtl(state, ttls.v4);
  const isOld = ({ attached, releasedAt, address }: PeerRecord): boolean =>
    attached &&
    releasedAt !== undefined &&
    (state.now - releasedAt) >>> 0 >= Math.min(ttls[address.family], noted.ttlLeast ?? Infinity);
  if (!state.records.some((record) => !record.mayVanish && isOld(record))) return noted;
  return {
    ...noted,
    records: state.records.map((record) => (isOld(record) ? { ...record, mayVanish: true } : record)),
  };
}

/** The state, with the ttl noted that a collection may decide by before it takes. */
function noteTtl(state: PeersState, ttl: number): PeersState {
  return state.ttlLeast === undefined || state.ttlLeast <= ttl ? state : { ...state, ttlLeast: ttl };
}

/** The one of two times that lies further back from `now`. */
function older(now: number, one: number, other: number): number {
  return (now - one) >>> 0 > (now - other) >>> 0 ? one : other;
}

function isSameAddress(left: PeerAddress, right: PeerAddress): boolean {
  return left.family === right.family && compareAddresses(left, right) === 0;
}

function keyOf({ clock, records, ttlLeast }: PeersState): string {
  let key = ttlLeast === undefined ? clock.join(",") : `${clock.join(",")}<${ttlLeast}`;
  for (const record of records) {
    const { identity, address, attached, references, releasedAt, takenSince, mayVanish, identifier, tokens, tokensAt } =
      record;
    key += `;${identity}@${address.family}.${address.words.join(".")}${attached ? "" : "-"}*${references}`;
    key += `,${releasedAt ?? ""}${takenSince ? "t" : ""}${mayVanish ? "m" : ""},${identifier}`;
    key += `,${(tokensAt - tokens) | 0}`;
  }
  return key;
}
