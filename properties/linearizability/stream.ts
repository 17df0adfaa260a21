/**
 * Checks a history that is too long to hold: operations arrive in the order of their invocations, and settled ones are
 * dropped.
 *
 * Up to `operationsMax` operations are kept and checked as a whole at the end, by `explain`. Past that, each key is cut
 * at its last quiet point, where none of its operations is open: the search decides the part before it, and only the
 * states it leaves are kept. A key that is never quiet (a pending operation is open for ever), a key whose search hits
 * its bounds, and a queue, stack or priority queue (which only a monitor could decide as a whole) are kept.
 */
import type { Model } from "#model/model.ts";
import { CONFIGURATIONS_MAX, deadlineOf, partsOf } from "./check.ts";
import type { CheckOptions, CheckVerdict } from "./check.ts";
import { explain } from "./explain.ts";
import type { Explanation } from "./explain.ts";
import type { History, HistoryOperation } from "./history.ts";
import { longestPrefix } from "./longest-prefix.ts";
import type { LongestPrefix } from "./longest-prefix.ts";
import { startingInAny, statesAfter } from "./settled.ts";

/** Operations out of order, detected too late to sort them. */
export class HistoryOrderError extends Error {
  override readonly name = "HistoryOrderError";
}

export interface StreamChecker<Operation, Response> {
  /** @throws HistoryOrderError at an operation out of order, when earlier ones have been dropped */
  add(item: HistoryOperation<Operation, Response>): void;
  /** To be called once, after the last operation. Indices count the operations added. */
  end(): StreamVerdict<Operation, Response>;
}

export type StreamVerdict<Operation, Response> = CheckVerdict | ExplainedStream<Operation, Response>;

export interface ExplainedStream<Operation, Response> extends Explanation<Operation, Response> {
  /** How far the whole history, or that of the key, can be explained; undefined if that is too much work. */
  readonly prefix: LongestPrefix<Operation, Response> | undefined;
}

export interface StreamOptions extends CheckOptions {
  /** Most operations held before any are dropped. */
  readonly operationsMax?: number;
}

interface KeyPart<State, Operation, Response> {
  readonly key: string | number | undefined;
  /** The states in which the held part may begin; undefined while none was dropped. */
  states: readonly State[] | undefined;
  items: HistoryOperation<Operation, Response>[];
  /** Index of each item among all added. */
  numbers: number[];
  /** The number of dropped operations, all of which have responded. */
  forgotten: number;
}

export function createStreamChecker<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  options: StreamOptions = {},
): StreamChecker<Operation, Response> {
  const { shape } = model;
  const isCut =
    options.keys !== "whole" && shape?.kind !== "queue" && shape?.kind !== "stack" && shape?.kind !== "priority-queue";
  const outOfTime = deadlineOf(options);
  const parts = new Map<string | number | undefined, KeyPart<State, Operation, Response>>();
  const until = options.timeLimit === undefined ? Infinity : options.timeLimit.now() + options.timeLimit.ms;
  /** The limit applies to the whole, however many keys there are. */
  const remaining = (): CheckOptions =>
    options.timeLimit === undefined
      ? options
      : { ...options, timeLimit: { ...options.timeLimit, ms: Math.max(0, until - options.timeLimit.now()) } };
  let threshold = options.operationsMax ?? 1_000_000;
  let held = 0;
  let added = 0;
  let latest = -Infinity;
  let isOrdered = true;
  let hasForgotten = false;
  let violated: StreamVerdict<Operation, Response> | undefined;

  /** Drops the operations before the last quiet point of each key. */
  function forget(): void {
    for (const part of parts.values()) {
      const cut = lastQuietPoint(part.items);
      if (cut === 0 || violated !== undefined) continue;
      const settled = part.items.slice(0, cut);
      const after = statesAfter(settled, part.states ?? [model.initial], model, {
        configurationsMax: CONFIGURATIONS_MAX / 100,
        outOfTime,
      });
      if (after === undefined) continue; // a bound was hit first: keeping it loses nothing
      if (after.length === 0) {
        violated = explanationOf({ ...part, items: settled });
        return;
      }
      part.states = after;
      part.items = part.items.slice(cut);
      part.numbers = part.numbers.slice(cut);
      part.forgotten += cut;
      held -= cut;
      hasForgotten = true;
    }
    // Where little could be dropped, it is not tried again at every operation.
    threshold = Math.max(threshold, 2 * held);
  }

  function explanationOf({
    key,
    states,
    items,
    numbers,
    forgotten,
  }: KeyPart<State, Operation, Response>): StreamVerdict<Operation, Response> {
    const from = states ?? [model.initial];
    const left = remaining();
    const found =
      states === undefined
        ? explainedWithPrefix(items, model, left)
        : from.length === 1
          ? explainedWithPrefix(items, startingIn(model, from), left)
          : explainedWithPrefix(items, startingInAny(model, from), left);
    const numberOf = (index: number): number => numbers[index] ?? index;
    if (found.kind === "violated" && "orders" in found) {
      const { prefix } = found;
      return {
        ...found,
        key: key ?? found.key,
        indices: found.indices.map(numberOf),
        reached: found.reached + forgotten,
        prefix: prefix && {
          ...prefix,
          explained: prefix.explained + forgotten,
          unexplained: prefix.unexplained + forgotten,
          responses: prefix.responses + forgotten,
          next: numberOf(prefix.next),
          indices: prefix.indices.map(numberOf),
        },
      };
    }
    return found.kind === "unknown" ? { ...found, key: key ?? found.key, open: found.open.map(numberOf) } : found;
  }

  return {
    add(item) {
      if (item.invokedAt < latest) {
        isOrdered = false;
        if (hasForgotten)
          throw new HistoryOrderError(
            `operation ${added + 1} is invoked at ${item.invokedAt}, ` +
              `and one before it at ${latest}: so long a history must be in order of invocation`,
          );
      }
      latest = Math.max(latest, item.invokedAt);
      const key = isCut ? model.partition?.(item.operation) : undefined;
      let part = parts.get(key);
      if (part === undefined) {
        part = { key, states: undefined, items: [], numbers: [], forgotten: 0 };
        parts.set(key, part);
      }
      if (violated === undefined) {
        part.items.push(item);
        part.numbers.push(added);
        held += 1;
      }
      added += 1;
      if (held >= threshold && isCut && isOrdered && violated === undefined) forget();
    },
    end() {
      if (violated !== undefined) return violated;
      let unknown: StreamVerdict<Operation, Response> | undefined;
      let decidedBy: Extract<CheckVerdict, { kind: "holds" }>["decidedBy"] | undefined;
      let keys = 0;
      for (const part of [...parts.values()].toSorted((left, right) => left.items.length - right.items.length)) {
        const verdict = explanationOf(part);
        if (verdict.kind === "violated") return verdict;
        if (verdict.kind === "unknown") unknown ??= verdict;
        else {
          const own = part.states === undefined ? verdict.decidedBy : "search";
          decidedBy = decidedBy === undefined || decidedBy === own ? own : "monitor and search";
          keys += verdict.parts;
        }
      }
      return (
        unknown ?? { kind: "holds", operations: added, parts: Math.max(1, keys), decidedBy: decidedBy ?? "search" }
      );
    },
  };
}

/** The explanation of a violation with how far the history, or that of its key, can be explained. */
function explainedWithPrefix<State, Operation, Response>(
  items: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  options: CheckOptions,
): ExplainedStream<Operation, Response> | Exclude<CheckVerdict, { kind: "violated" }> {
  const outOfTime = deadlineOf(options);
  const found = explain(items, model, options);
  if (found.kind !== "violated") return found;
  const part = partsOf(items, model).find(({ key }) => key === found.key)?.included;
  const included = part ?? Int32Array.from(items.keys());
  return { ...found, prefix: longestPrefix(items, model, included, found.first, options, outOfTime) };
}

/**
 * The number of items, from the first, that respond before the rest is invoked; only the last such place matters.
 */
function lastQuietPoint(items: readonly HistoryOperation<unknown, unknown>[]): number {
  let latestResponse = -Infinity;
  let quiet = 0;
  for (const [i, { invokedAt, respondedAt }] of items.entries()) {
    if (invokedAt > latestResponse) quiet = i;
    latestResponse = Math.max(latestResponse, respondedAt ?? Infinity);
  }
  return quiet;
}

/**
 * The model with another initial state. Its shape assumes the original one, so it is left out.
 */
function startingIn<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  [initial]: readonly State[],
): Model<State, Operation, Response> {
  const { shape: _shape, ...rest } = model;
  return initial === undefined ? rest : { ...rest, initial };
}
