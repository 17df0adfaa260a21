/** A generated scenario, and a short search of it. */
import { z } from "zod";

export interface GeneratedTask {
  readonly system: string;
  /** Seed of the scenario and the schedules. */
  readonly seed: number;
  readonly strategies: readonly string[];
  /** Executions of each strategy. */
  readonly executionsMax: number;
}

export const GeneratedOutcome = z.strictObject({
  /** `refused`: the system cannot compile the drawn scenario. */
  kind: z.enum(["held", "violated", "refused"]),
  executions: z.int().nonnegative(),
  /** Text of the violation's trace. */
  trace: z.string().exactOptional(),
});

export type GeneratedOutcome = Readonly<z.infer<typeof GeneratedOutcome>>;
