/**
 * Why a history is not linearizable: the fewest operations that cannot be explained, and how every order of them fails.
 *
 * An operation is left out by making it optional: it may take effect within its interval, or not. The rest is a
 * violation whatever the omitted ones did, so leaving out a write whose value is still read introduces no fault. Where
 * a monitor decides and names no operations, whole values are left out (their insert and their takes). This introduces
 * no fault either: an explained history of a container stays explained without one of its values.
 */
import { wordAt } from "#impl/memory/word.ts";
import type { Model } from "#model/model.ts";
import { check, CONFIGURATIONS_MAX, deadlineOf, partsOf } from "./check.ts";
import type { CheckOptions, CheckVerdict } from "./check.ts";
import { failedOrders } from "./failed-orders.ts";
import type { FailedOrder } from "./failed-orders.ts";
import { type History, type HistoryOperation, invokedAtOf } from "./history.ts";
import { decideByMonitor } from "./monitors/choose.ts";
import { problemOf } from "./problem.ts";
import { search } from "./search.ts";
import { smallestSubset } from "./smallest.ts";
import { createStepTable } from "./steps.ts";

export interface Explanation<Operation, Response> {
  readonly kind: "violated";
  readonly model: string;
  readonly because: string;
  readonly key: string | number | undefined;
  /**
   * The operations that cannot be explained, in order of invocation, and their indices in the given history.
   */
  readonly operations: readonly HistoryOperation<Operation, Response>[];
  readonly indices: readonly number[];
  /** Place in `operations` of the one whose response no order explains, given all earlier ones. */
  readonly impossible: number;
  /** Operations of the whole history that were explained before that response. */
  readonly reached: number;
  /**
   * Index of the first response that no order explains, in the whole history or of the key; undefined where only a
   * monitor decided.
   */
  readonly first: number | undefined;
  /** The failures of orders of `operations`, the longest first; at most {@link ORDERS_MAX}. */
  readonly orders: readonly FailedOrder[];
}

const ORDERS_MAX = 12;
/** Most configurations of one search for a smaller core: past that the larger one is kept. */
const CORE_CONFIGURATIONS_MAX = 200_000;
/**
 * Most checks of the stop condition by the searches for smaller sets, one per thousand configurations or smaller set.
 */
const ASKED_MAX = 20_000;

/** @returns the explanation of a violation; the verdict of `check` when there is none, or when a bound was hit first */
export function explain<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  options: CheckOptions = {},
): Explanation<Operation, Response> | Exclude<CheckVerdict, { kind: "violated" }> {
  const isPastTime = deadlineOf(options); // of check and explanation together
  const verdict = check(history, model, options);
  if (verdict.kind !== "violated") return verdict;
  if (options.keys === "whole" && model.partition !== undefined) {
    // Keys are independent, so one key alone is a violation, and explained far sooner.
    const split = explain(history, model, { ...options, keys: "split" });
    if (split.kind === "violated") return split;
  }
  const part =
    options.keys === "whole" ? undefined : partsOf(history, model).find(({ key }) => key === verdict.key)?.included;
  const included = part ?? Int32Array.from(history.keys());
  let asked = 0;
  const outOfTime = (): boolean => {
    asked += 1;
    return asked > ASKED_MAX || isPastTime();
  };
  const smallest =
    verdict.decidedBy === "search"
      ? smallestBySearch(history, model, included, verdict.impossible, options, outOfTime)
      : coreOfMonitor(history, model, included, verdict.operations, options, outOfTime);
  const indices = (smallest ?? [...included]).toSorted(
    (left, right) => invokedAtOf(history, left) - invokedAtOf(history, right),
  );
  const operations = indices.flatMap((index) => history[index] ?? []);
  const impossible = impossibleAmong(operations, model);
  const responded = operations[impossible]?.respondedAt ?? Infinity;
  let reached = 0;
  for (const index of included) if ((history[index]?.respondedAt ?? Infinity) < responded) reached += 1;
  return {
    kind: "violated",
    model: model.name,
    because: verdict.because,
    key: verdict.key,
    operations,
    indices,
    impossible,
    reached,
    // A search that prunes states whose effects can never be seen may fail at an earlier response.
    first: model.outgrown === undefined ? verdict.impossible : undefined,
    orders: failedOrders(operations, model, ORDERS_MAX),
  };
}

/**
 * The fewest operations by search. A minimal set need not be the smallest: several are computed, and the smallest is
 * taken.
 */
function smallestBySearch<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array,
  impossible: number | undefined,
  options: CheckOptions,
  outOfTime: () => boolean,
): readonly number[] | undefined {
  let best: readonly number[] | undefined;
  for (const preference of PREFERENCES) {
    const core = coreByOptional(history, model, included, impossible, preference, options, outOfTime);
    const whole = core === undefined ? undefined : withSources(history, model, included, core, outOfTime);
    if (whole !== undefined && (best === undefined || whole.length < best.length)) best = whole;
    if ((best !== undefined && best.length <= SMALL) || outOfTime()) break;
  }
  return best;
}

/** The operations to prefer in a core: by an order of time, ascending. */
type Preference = (item: HistoryOperation<unknown, unknown>) => number;
const byResponse: Preference = ({ respondedAt }) => -(respondedAt ?? Infinity);
const PREFERENCES: readonly Preference[] = [
  byResponse,
  ({ invokedAt }) => -invokedAt,
  ({ invokedAt }) => invokedAt,
  ({ invokedAt, respondedAt }) => (respondedAt ?? Infinity) - invokedAt,
];
/** Sets of this size are not made smaller. */
const SMALL = 6;

/** The operations that a monitor names are few already; where it names none, all are candidates. */
function coreOfMonitor<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array,
  culprits: readonly number[],
  options: CheckOptions,
  outOfTime: () => boolean,
): readonly number[] | undefined {
  const among = culprits.length === 0 ? included : Int32Array.from(culprits).toSorted();
  const values = coreByValues(history, model, among, outOfTime);
  if (values !== undefined) return values;
  const core = coreByOptional(history, model, among, undefined, byResponse, options, outOfTime);
  return core === undefined
    ? culprits.length === 0
      ? undefined
      : culprits
    : withSources(history, model, among, core, outOfTime);
}

/**
 * The fewest values whose operations a monitor cannot explain: insert and takes together, or a write with its reads.
 * Undefined where no monitor decides, or values do not divide the history.
 */
function coreByValues<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array,
  outOfTime: () => boolean,
): readonly number[] | undefined {
  const { shape } = model;
  if (shape === undefined || shape.kind === "set" || shape.kind === "counter") return undefined;
  if (decideByMonitor(history, shape, included).kind !== "violated") return undefined;
  const byValue = new Map<unknown, number[]>();
  for (const index of included) {
    const item = history[index];
    if (item === undefined) continue;
    const role = shape.roleOf(item.operation, item.response);
    const value = role !== undefined && "value" in role && role.value !== undefined ? role.value : `alone ${index}`;
    const known = byValue.get(value);
    if (known === undefined) byValue.set(value, [index]);
    else known.push(index);
  }
  const last = (indices: readonly number[]): number =>
    Math.max(...indices.map((index) => history[index]?.respondedAt ?? -Infinity));
  const units = [...byValue.values()].toSorted((left, right) => last(right) - last(left));
  const violated = (subset: readonly (readonly number[])[]): boolean =>
    subset.length > 0 &&
    !outOfTime() &&
    decideByMonitor(history, shape, Int32Array.from(subset.flat()).toSorted()).kind === "violated";
  return smallestSubset(units, violated)?.flat();
}

/** The fewest operations that cannot be explained with all others optional; undefined if a bound was hit first. */
function coreByOptional<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array,
  impossible: number | undefined,
  preference: Preference,
  options: CheckOptions,
  outOfTime: () => boolean,
): readonly number[] | undefined {
  // Nothing after the impossible response matters: operations that respond later become pending.
  const until = impossible === undefined ? Infinity : (history[impossible]?.respondedAt ?? Infinity);
  const relevant = included.filter((index) => invokedAtOf(history, index) < until);
  const cut = history.map((item) =>
    (item.respondedAt ?? 0) <= until ? item : { ...item, response: undefined, respondedAt: undefined },
  );
  const rank = (index: number): number => preference(operationAt(cut, index));
  const items = [...relevant]
    .filter((index) => cut[index]?.respondedAt !== undefined)
    .toSorted((left, right) => rank(left) - rank(right));
  const optional = new Uint8Array(history.length);
  const violated = (subset: readonly number[]): boolean => {
    if (outOfTime()) return false;
    optional.fill(1);
    for (const index of subset) optional[index] = 0;
    const problem = problemOf(cut, model, relevant, optional);
    const steps = createStepTable(model, problem.labelOperations, problem.labelResponses);
    return (
      search(problem, steps, {
        configurationsMax: Math.min(options.configurationsMax ?? CONFIGURATIONS_MAX, CORE_CONFIGURATIONS_MAX),
        outOfTime,
      }).kind === "violated"
    );
  };
  return smallestSubset(items, violated);
}

/**
 * The core with its context: the fewest other operations that explain all of it but its last response, and for that one
 * an operation whose effect it saw, if there is one. Without them a reader would see the fault too early.
 */
function withSources<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array,
  core: readonly number[],
  outOfTime: () => boolean,
): number[] {
  const respondedAt = (index: number): number => history[index]?.respondedAt ?? Infinity;
  const invokedAt = (index: number): number => invokedAtOf(history, index);
  const last = core.reduce(
    (latest, index) => (respondedAt(index) > respondedAt(latest) ? index : latest),
    core[0] ?? 0,
  );
  const inCore = new Set(core);
  const others = [...included]
    .filter(
      (index) =>
        !inCore.has(index) &&
        invokedAt(index) < respondedAt(last) &&
        model.observes?.(operationAt(history, index).operation, history[index]?.response) !== true,
    )
    .toSorted((left, right) => invokedAt(right) - invokedAt(left));
  const before = core.filter((index) => index !== last);
  const explained = (added: readonly number[]): boolean => {
    const optional = new Uint8Array(history.length);
    for (const index of added) optional[index] = 1;
    const problem = problemOf(history, model, Int32Array.from([...before, ...added]).toSorted(), optional);
    const steps = createStepTable(model, problem.labelOperations, problem.labelResponses);
    return search(problem, steps, { configurationsMax: CORE_CONFIGURATIONS_MAX, outOfTime }).kind === "holds";
  };
  const result = [...core, ...(smallestSubset(others, explained) ?? [])];

  const final = operationAt(history, last);
  const sees = (states: readonly State[]): boolean =>
    states.some((state) => model.next(state, final.operation, final.response).length > 0);
  const leaves = (index: number): readonly State[] =>
    model.next(model.initial, operationAt(history, index).operation, history[index]?.response);
  if (sees([model.initial]) || result.some((index) => index !== last && sees(leaves(index)))) return result;
  const source = others.find((index) => sees(leaves(index)));
  return source === undefined || result.includes(source) ? result : [...result, source];
}

function operationAt<Operation, Response>(
  history: History<Operation, Response>,
  index: number,
): HistoryOperation<Operation, Response> {
  const item = history[index];
  if (item === undefined)
    throw new RangeError(`the history has ${history.length} operations, and none with index ${index}`);
  return item;
}

function impossibleAmong<State, Operation, Response>(
  operations: readonly HistoryOperation<Operation, Response>[],
  model: Model<State, Operation, Response>,
): number {
  const problem = problemOf(operations, model);
  const result = search(problem, createStepTable(model, problem.labelOperations, problem.labelResponses), {
    configurationsMax: CONFIGURATIONS_MAX,
    outOfTime: () => false,
  });
  return result.kind === "violated"
    ? wordAt(problem.source, wordAt(problem.events, result.event) >> 1)
    : operations.length - 1;
}
