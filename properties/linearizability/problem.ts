/**
 * A history in the form for the search: integers only, in order of time.
 *
 * Operations that constrain nothing are left out here: observations that are pending, or whose response was not seen.
 * Times are gone; only the order of events remains.
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { Model } from "#model/model.ts";
import type { History } from "./history.ts";
import { Interner } from "./interning.ts";

export interface Problem<Operation, Response> {
  /** The number of operations in the search; index i stands for `source[i]` of the history. */
  readonly count: number;
  readonly source: Int32Array;
  /** The operation with its response, interned: equal labels take the same steps. */
  readonly labels: Int32Array;
  readonly labelOperations: readonly Operation[];
  readonly labelResponses: readonly (Response | undefined)[];
  /** 1 for a label that never changes the state. */
  readonly observing: Uint8Array;
  /** 1 for a label whose next state does not depend on the previous one. */
  readonly replacing: Uint8Array;
  /** Labels with different numbers never affect each other. */
  readonly partOf: Int32Array;
  /**
   * Events in order of time: 2·i is the invocation of operation i, 2·i + 1 its response. Pending ones have no response.
   */
  readonly events: Int32Array;
  /** Place of the response in `events`; the number of events for a pending operation. */
  readonly deadlines: Int32Array;
  /** 1 where the operation may also never have happened: pending, or made optional by the caller. */
  readonly optional: Uint8Array;
}

/**
 * @param included the operations of the history to take, by index, ascending; all when undefined
 * @param optional 1 at an index of the history whose operation need not take effect, though it responded
 */
export function problemOf<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included?: Int32Array,
  optional?: Uint8Array,
): Problem<Operation, Response> {
  const operations = new Interner<Operation>();
  const responses = new Interner<Response | undefined>();
  const labelIds = new Map<number, number>();
  const labelOperations: Operation[] = [];
  const labelResponses: (Response | undefined)[] = [];
  const observing: number[] = [];
  const replacing: number[] = [];
  const partOf: number[] = [];
  const parts = new Interner<string | number>();

  const total = included === undefined ? history.length : included.length;
  const source = new Int32Array(total);
  const labels = new Int32Array(total);
  const optionalHere = new Uint8Array(total);
  let count = 0;
  for (let i = 0; i < total; i += 1) {
    const index = included === undefined ? i : wordAt(included, i);
    const item = history[index];
    if (item === undefined)
      throw new RangeError(`the history has ${history.length} operations, and none with index ${index}`);
    const pending = item.respondedAt === undefined;
    const response = pending ? undefined : item.response;
    const key = operations.intern(item.operation) * 2 ** 26 + responses.intern(response);
    let label = labelIds.get(key);
    if (label === undefined) {
      label = labelOperations.length;
      labelIds.set(key, label);
      labelOperations.push(item.operation);
      labelResponses.push(response);
      replacing.push(model.replaces?.(item.operation) === true ? 1 : 0);
      partOf.push(model.partition === undefined ? 0 : parts.intern(model.partition(item.operation)));
      observing.push(model.observes?.(item.operation, response) === true ? 1 : 0);
    }
    const mayBeLeftOut = pending || optional?.[index] === 1;
    if (observing[label] === 1 && mayBeLeftOut) continue;
    source[count] = index;
    labels[count] = label;
    optionalHere[count] = mayBeLeftOut ? 1 : 0;
    count += 1;
  }
  const events = eventsInOrder(history, source.subarray(0, count));
  const deadlines = new Int32Array(count).fill(events.length);
  for (let at = 0; at < events.length; at += 1) {
    const event = wordAt(events, at);
    if ((event & 1) === 1) deadlines[event >> 1] = at;
  }
  return {
    count,
    source: source.subarray(0, count),
    labels: labels.subarray(0, count),
    labelOperations,
    labelResponses,
    observing: Uint8Array.from(observing),
    replacing: Uint8Array.from(replacing),
    partOf: Int32Array.from(partOf),
    events,
    deadlines,
    optional: optionalHere.subarray(0, count),
  };
}

/**
 * Invocations (2·i) and responses (2·i + 1) of the operations in `source`, in order of time; at equal times
 * invocations come first, so that they overlap.
 *
 * O(n) where times are whole numbers without large gaps, O(n log n) otherwise.
 */
function eventsInOrder<Operation, Response>(history: History<Operation, Response>, source: Int32Array): Int32Array {
  let responded = 0;
  let latest = 0;
  let whole = true;
  for (const index of source) {
    const item = history[index];
    if (item === undefined) continue;
    const { invokedAt, respondedAt } = item;
    whole &&=
      Number.isSafeInteger(invokedAt) &&
      invokedAt >= 0 &&
      (respondedAt === undefined || Number.isSafeInteger(respondedAt));
    latest = Math.max(latest, invokedAt, respondedAt ?? 0);
    if (respondedAt === undefined) continue;
    responded += 1;
    if (respondedAt < invokedAt)
      throw new RangeError(
        `operation ${index} of client ${item.client} responds at ${respondedAt}, before its invocation at ${invokedAt}`,
      );
  }
  const length = source.length + responded;
  if (whole && latest < 8 * length + 1024) {
    const placed = distinctTimes(history, source, latest, length);
    if (placed !== undefined) return placed;
  }
  const order = new Int32Array(length);
  const times = new Float64Array(source.length * 2);
  let used = 0;
  for (const [i, index] of source.entries()) {
    const item = history[index];
    if (item === undefined) continue;
    order[used++] = 2 * i;
    times[2 * i] = item.invokedAt;
    if (item.respondedAt === undefined) continue;
    order[used++] = 2 * i + 1;
    times[2 * i + 1] = item.respondedAt;
  }
  return order.toSorted(
    (left, right) => numberAt(times, left) - numberAt(times, right) || (left & 1) - (right & 1) || left - right,
  );
}

/** Events by counting; undefined when two of them have equal times. */
function distinctTimes<Operation, Response>(
  history: History<Operation, Response>,
  source: Int32Array,
  latest: number,
  length: number,
): Int32Array | undefined {
  const at = new Int32Array(latest + 1).fill(-1);
  for (let i = 0; i < source.length; i += 1) {
    const item = history[wordAt(source, i)];
    if (item === undefined) continue;
    if (at[item.invokedAt] !== -1) return undefined;
    at[item.invokedAt] = 2 * i;
    if (item.respondedAt === undefined) continue;
    if (at[item.respondedAt] !== -1) return undefined;
    at[item.respondedAt] = 2 * i + 1;
  }
  const events = new Int32Array(length);
  let used = 0;
  for (const event of at) if (event !== -1) events[used++] = event;
  return events;
}
