/**
 * The common part of the monitors of queue, stack and priority queue: each value is inserted once and taken at most
 * once, so a history is a list of values with two intervals each, and a list of takes that found nothing.
 *
 * A value is surely inside from the response of its insert to the invocation of its take. A take that found nothing
 * needs an instant in its interval at which no value is surely inside; that is also sufficient: then the values that
 * must come before and those that may come after can be separated, and each half is a separate history. (For queues:
 * Henzinger, Sezgin, Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR 2013; Bouajjani, Emmi, Enea, Hamza,
 * "On reducing linearizability to state reachability", ICALP 2015. The argument uses only that an emptied container is
 * like a new one, and that an explained history without one of its values is still explained; so it holds for all
 * three.)
 *
 * Pending: an insert whose value is never taken is left out; one whose value is taken responded after all. A pending
 * take may take any value that is left, or nothing; see `withoutPendingTakes`.
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { ContainerRole, Scalar } from "#model/object-shape.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";

/**
 * Times are places in the order of events, 0 … 2n, so that flat tables can be indexed by them; a place is also the gap
 * after it.
 */
export interface Values {
  readonly count: number;
  /** End of time: the response of a pending operation, the take of a value that stays. */
  readonly end: number;
  readonly insertInvoked: Int32Array;
  readonly insertResponded: Int32Array;
  readonly takeInvoked: Int32Array;
  readonly takeResponded: Int32Array;
  /** Operations of a value by index; the take is -1 when the value stays. */
  readonly insertAt: Int32Array;
  readonly takeAt: Int32Array;
  readonly value: readonly Scalar[];
  /** Takes that found nothing: invocation, response, index, in sequence. */
  readonly none: Int32Array;
  /** Invocations of the pending takes, ascending. */
  readonly pendingTakes: Int32Array;
}

export type ValuesOrVerdict =
  | { readonly kind: "values"; readonly values: Values }
  | Exclude<MonitorVerdict, { kind: "holds" }>;

export function valuesOf(operations: readonly TimedRole<ContainerRole>[]): ValuesOrVerdict {
  const [invoked, responded, end] = placesOf(operations);
  const idOf = new Map<Scalar, number>();
  const value: Scalar[] = [];
  const insertAt: number[] = [];
  const pendingTakes: number[] = [];
  const none: number[] = [];
  for (const [i, { role }] of operations.entries()) {
    if (role.role !== "insert") continue;
    if (idOf.has(role.value)) return { kind: "not-covered", because: `${String(role.value)} is inserted twice` };
    idOf.set(role.value, value.length);
    value.push(role.value);
    insertAt.push(i);
  }
  const takeAt = new Int32Array(value.length).fill(-1);
  for (const [i, { role, respondedAt }] of operations.entries()) {
    if (role.role === "insert") continue;
    if (respondedAt === Infinity) pendingTakes.push(wordAt(invoked, i));
    else if (role.role === "take-none") none.push(wordAt(invoked, i), wordAt(responded, i), i);
    else if (role.value === undefined) return { kind: "not-covered", because: "nobody saw what a take took" };
    else {
      const id = idOf.get(role.value);
      if (id === undefined)
        return { kind: "violated", because: `${String(role.value)} is taken, and nobody inserts it`, operations: [i] };
      const other = numberAt(takeAt, id, -1);
      const insert = numberAt(insertAt, id);
      if (other !== -1)
        return { kind: "violated", because: `${String(role.value)} is taken twice`, operations: [insert, other, i] };
      if (wordAt(responded, i) < wordAt(invoked, insert)) {
        return {
          kind: "violated",
          because: `${String(role.value)} is taken before its insert is invoked`,
          operations: [insert, i],
        };
      }
      takeAt[id] = i;
    }
  }
  // A pending insert whose value was not taken is left out.
  const kept = [...value.keys()].filter(
    (id) => takeAt[id] !== -1 || (operations[numberAt(insertAt, id)]?.respondedAt ?? 0) !== Infinity,
  );
  const column = (of: (id: number) => number): Int32Array => Int32Array.from(kept, of);
  return {
    kind: "values",
    values: {
      count: kept.length,
      end,
      insertInvoked: column((id) => wordAt(invoked, numberAt(insertAt, id))),
      insertResponded: column((id) => wordAt(responded, numberAt(insertAt, id))),
      takeInvoked: column((id) => (takeAt[id] === -1 ? end : wordAt(invoked, wordAt(takeAt, id)))),
      takeResponded: column((id) => (takeAt[id] === -1 ? end : wordAt(responded, wordAt(takeAt, id)))),
      insertAt: column((id) => numberAt(insertAt, id)),
      takeAt: column((id) => numberAt(takeAt, id, -1)),
      value: kept.map((id) => value[id] ?? null),
      none: Int32Array.from(none),
      pendingTakes: Int32Array.from(pendingTakes).toSorted(),
    },
  };
}

/** Places of invocations and responses in the order of events, and the place after them all. */
function placesOf(operations: readonly TimedRole<unknown>[]): [Int32Array, Int32Array, number] {
  const invoked = new Int32Array(operations.length);
  const responded = new Int32Array(operations.length);
  let latest = 0;
  let whole = true;
  for (const { invokedAt, respondedAt } of operations) {
    whole &&= Number.isSafeInteger(invokedAt) && invokedAt >= 0;
    latest = Math.max(latest, invokedAt, respondedAt === Infinity ? 0 : respondedAt);
  }
  // Whole, distinct times without large gaps are places already.
  if (
    whole &&
    latest < 8 * operations.length + 1024 &&
    operations.every(({ respondedAt }) => respondedAt === Infinity || Number.isSafeInteger(respondedAt))
  ) {
    const taken = new Uint8Array(latest + 2);
    let distinct = true;
    for (const [i, { invokedAt, respondedAt }] of operations.entries()) {
      invoked[i] = invokedAt;
      responded[i] = respondedAt === Infinity ? latest + 1 : respondedAt;
      distinct &&=
        taken[invokedAt] === 0 && invokedAt !== respondedAt && (respondedAt === Infinity || taken[respondedAt] === 0);
      taken[invokedAt] = 1;
      if (respondedAt !== Infinity) taken[respondedAt] = 1;
    }
    if (distinct) return [invoked, responded, latest + 1];
  }
  const events: { readonly at: number; readonly code: number }[] = [];
  for (const [i, { invokedAt, respondedAt }] of operations.entries()) {
    events.push({ at: invokedAt, code: 2 * i });
    if (respondedAt !== Infinity) events.push({ at: respondedAt, code: 2 * i + 1 });
  }
  events.sort((left, right) => left.at - right.at || (left.code & 1) - (right.code & 1));
  responded.fill(events.length);
  for (const [place, { code }] of events.entries()) {
    if ((code & 1) === 0) invoked[code >> 1] = place;
    else responded[code >> 1] = place;
  }
  return [invoked, responded, events.length];
}

/** A violation when some take that found nothing has no instant at which the container may be empty. O(n). */
export function checkNone(values: Values): MonitorVerdict {
  if (values.none.length === 0) return { kind: "holds" };
  const covers = new Int32Array(values.end + 2);
  for (let id = 0; id < values.count; id += 1) {
    const [from, to] = [wordAt(values.insertResponded, id), wordAt(values.takeInvoked, id)];
    if (from >= to) continue;
    covers[from] = wordAt(covers, from) + 1;
    covers[to] = wordAt(covers, to) - 1;
  }
  const uncoveredUntil = new Int32Array(values.end + 2); // gaps before this place at which no value is surely inside
  let surely = 0;
  for (let place = 0; place <= values.end; place += 1) {
    surely += wordAt(covers, place);
    uncoveredUntil[place + 1] = wordAt(uncoveredUntil, place) + Number(surely === 0);
  }
  for (let i = 0; i < values.none.length; i += 3) {
    const [from, to, index] = [wordAt(values.none, i), wordAt(values.none, i + 1), wordAt(values.none, i + 2)];
    if (uncoveredUntil[from] !== uncoveredUntil[to]) continue;
    const inside: number[] = [];
    for (let at = from; at < to;) {
      // The value that is surely inside for longest from here on: few of them cover the whole interval.
      let best = -1;
      for (let id = 0; id < values.count; id += 1) {
        if (
          wordAt(values.insertResponded, id) <= at &&
          wordAt(values.takeInvoked, id) > at &&
          (best === -1 || wordAt(values.takeInvoked, id) > wordAt(values.takeInvoked, best))
        )
          best = id;
      }
      inside.push(numberAt(values.insertAt, best, -1), numberAt(values.takeAt, best, -1));
      at = values.takeInvoked[best] ?? to;
    }
    return {
      kind: "violated",
      because: "a take finds nothing while there is always a value inside",
      operations: [...inside.filter((each) => each !== -1), index],
    };
  }
  return { kind: "holds" };
}

/**
 * Decides a history with pending takes by two histories without: one without the takes (a pending operation may never
 * have happened), which explains the history if it is explained; and one in which every remaining value is taken by its
 * own pending take, invoked as early as the first, which is more than the pending takes could do. Between the two lies
 * *not-covered*.
 */
export function withoutPendingTakes(values: Values, decide: (values: Values) => MonitorVerdict): MonitorVerdict {
  const without = decide(values);
  const first = values.pendingTakes[0];
  if (without.kind !== "violated" || first === undefined || !values.takeAt.includes(-1)) return without;
  const takeInvoked = values.takeInvoked.map((at, id) => (values.takeAt[id] === -1 ? first : at));
  const most = decide({ ...values, takeInvoked });
  return most.kind === "violated" ? most : { kind: "not-covered", because: "what the pending takes took decides" };
}
