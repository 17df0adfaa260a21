/** The scenarios of a small scope, in pieces. */
import { z } from "zod";
import type { CertificateRow } from "#reports/certificate.ts";
import { Counterexample } from "#reports/result.ts";
import type { ScopeSize } from "#fuzz/systems/small-scenarios.ts";

/** Scenarios of a scope, by their places in it. */
export interface CertifyTask {
  readonly system: string;
  /** Absolute path of the user's module that exports the system. */
  readonly module?: string;
  readonly size: ScopeSize;
  /** Places in the order of the scope, from 0. */
  readonly places: readonly number[];
  /** Executions after which a scenario is left undecided. */
  readonly executionsMax: number;
}

const count = z.int().nonnegative();

/** How exploring one scenario ended. */
export const CertifyOutcome = z.strictObject({
  place: count,
  scenario: z.string(),
  kind: z.enum(["explored", "violated", "unfinished"]),
  executions: count,
  blocked: count,
  histories: count,
  /** Why it is unfinished. */
  because: z.string().exactOptional(),
  /** The violation, without the path of its trace. */
  counterexample: Counterexample.omit({ trace: true, reproduction: true }).exactOptional(),
  /** Text of the trace. */
  trace: z.string().exactOptional(),
});

export type CertifyOutcome = CertificateRow & Readonly<z.infer<typeof CertifyOutcome>>;

/** In the order of the places. */
export const CertifyOutcomes = z.array(CertifyOutcome).readonly();

export type CertifyOutcomes = readonly CertifyOutcome[];

/** Scenarios of one task: enough to make handing over cheap, few enough for ^C to lose little. */
const SCENARIOS_PER_TASK = 25;

/** The tasks that explore the scenarios at these places. */
export function certifyTasks(
  { system, module, size, executionsMax }: Omit<CertifyTask, "places">,
  places: readonly number[],
): readonly CertifyTask[] {
  return Array.from({ length: Math.ceil(places.length / SCENARIOS_PER_TASK) }, (_, piece) => ({
    system,
    ...(module !== undefined && { module }),
    size,
    places: places.slice(piece * SCENARIOS_PER_TASK, (piece + 1) * SCENARIOS_PER_TASK),
    executionsMax,
  }));
}
