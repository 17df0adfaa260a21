/** Generated scenarios of one system against its model, in pieces. */
import { z } from "zod";
import { Counterexample } from "#reports/result.ts";

/** One operation after the other against the model at every step, or several threads at once. */
export type ConformanceForm = "sequential" | "concurrent";

export interface ConformanceTask {
  readonly system: string;
  /** Absolute path of the module that exports the system; absent for one of the registry. */
  readonly module?: string;
  readonly form: ConformanceForm;
  readonly seed: number;
  /** Scenarios to draw. */
  readonly cases: number;
  /** Future path of a violation's reproduction script: its imports depend on it. */
  readonly scriptPath: string;
}

const count = z.int().nonnegative();

export const ConformanceOutcome = z.strictObject({
  kind: z.enum(["conforms", "violated", "stopped"]),
  /** Scenarios drawn, without those tried by shrinking. */
  cases: count,
  /** Executions of all of them. */
  executions: count,
  accesses: count,
  /** The violation, without the paths of its files; and their texts. */
  counterexample: Counterexample.omit({ trace: true, reproduction: true }).exactOptional(),
  trace: z.string().exactOptional(),
  script: z.string().exactOptional(),
});

export type ConformanceOutcome = Readonly<z.infer<typeof ConformanceOutcome>>;
