/** Finds the cause of a violation in its shrunk trace. */
import { z } from "zod";

export interface TriageTask {
  /** Text of the trace. */
  readonly trace: string;
  /** Absolute path of the user's module that exports its system. */
  readonly module?: string;
}

export const TriageOutcome = z.strictObject({
  cause: z.string(),
  property: z.string(),
  because: z.string(),
  scenario: z.string(),
  lines: z.string(),
  module: z.string().exactOptional(),
  trace: z.string(),
});

export type TriageOutcome = Readonly<z.infer<typeof TriageOutcome>>;
