/**
 * Is a recorded history linearizable?
 *
 *     import { check } from "#properties/linearizability/check.ts";
 *     import { register } from "#model/objects/register.ts";
 *
 *     const history = [
 *       { client: 0, operation: { kind: "write", value: 1 }, response: null, invokedAt: 0, respondedAt: 1 },
 *       { client: 0, operation: { kind: "write", value: 2 }, response: null, invokedAt: 2, respondedAt: 3 },
 *       { client: 1, operation: { kind: "read" }, response: 1, invokedAt: 4, respondedAt: 5 },
 *     ] as const;
 *     check(history, register(0)).kind; // "violated": 1 was overwritten before the read began
 *
 * Keys are checked one by one where the model declares them; monitors decide histories of known shapes, and the search
 * the rest. An undecided history is `unknown`, with the progress made.
 */
import { wordAt } from "#impl/memory/word.ts";
import type { Model } from "#model/model.ts";
import type { History } from "./history.ts";
import { decideByMonitor } from "./monitors/choose.ts";
import { problemOf } from "./problem.ts";
import { search } from "./search.ts";
import { createStepTable } from "./steps.ts";

export interface CheckOptions {
  /** Ends the check; time is read from `now`, in milliseconds, so that nothing here depends on the host. */
  readonly timeLimit?: { readonly ms: number; readonly now: () => number };
  /** Configurations one search may hold at once; at some 30 bytes each, the default of 8,000,000 is below 500 MB. */
  readonly configurationsMax?: number;
  /** "search": use no monitors. */
  readonly method?: "automatic" | "search";
  /** "whole": do not split by key. */
  readonly keys?: "split" | "whole";
}

export type CheckVerdict =
  | { readonly kind: "holds"; readonly operations: number; readonly parts: number; readonly decidedBy: DecidedBy }
  | {
      readonly kind: "violated";
      readonly because: string;
      /** The key whose operations cannot be explained, where the history was split. */
      readonly key: string | number | undefined;
      /**
       * Index of the operation whose response no order explains, given all earlier ones; undefined when a monitor
       * decided.
       */
      readonly impossible: number | undefined;
      /** Conflicting operations, by index, as far as the check knows; `explain` finds the smallest set. */
      readonly operations: readonly number[];
      readonly decidedBy: DecidedBy;
    }
  | {
      readonly kind: "unknown";
      readonly because: "time" | "memory";
      readonly key: string | number | undefined;
      /** Operations of that key that responded and were explained, and their total. */
      readonly explained: number;
      readonly operations: number;
      /** Configurations there, and the open operations (by index) that multiply them. */
      readonly configurations: number;
      readonly open: readonly number[];
    };

type DecidedBy = "monitor" | "search" | "monitor and search";

/**
 * @throws RangeError at an operation that responds before it is invoked
 * @throws ModelError when the model throws, or is not deterministic as declared
 */
export function check<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  options: CheckOptions = {},
): CheckVerdict {
  const outOfTime = deadlineOf(options);
  const parts = options.keys === "whole" ? [] : partsOf(history, model);
  const monitored = { monitor: 0, search: 0 };
  const decidedBy = (): DecidedBy =>
    monitored.monitor === 0 ? "search" : monitored.search === 0 ? "monitor" : "monitor and search";
  let unknown: CheckVerdict | undefined;
  const whole: Part = { key: undefined, included: undefined };
  for (const part of parts.length === 0 ? [whole] : parts) {
    const verdict = checkPart(history, model, part.included, options, outOfTime);
    if (verdict.kind === "violated") return { ...verdict, key: part.key };
    if (verdict.kind === "unknown") unknown ??= { ...verdict, key: part.key };
    else monitored[verdict.decidedBy === "monitor" ? "monitor" : "search"] += 1;
    if (unknown?.kind === "unknown" && unknown.because === "time") break;
  }
  return (
    unknown ?? { kind: "holds", operations: history.length, parts: Math.max(1, parts.length), decidedBy: decidedBy() }
  );
}

export function deadlineOf({ timeLimit }: CheckOptions): () => boolean {
  if (timeLimit === undefined) return () => false;
  const until = timeLimit.now() + timeLimit.ms;
  return () => timeLimit.now() >= until;
}

export interface Part {
  readonly key: string | number | undefined;
  readonly included: Int32Array | undefined;
}

/**
 * The operations of each key by index, the smallest part first, as it is decided soonest. None when the model has no
 * keys.
 */
export function partsOf<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
): Part[] {
  if (model.partition === undefined) return [];
  const byKey = new Map<string | number, number[]>();
  for (const [i, { operation }] of history.entries()) {
    const key = model.partition(operation);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [i]);
    else known.push(i);
  }
  return [...byKey]
    .map(([key, indices]) => ({ key, included: Int32Array.from(indices) }))
    .toSorted((left, right) => left.included.length - right.included.length);
}

export const CONFIGURATIONS_MAX = 8_000_000;

function checkPart<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  included: Int32Array | undefined,
  options: CheckOptions,
  outOfTime: () => boolean,
): CheckVerdict {
  const operations = included?.length ?? history.length;
  // A shape describes one key.
  const isOneObject = included !== undefined || model.partition === undefined;
  if (options.method !== "search" && model.shape !== undefined && isOneObject) {
    const verdict = decideByMonitor(history, model.shape, included);
    if (verdict.kind === "holds") return { kind: "holds", operations, parts: 1, decidedBy: "monitor" };
    if (verdict.kind === "violated") return { ...verdict, key: undefined, impossible: undefined, decidedBy: "monitor" };
  }
  const problem = problemOf(history, model, included);
  const steps = createStepTable(model, problem.labelOperations, problem.labelResponses);
  const result = search(problem, steps, {
    configurationsMax: options.configurationsMax ?? CONFIGURATIONS_MAX,
    outOfTime,
  });
  if (result.kind === "holds") return { kind: "holds", operations, parts: 1, decidedBy: "search" };
  const sourceOf = (index: number): number => problem.source[index] ?? index;
  if (result.kind === "violated") {
    const impossible = sourceOf(wordAt(problem.events, result.event) >> 1);
    return {
      kind: "violated",
      because: "no order explains this response",
      key: undefined,
      impossible,
      operations: [impossible],
      decidedBy: "search",
    };
  }
  let explained = operations - problem.count; // omitted operations constrain nothing
  for (let at = 0; at < result.event; at += 1) explained += wordAt(problem.events, at) & 1;
  return { ...result, key: undefined, explained, operations, open: result.open.map(sourceOf) };
}
