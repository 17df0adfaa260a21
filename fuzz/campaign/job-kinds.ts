/** The properties of each kind of job, without the code that runs it. */
import type { z } from "zod";
import { CertifyOutcomes } from "./certificate/certify-task.ts";
import { ConformanceOutcome } from "./conformance/conformance-task.ts";
import { GeneratedOutcome } from "./generated/generated-task.ts";
import { HuntReport } from "./hunt/hunt-task.ts";
import type { JobKind, OutcomeOf, TaskOf } from "./job.ts";
import { MutantOutcome, ReachOutcome } from "./mutants/mutants-task.ts";
import { ReadersOutcome } from "./readers/readers-task.ts";
import { SearchOutcome } from "./scenario/search-task.ts";
import { StressOutcome } from "./stress/stress-task.ts";

/** Outcomes that a resumed run takes over. */
interface Kept<Outcome> {
  /** As in a file. */
  readonly schema: z.ZodType<Outcome>;
  /** The unit in prose, singular and plural: `3 searches`. */
  readonly noun: readonly [one: string, several: string];
  /** A search that was stopped or could not run has no outcome worth keeping. */
  isFinal(outcome: Outcome): boolean;
}

interface KindOfJob<Task, Outcome> {
  /** The most work it may be, in units of the kind. */
  unitsOf(task: Task): number;
  /** Rough milliseconds per unit, until it has been measured. */
  readonly unitMs: number;
  /** Needs all processors for itself. */
  readonly isAlone?: true;
  /** Absent if running the job again is faster than reading its outcome. */
  readonly kept?: Kept<Outcome>;
}

const always = (): boolean => true;
const one = (): number => 1;

/** Work that no campaign plans. */
const unplanned = { unitsOf: one, unitMs: 0 };

export const jobKinds: { readonly [Kind in JobKind]: KindOfJob<TaskOf<Kind>, OutcomeOf<Kind>> } = {
  // Executions. Most scenarios are explored to the end long before their bound.
  search: {
    unitsOf: ({ executionsMax }) => executionsMax,
    unitMs: 0.01,
    kept: {
      schema: SearchOutcome,
      noun: ["search", "searches"],
      isFinal: ({ kind }) => kind !== "stopped" && kind !== "failed",
    },
  },
  // Scenarios.
  conformance: {
    unitsOf: ({ cases }) => cases,
    unitMs: 30,
    kept: {
      schema: ConformanceOutcome,
      noun: ["piece of conformance", "pieces of conformance"],
      isFinal: ({ kind }) => kind !== "stopped",
    },
  },
  certificate: {
    unitsOf: ({ places }) => places.length,
    unitMs: 20,
    kept: { schema: CertifyOutcomes, noun: ["piece of a certificate", "pieces of certificates"], isFinal: always },
  },
  bug: { unitsOf: one, unitMs: 200, kept: { schema: HuntReport, noun: ["hunt", "hunts"], isFinal: always } },
  // Milliseconds.
  stress: {
    unitsOf: ({ milliseconds }) => milliseconds,
    unitMs: 1,
    isAlone: true,
    kept: { schema: StressOutcome, noun: ["stretch of stress", "stretches of stress"], isFinal: always },
  },
  // Files.
  readers: {
    unitsOf: ({ files }) => files,
    unitMs: 5,
    kept: { schema: ReadersOutcome, noun: ["batch of mutated files", "batches of mutated files"], isFinal: always },
  },
  // Its schedules go into the store's corpus, and are too many to keep twice.
  probe: { unitsOf: ({ executionsMax }) => executionsMax, unitMs: 0.05 },
  generated: {
    unitsOf: one,
    unitMs: 200,
    kept: { schema: GeneratedOutcome, noun: ["generated scenario", "generated scenarios"], isFinal: always },
  },
  triage: { unitsOf: one, unitMs: 50 },
  // Checks of the gate.
  reach: {
    unitsOf: ({ checks }) => checks.length,
    unitMs: 1_000,
    kept: {
      schema: ReachOutcome,
      noun: ["run without mutants", "runs without mutants"],
      isFinal: ({ kind }) => kind === "done",
    },
  },
  mutant: {
    unitsOf: one,
    unitMs: 1_000,
    kept: { schema: MutantOutcome, noun: ["mutant", "mutants"], isFinal: ({ kind }) => kind !== "stopped" },
  },
  trace: { unitsOf: one, unitMs: 20 },
  // Execution graphs. Most protocols have a few.
  weak: { unitsOf: ({ graphsMax }) => graphsMax, unitMs: 0.01 },
  explanation: unplanned,
  reenactment: unplanned,
  story: unplanned,
  history: unplanned,
  transactions: unplanned,
  litmus: unplanned,
  "litmus-explanation": unplanned,
  subtree: unplanned,
  schedules: unplanned,
  agents: unplanned,
};
