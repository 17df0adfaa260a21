/** A scenario that nobody wrote, and a short search of it. */
import { z } from "zod";

export interface GeneratedTask {
  readonly system: string;
  /** Decides the scenario and the schedules. */
  readonly seed: number;
  readonly strategies: readonly string[];
  /** Executions of each strategy. */
  readonly executionsMax: number;
}

export const GeneratedOutcome = z.strictObject({
  /** `refused`: the system makes nothing of the scenario that was drawn. */
  kind: z.enum(["held", "violated", "refused"]),
  executions: z.int().nonnegative(),
  /** Text of the trace of what was violated. */
  trace: z.string().exactOptional(),
});

export type GeneratedOutcome = Readonly<z.infer<typeof GeneratedOutcome>>;
