/**
 * Stress on real threads as a part of a campaign: a system's source, built for real threads, is hammered for so long.
 *
 * Its time is counted over all runs that resume one another. Which schedules a run meets is the host's choice, so that
 * it finds nothing proves nothing, and two runs from one seed may differ.
 */
import { z } from "zod";
import { derivedSeed } from "#properties/random.ts";
import { LIBRARY_ENTRY } from "#fuzz/native/build-library.ts";
import { runStress, type StressResult as Hammered } from "#fuzz/native/run-stress.ts";
import { stressHistoryJson } from "#fuzz/native/stress-history.ts";
import type { StressResult } from "#reports/result.ts";
import { scenarioSeed } from "./task.ts";

/** Systems whose source is built for real threads. */
export const STRESSED_SYSTEMS: readonly string[] = ["peers"];

/**
 * The same on every machine, so that equal seeds and profiles say the same; more than two processors can run, so that
 * threads stop anywhere, and several sleep for one lock.
 */
export const STRESS_THREADS = 4;

/** Operations of each thread in a round: ^C waits for its end. */
const OPERATIONS = 20_000;

/** How far the stress on a system has come. */
export const StressSoFar = z.strictObject({
  milliseconds: z.number(),
  rounds: z.int().nonnegative(),
  operations: z.int().nonnegative(),
  violation: z.strictObject({ property: z.string(), because: z.string() }).optional(),
});

export type StressSoFar = z.infer<typeof StressSoFar>;

export const STRESS_NOT_BEGUN: StressSoFar = { milliseconds: 0, rounds: 0, operations: 0 };

export interface StressPlan {
  readonly system: string;
  /** Seed of the campaign. */
  readonly seed: number;
  /** Milliseconds in all, those of `before` included. */
  readonly milliseconds: number;
  readonly before: StressSoFar;
  /** Folder for the library as it is built. */
  readonly out: string;
  /** Asked before each round. */
  shouldStop(): boolean;
  /** Hears of each round. */
  onRound(soFar: StressSoFar): void;
  /** Takes the file of a violation's history. */
  saveHistory(text: string): void;
}

/** Goes on until the time is used up, something is wrong, or it is stopped; {@link stressResult} says which. */
export async function hammer({
  system,
  seed,
  milliseconds,
  before,
  out,
  shouldStop,
  onRound,
  saveHistory,
}: StressPlan): Promise<StressSoFar> {
  if (before.violation !== undefined || before.milliseconds >= milliseconds) return before;
  const soFar = ({ milliseconds: spent, rounds, operations, violation }: Hammered): StressSoFar => ({
    milliseconds: before.milliseconds + spent,
    rounds: before.rounds + rounds,
    operations: before.operations + operations,
    ...(violation !== undefined && { violation: { property: violation.property, because: violation.because } }),
  });
  // A run that is resumed goes on to other operations.
  const own = before.rounds === 0 ? stressSeed(seed, system) : derivedSeed(stressSeed(seed, system), before.rounds);
  const result = await runStress({
    threads: STRESS_THREADS,
    seed: own,
    operations: OPERATIONS,
    out,
    milliseconds: milliseconds - before.milliseconds,
    shouldStop,
    onRound: (progress) => onRound(soFar(progress)),
  });
  if (result.violation !== undefined)
    saveHistory(stressHistoryJson({ system, threads: STRESS_THREADS, seed: own }, result.violation));
  return soFar(result);
}

function stressSeed(seed: number, system: string): number {
  return scenarioSeed(seed, `stress ${system}`);
}

/**
 * What a campaign says of it; undefined while neither the time is used up nor anything is wrong. `history` is where a
 * violation's is saved.
 */
export function stressResult(
  { system, seed, milliseconds }: Pick<StressPlan, "system" | "seed" | "milliseconds">,
  soFar: StressSoFar,
  history: string,
): StressResult | undefined {
  const { violation } = soFar;
  const start = {
    system,
    source: LIBRARY_ENTRY,
    seed: stressSeed(seed, system),
    threads: STRESS_THREADS,
    milliseconds,
  };
  if (violation !== undefined) return { ...start, verdict: "violated", ...violation, history };
  return soFar.milliseconds >= milliseconds ? { ...start, verdict: "holds", because: "no violation" } : undefined;
}
