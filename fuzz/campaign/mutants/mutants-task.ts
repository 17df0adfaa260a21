/** Mutation of the code under test as jobs: what the gate's checks reach without a mutant, and one mutant tried. */
import { z } from "zod";

/** How much of the gate is run. */
export interface GateBounds {
  readonly seed: number;
  /**
   * Graphs to which a scenario is explored, and four times the executions of each search after that; those of the quick
   * profile if that has fewer.
   */
  readonly executionsMax: number;
}

/** One check of the gate: a scenario, or conformance of a system in one form. */
export interface CheckReference {
  readonly system: string;
  readonly name: string;
}

export interface ReachTask {
  /** Of all these files' mutants. */
  readonly files: readonly string[];
  readonly checks: readonly CheckReference[];
  readonly bounds: GateBounds;
}

export interface MutantTask {
  readonly file: string;
  /** Among those of its file. */
  readonly mutant: number;
  /** Its place is reached while modules load, so that it must be on by then. */
  readonly atLoad: boolean;
  /** Those that reach it, in the order in which they are run. */
  readonly checks: readonly CheckReference[];
  readonly bounds: GateBounds;
}

const count = z.int().nonnegative();

/** Numbers of mutants by their file. */
const Reached = z.record(z.string(), z.array(count).readonly());

export const ReachOutcome = z.strictObject({
  kind: z.enum(["done", "stopped"]),
  /** Reached while modules load. */
  atLoad: Reached,
  /** In the order of the task. */
  checks: z
    .array(
      z.strictObject({
        reached: Reached,
        executions: count,
        accesses: count,
        /** What it violates with no mutant on. */
        fails: z.string().exactOptional(),
      }),
    )
    .readonly(),
  milliseconds: z.number(),
});

/** What killed a mutant. */
export const Kill = z.strictObject({
  property: z.string(),
  because: z.string(),
  /** Absent where the mutant kills itself while modules load. */
  check: z.string().exactOptional(),
  /** Of that check, and of all that were run before it. */
  executions: count,
});

export const MutantOutcome = z.strictObject({
  kind: z.enum(["killed", "survived", "stopped"]),
  kill: Kill.exactOptional(),
  /** Of all checks. */
  executions: count,
  /** Says nothing about the outcome. */
  milliseconds: z.number(),
});

export type Kill = Readonly<z.infer<typeof Kill>>;
export type ReachOutcome = Readonly<z.infer<typeof ReachOutcome>>;
export type MutantOutcome = Readonly<z.infer<typeof MutantOutcome>>;
