/**
 * Decides one file in a thread of its own, so that the thread that asked stays free to be interrupted. Nothing is
 * shared: names go in, plain data comes out.
 */
import type { History } from "#properties/linearizability/history.ts";
import { check } from "#properties/linearizability/check.ts";
import type { CheckOptions, CheckVerdict } from "#properties/linearizability/check.ts";
import { quiescentHistory, unorderedHistory } from "#properties/linearizability/conditions.ts";
import { explain } from "#properties/linearizability/explain.ts";
import type { Explanation } from "#properties/linearizability/explain.ts";
import { checkSequentialConsistency } from "#properties/linearizability/sequential-consistency.ts";
import type { Model } from "#model/model.ts";
import type { Scalar } from "#model/object-shape.ts";
import { faultOf } from "./fault-of.ts";
import { loadModel } from "./load-model.ts";
import { readHistory } from "./read-history.ts";

export const CONDITIONS = ["linearizability", "sequential", "quiescent", "serializability"] as const;

export interface CheckTask {
  readonly file: string;
  readonly model: string;
  readonly initial: Scalar | undefined;
  readonly condition: (typeof CONDITIONS)[number];
  readonly timeMs: number | undefined;
  readonly keys: "split" | "whole";
  readonly method: "automatic" | "search";
}

export type CheckOutcome = CheckVerdict | Explanation<unknown, unknown>;

export type CheckAnswer = { readonly kind: "decided"; readonly outcome: CheckOutcome; readonly seconds: number } | { readonly kind: "fault"; readonly fault: string };

export default async function decideFile(task: CheckTask): Promise<CheckAnswer> {
  try {
    const model = await loadModel(task.model);
    const recorded = await readHistory(task.file);
    const started = performance.now();
    const outcome = model.apply<CheckOutcome>(recorded, task.file, task.initial, (history, its) => decide(history, its, task));
    return { kind: "decided", outcome, seconds: Math.round(performance.now() - started) / 1000 };
  } catch (error) {
    const fault = faultOf(error, task.file);
    if (fault === undefined) throw error;
    return { kind: "fault", fault };
  }
}

function decide<State, Operation, Response>(
  history: History<Operation, Response>,
  model: Model<State, Operation, Response>,
  { condition, timeMs, keys, method }: CheckTask,
): CheckOutcome {
  const options: CheckOptions = { keys, method, ...(timeMs === undefined ? {} : { timeLimit: { ms: timeMs, now: () => performance.now() } }) };
  switch (condition) {
    case "linearizability":
      return explain(history, model, options);
    case "sequential":
      return checkSequentialConsistency(history, model, options);
    case "quiescent":
      return check(quiescentHistory(history), model, options);
    case "serializability":
      // Each key by itself may be serializable where the whole is not.
      return check(unorderedHistory(history), model, { ...options, keys: "whole" });
  }
}
