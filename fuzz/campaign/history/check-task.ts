/** Whether a recorded history is explained, as a job. */
import type { CheckVerdict } from "#properties/linearizability/check.ts";
import type { Explanation } from "#properties/linearizability/explain.ts";
import type { Scalar } from "#model/object-shape.ts";

/** What may be asked of a history. */
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

export type CheckAnswer =
  | { readonly kind: "decided"; readonly outcome: CheckOutcome; readonly seconds: number }
  | { readonly kind: "fault"; readonly fault: string };
