/** The check of a recorded history, as a job. */
import type { CheckVerdict } from "#properties/linearizability/check.ts";
import type { ExplainedStream } from "#properties/linearizability/stream.ts";
import type { Exclusion } from "#properties/histories/exclusion.ts";
import type { Recording } from "#properties/histories/recording.ts";

/** Conditions that a history can be checked for. */
export const CONDITIONS = ["linearizability", "sequential", "quiescent", "serializability"] as const;

export interface CheckTask {
  readonly file: string;
  readonly model: string;
  /** Initial contents of the object; undefined: the model's default. */
  readonly initial: unknown;
  readonly capacity?: number | undefined;
  readonly exclude?: readonly Exclusion[];
  readonly condition: (typeof CONDITIONS)[number];
  readonly timeMs: number | undefined;
  readonly keys: "split" | "whole";
  readonly method: "automatic" | "search";
}

export type CheckOutcome = CheckVerdict | ExplainedStream<unknown, unknown>;

export type CheckResult =
  | {
      readonly kind: "decided";
      readonly outcome: CheckOutcome;
      readonly recording: Recording;
      /** Line numbers of the operations that the outcome names, by operation number. */
      readonly lines: Readonly<Record<number, number>>;
      readonly seconds: number;
    }
  | { readonly kind: "fault"; readonly fault: string };
