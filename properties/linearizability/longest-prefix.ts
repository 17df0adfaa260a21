/**
 * The longest prefix of a history that is linearizable. What responds behind it is pending in it. Every prefix of a
 * linearizable history is linearizable, so the longest is found by halving.
 */
import type { Model } from "#model/model.ts";
import { check } from "./check.ts";
import type { CheckOptions } from "./check.ts";
import type { History, HistoryOperation } from "./history.ts";

export interface LongestPrefix<Operation, Response> {
  /** Responses in it, and in the whole. */
  readonly explained: number;
  readonly responses: number;
  /** Index of the operation whose response is the next, which no order explains. */
  readonly next: number;
  /** Operations at its end: those that responded last, those that are open there, `next` among them; by invocation. */
  readonly operations: readonly HistoryOperation<Operation, Response>[];
  readonly indices: readonly number[];
}

/** Operations up to which it is looked for: some twenty checks are made. */
export const OPERATIONS_MAX = 100_000;
/** Operations of its end that are told. */
const RESPONDED_MAX = 16;
const OPEN_MAX = 16;

/**
 * @param included the operations to look at, by index; they are not linearizable
 * @param next the index of the operation whose response is not explained first, where a search has found it
 * @returns undefined where that is too much work
 */
export function longestPrefix<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array,
  next: number | undefined,
  options: CheckOptions,
  outOfTime: () => boolean,
): LongestPrefix<Operation, Response> | undefined {
  const responded = [...included]
    .filter((index) => history[index]?.respondedAt !== undefined)
    .toSorted((left, right) => timeOf(history, left) - timeOf(history, right));
  const explained =
    next === undefined
      ? explainedResponses(history, model, included, responded, options, outOfTime)
      : responded.indexOf(next);
  const last = responded[explained ?? -1];
  if (explained === undefined || last === undefined) return undefined;
  const at = timeOf(history, last);
  const open = [...included].filter((index) => {
    const item = history[index];
    return item !== undefined && index !== last && item.invokedAt <= at && (item.respondedAt ?? Infinity) >= at;
  });
  const isOpen = new Set(open);
  const before = responded.slice(0, explained).filter((index) => !isOpen.has(index));
  const indices = [...new Set([...before.slice(-RESPONDED_MAX), ...open.slice(-OPEN_MAX), last])].toSorted(
    (left, right) => (history[left]?.invokedAt ?? 0) - (history[right]?.invokedAt ?? 0),
  );
  return {
    explained,
    responses: responded.length,
    next: last,
    operations: indices.flatMap((index) => history[index] ?? []),
    indices,
  };
}

/** How many responses, in order of time, are explained at most; undefined when a bound came first. */
function explainedResponses<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array,
  responded: readonly number[],
  options: CheckOptions,
  outOfTime: () => boolean,
): number | undefined {
  if (included.length > OPERATIONS_MAX) return undefined;
  // Responses at one time belong together: the prefix ends before or behind all of them.
  const times = [...new Set(responded.map((index) => timeOf(history, index)))];
  let [held, violated] = [-1, times.length - 1];
  while (violated - held > 1) {
    const middle = (held + violated) >> 1;
    const until = times[middle] ?? 0;
    const prefix = [...included].flatMap((index) => {
      const item = history[index];
      if (item === undefined || item.invokedAt > until) return [];
      return (item.respondedAt ?? 0) <= until ? [item] : [{ ...item, response: undefined, respondedAt: undefined }];
    });
    const { kind } = outOfTime() ? { kind: "unknown" } : check(prefix, model, options);
    if (kind === "unknown") return undefined;
    if (kind === "holds") held = middle;
    else violated = middle;
  }
  const first = times[violated];
  return responded.findIndex((index) => timeOf(history, index) === first);
}

function timeOf(history: History<unknown, unknown>, index: number): number {
  return history[index]?.respondedAt ?? Infinity;
}
