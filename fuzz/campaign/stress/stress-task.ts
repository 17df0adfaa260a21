/**
 * Stress on real threads as a job: a system's source, built for real threads, runs under load for a given time.
 *
 * The host chooses the schedules, so finding nothing proves nothing, and two runs from one seed may differ. A stopped
 * job keeps its results: its successor continues with the remaining time.
 */
import { z } from "zod";

/** Systems whose source is built for real threads. */
export const STRESSED_SYSTEMS: readonly string[] = ["peers"];

/**
 * The same on every machine, so that equal seeds and profiles report the same; more than two processors can run, so
 * that threads stop anywhere, and several sleep for one lock.
 */
export const STRESS_THREADS = 4;

export interface StressTask {
  readonly system: string;
  readonly seed: number;
  readonly milliseconds: number;
}

export const StressOutcome = z.strictObject({
  /** Less than requested if it was stopped, or found a violation. */
  milliseconds: z.number(),
  rounds: z.int().nonnegative(),
  operations: z.int().nonnegative(),
  /** With the text of the file that keeps its history. */
  violation: z.strictObject({ property: z.string(), because: z.string(), history: z.string() }).exactOptional(),
});

export type StressOutcome = Readonly<z.infer<typeof StressOutcome>>;
