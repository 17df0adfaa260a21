/** The search for an interleaving with the history of a violation on real threads, as a job. */
import type { StressOperation } from "#fuzz/native/stress-log.ts";

export interface ReenactmentTask {
  readonly name: string;
  /** The operations that no order explains. */
  readonly history: readonly StressOperation[];
  /** The bug that is first put back, in memory. */
  readonly bug: { readonly slug: string; readonly patch: string } | undefined;
  /** Executions of each strategy. */
  readonly executionsMax: number;
}

export interface ReenactmentOutcome {
  readonly executions: number;
  /** The text of the trace of an execution with the same history; undefined if none was found. */
  readonly trace: string | undefined;
}
