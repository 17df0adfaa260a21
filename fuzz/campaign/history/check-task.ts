/** Whether a recorded history is explained, as a job. */
import type { CheckVerdict } from "#properties/linearizability/check.ts";
import type { ExplainedStream } from "#properties/linearizability/stream.ts";
import type { Exclusion } from "#properties/histories/exclusion.ts";
import type { Recording } from "#properties/histories/recording.ts";

/** What may be asked of a history. */
export const CONDITIONS = ["linearizability", "sequential", "quiescent", "serializability"] as const;

export interface CheckTask {
  readonly file: string;
  readonly model: string;
  /** What the object holds at first; undefined: what its model says. */
  readonly initial: unknown;
  readonly capacity?: number | undefined;
  readonly exclude?: readonly Exclusion[];
  readonly condition: (typeof CONDITIONS)[number];
  readonly timeMs: number | undefined;
  readonly keys: "split" | "whole";
  readonly method: "automatic" | "search";
}

export type CheckOutcome = CheckVerdict | ExplainedStream<unknown, unknown>;

export type CheckAnswer =
  | {
      readonly kind: "decided";
      readonly outcome: CheckOutcome;
      readonly recording: Recording;
      /** Lines of the operations that the outcome names, by their numbers. */
      readonly lines: Readonly<Record<number, number>>;
      readonly seconds: number;
    }
  | { readonly kind: "fault"; readonly fault: string };
