/** A piece of a search that also looks for pairs that no execution has shown before. */
import { z } from "zod";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";

export interface ProbeTask {
  readonly scenario: ScenarioReference;
  readonly strategy: string;
  readonly seed: number;
  readonly executionsMax: number;
}

const count = z.int().nonnegative();

export const ProbeOutcome = z.strictObject({
  /** As for a search; `failed` when the scenario cannot run at all. */
  kind: z.enum(["violated", "exhausted", "searched", "stopped", "failed"]),
  executions: count,
  /** Why it failed. */
  because: z.string().exactOptional(),
  /** The thread of each access of the violating execution. */
  choices: z.array(count).readonly().exactOptional(),
  /** Schedules that showed pairs which no earlier schedule of this piece had shown. */
  discoveries: z
    .array(z.strictObject({ execution: count, choices: z.array(count).readonly(), pairs: z.array(count).readonly() }))
    .readonly(),
});

export type ProbeOutcome = Readonly<z.infer<typeof ProbeOutcome>>;
