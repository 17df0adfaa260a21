/**
 * Stress on real threads as a job: a system's source, built for real threads, runs under load for so long.
 *
 * Which schedules it meets is the host's choice, so that it finds nothing proves nothing, and two runs from one seed may
 * differ. A job that is stopped keeps what it did: its successor goes on with the time that is left.
 */
import { z } from "zod";

/** Systems whose source is built for real threads. */
export const STRESSED_SYSTEMS: readonly string[] = ["peers"];

/**
 * The same on every machine, so that equal seeds and profiles say the same; more than two processors can run, so that
 * threads stop anywhere, and several sleep for one lock.
 */
export const STRESS_THREADS = 4;

export interface StressTask {
  readonly system: string;
  readonly seed: number;
  readonly milliseconds: number;
}

export const StressOutcome = z.strictObject({
  /** Less than was asked for if it was stopped, or something is wrong. */
  milliseconds: z.number(),
  rounds: z.int().nonnegative(),
  operations: z.int().nonnegative(),
  /** With the text of the file that keeps its history. */
  violation: z.strictObject({ property: z.string(), because: z.string(), history: z.string() }).exactOptional(),
});

export type StressOutcome = Readonly<z.infer<typeof StressOutcome>>;
