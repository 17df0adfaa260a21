/** The hunt for a bug of the museum as a job: the bug is put back, and looked for in its scenario. */
import { z } from "zod";
import type { Bug } from "#fuzz/bugs/museum.ts";

/** One search in the patched code. */
export interface HuntSearch {
  readonly strategy: string;
  readonly seed: number;
}

export interface HuntBounds {
  readonly searches: readonly HuntSearch[];
  /** Executions of one search. */
  readonly executionsMax: number;
  /** The other searches are left out after this many catch the bug. Absent: all run. */
  readonly catchesEnough?: number;
  /**
   * Executions for shrinking and explaining the first counterexample. Absent: the hunt only makes sure that few
   * preemptions are enough, and there is no story.
   */
  readonly shrinkMax?: number;
}

export interface HuntTask {
  /** With the text of its patch: a worker reads no file of the museum. */
  readonly bug: Pick<Bug, "slug" | "scenario" | "caughtBy" | "preemptionsMax" | "patch">;
  readonly bounds: HuntBounds;
}

export function huntTask({ slug, scenario, caughtBy, preemptionsMax, patch }: Bug, bounds: HuntBounds): HuntTask {
  return { bug: { slug, scenario, caughtBy, preemptionsMax, patch }, bounds };
}

const count = z.int().nonnegative();

/** How one search ended. */
const HuntOutcome = z.strictObject({
  strategy: z.string(),
  seed: z.int(),
  executions: count,
  /** Accesses of all executions together. */
  accesses: count,
  /** Absent when nothing was violated. */
  violation: z.strictObject({ property: z.string(), because: z.string() }).exactOptional(),
  /** Whether one of the properties that must catch the bug was violated. */
  caught: z.boolean(),
});

/** The first counterexample, reduced. */
const HuntCounterexample = z.strictObject({
  property: z.string(),
  because: z.string(),
  preemptions: count,
  /** Absent unless it was shrunk. */
  shrunk: z
    .strictObject({
      accesses: count,
      /** A trace file's text. It names the bug, so that a replay first puts the bug back. */
      trace: z.string(),
      story: z.array(z.string()).readonly(),
    })
    .exactOptional(),
});

export const HuntReport = z.strictObject({
  slug: z.string(),
  outcomes: z.array(HuntOutcome).readonly(),
  counterexample: HuntCounterexample.exactOptional(),
  /** Why the hunt itself fails: the patched code cannot be loaded or run. */
  failed: z.string().exactOptional(),
});

export type HuntOutcome = Readonly<z.infer<typeof HuntOutcome>>;
export type HuntCounterexample = Readonly<z.infer<typeof HuntCounterexample>>;
export type HuntReport = Readonly<z.infer<typeof HuntReport>>;
