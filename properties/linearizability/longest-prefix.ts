/**
 * The longest linearizable prefix of a history. Operations that respond after it are pending in it. Every prefix of a
 * linearizable history is linearizable, so the longest is found by binary search.
 */
import type { Model } from "#model/model.ts";
import type { CheckOptions } from "./check.ts";
import { type History, type HistoryOperation, invokedAtOf } from "./history.ts";
import { decideByMonitor } from "./monitors/choose.ts";
import { problemOf } from "./problem.ts";
import { search } from "./search.ts";
import { createStepTable } from "./steps.ts";

export interface LongestPrefix<Operation, Response> {
  /** Responses in the prefix, at least, and in the whole history. */
  readonly explained: number;
  readonly responses: number;
  /** This many responses cannot be explained: one more than `explained`, unless a bound was hit first. */
  readonly unexplained: number;
  /** Index of the operation with the last of those responses. */
  readonly next: number;
  /** Operations at its end, by invocation: those that responded last, and those open there, including `next`. */
  readonly operations: readonly HistoryOperation<Operation, Response>[];
  readonly indices: readonly number[];
}

/** Most operations of a history in which it is searched for: some twenty prefixes are decided. */
export const OPERATIONS_MAX = 100_000;
/** Most operations and configurations of one search of a prefix, where no monitor decides. */
const SEARCHED_MAX = 20_000;
const CONFIGURATIONS_MAX = 20_000;
/** Most searches that may end undecided. */
const UNDECIDED_MAX = 3;
/** Most operations of its end that are reported. */
const RESPONDED_MAX = 16;
const OPEN_MAX = 16;

/**
 * @param included the operations to examine, by index: those of one object, or of one key; they are not linearizable
 * @param next the index of the first operation whose response is not explained, where a search has found it
 * @returns undefined if it is too much work
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
  const bounds =
    next === undefined
      ? explainedResponses(history, model, included, responded, options, outOfTime)
      : { explained: responded.indexOf(next), unexplained: responded.indexOf(next) + 1 };
  if (bounds === undefined) return undefined;
  const { explained, unexplained } = bounds;
  const last = responded[unexplained - 1];
  if (last === undefined) return undefined;
  const at = timeOf(history, last);
  const open = [...included].filter((index) => {
    const item = history[index];
    return item !== undefined && index !== last && item.invokedAt <= at && (item.respondedAt ?? Infinity) >= at;
  });
  const isOpen = new Set(open);
  const before = responded.slice(0, unexplained - 1).filter((index) => !isOpen.has(index));
  const indices = [...new Set([...before.slice(-RESPONDED_MAX), ...open.slice(-OPEN_MAX), last])].toSorted(
    (left, right) => invokedAtOf(history, left) - invokedAtOf(history, right),
  );
  return {
    explained,
    unexplained,
    responses: responded.length,
    next: last,
    operations: indices.flatMap((index) => history[index] ?? []),
    indices,
  };
}

/**
 * The number of responses, in order of time, that are certainly explained, and the number that are certainly not;
 * undefined if it is too much work.
 */
function explainedResponses<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array,
  responded: readonly number[],
  { method, keys }: CheckOptions,
  outOfTime: () => boolean,
): { readonly explained: number; readonly unexplained: number } | undefined {
  if (included.length > OPERATIONS_MAX) return undefined;
  // A shape describes one object.
  const isOne = keys !== "whole" || model.partition === undefined;
  const shape = method === "search" || !isOne ? undefined : model.shape;
  // Responses at equal times belong together: the prefix ends before or after all of them.
  const times = [...new Set(responded.map((index) => timeOf(history, index)))];
  const latest = (times.at(-1) ?? 0) + 1;
  const known = new Map<number, "holds" | "violated" | "unknown">([[times.length - 1, "violated"]]);
  const kindOf = (place: number): "holds" | "violated" | "unknown" => {
    let kind = known.get(place);
    if (kind !== undefined) return kind;
    const until = times[place] as number;
    kind = outOfTime()
      ? "unknown"
      : decide(
          included.filter((index) => invokedAtOf(history, index) <= until),
          until,
        );
    known.set(place, kind);
    return kind;
  };
  let undecided = 0;
  const held = lastOf(-1, times.length - 1, (place) => kindOf(place) === "holds");
  const violated =
    kindOf(held + 1) === "violated"
      ? held + 1
      : 1 + lastOf(held, times.length - 1, (place) => kindOf(place) !== "violated");
  const before = times[held] ?? -Infinity;
  const upTo = times[violated] ?? Infinity;
  return {
    explained: responded.filter((index) => timeOf(history, index) <= before).length,
    unexplained: responded.findIndex((index) => timeOf(history, index) === upTo) + 1,
  };

  function decide(prefix: Int32Array, until: number): "holds" | "violated" | "unknown" {
    const open = prefix.filter((index) => timeOf(history, index) > until);
    const cut = (as: (item: HistoryOperation<Operation, Response>) => HistoryOperation<Operation, Response>) => {
      const items = history.slice();
      for (const index of open) {
        const item = history[index];
        if (item !== undefined) items[index] = as(item);
      }
      return items;
    };
    if (shape !== undefined) {
      // Open operations keep their later responses, moved to the end: a monitor decides that more often.
      const late = cut((item) => (item.respondedAt === undefined ? item : { ...item, respondedAt: latest }));
      if (decideByMonitor(late, shape, prefix).kind === "holds") return "holds";
    }
    const pending = cut((item) => ({ ...item, response: undefined, respondedAt: undefined }));
    const verdict = shape === undefined ? undefined : decideByMonitor(pending, shape, prefix).kind;
    if (verdict === "holds" || verdict === "violated") return verdict;
    if (prefix.length > SEARCHED_MAX || undecided === UNDECIDED_MAX) return "unknown";
    const problem = problemOf(pending, model, prefix);
    const steps = createStepTable(model, problem.labelOperations, problem.labelResponses);
    const { kind } = search(problem, steps, { configurationsMax: CONFIGURATIONS_MAX, outOfTime });
    if (kind === "unknown") undecided += 1;
    return kind;
  }
}

/**
 * The last place from `low` on, below `high`, with a property that holds for `low` and, once lost, stays lost.
 */
function lastOf(low: number, high: number, holds: (place: number) => boolean): number {
  let [last, first] = [low, high];
  while (first - last > 1) {
    const middle = (last + first) >> 1;
    if (holds(middle)) last = middle;
    else first = middle;
  }
  return last;
}

function timeOf(history: History<unknown, unknown>, index: number): number {
  return history[index]?.respondedAt ?? Infinity;
}
