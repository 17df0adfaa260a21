/**
 * A job: work as plain data, with an outcome that is plain data too.
 *
 * A job depends on nothing but itself and the code. It may run on any worker, at any time, twice, or in an earlier run
 * that was stopped: its outcome is the same. Its name covers everything that decides the outcome. A new kind needs a
 * row here, a row in `job-kinds.ts` and a row in `job-worker.ts`.
 */
import { createHash } from "node:crypto";
import type { Explanation as LitmusExplanation } from "#model/memory/explained-execution.ts";
import type { TraceResult } from "#reports/result.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import type { Schedules } from "#fuzz/explore/brute-force.ts";
import type { ExplainTask, Explanation } from "#fuzz/counterexample/explain-violation.ts";
import type { CertifyOutcomes, CertifyTask } from "./certificate/certify-task.ts";
import type { AgentsOutcome, AgentsTask } from "./exploration/agents-task.ts";
import type { ExploreTask, ExploreTaskResult, SchedulesTask } from "./exploration/explore-task.ts";
import type { ConformanceOutcome, ConformanceTask } from "./conformance/conformance-task.ts";
import type { CheckResult, CheckTask } from "./history/check-task.ts";
import type { GeneratedOutcome, GeneratedTask } from "./generated/generated-task.ts";
import type { TransactionsResult, TransactionsTask } from "./history/transactions-task.ts";
import type { HuntReport, HuntTask } from "./hunt/hunt-task.ts";
import type { LitmusOutcome, LitmusTask } from "./litmus/litmus-task.ts";
import type { MutantOutcome, MutantTask, ReachOutcome, ReachTask } from "./mutants/mutants-task.ts";
import type { ReadersOutcome, ReadersTask } from "./readers/readers-task.ts";
import type { ProbeOutcome, ProbeTask } from "./probe/probe-task.ts";
import type { SearchOutcome, SearchTask } from "./scenario/search-task.ts";
import type { ReenactmentOutcome, ReenactmentTask } from "./stress/reenactment-task.ts";
import type { StoryOutcome, StoryTask } from "./story/story-task.ts";
import type { StressOutcome, StressTask } from "./stress/stress-task.ts";
import type { SavedTrace } from "./trace/saved-traces.ts";
import type { TriageOutcome, TriageTask } from "./triage/triage-task.ts";
import type { WeakOutcome, WeakTask } from "./weak/weak-task.ts";

interface Of<Task, Outcome> {
  readonly task: Task;
  readonly outcome: Outcome;
}

/** The task and the outcome of each kind of job. */
export interface JobTypes {
  readonly search: Of<SearchTask, SearchOutcome>;
  readonly explanation: Of<ExplainTask, Explanation>;
  readonly conformance: Of<ConformanceTask, ConformanceOutcome>;
  readonly certificate: Of<CertifyTask, CertifyOutcomes>;
  readonly trace: Of<SavedTrace, TraceResult>;
  readonly story: Of<StoryTask, StoryOutcome>;
  readonly bug: Of<HuntTask, HuntReport>;
  readonly stress: Of<StressTask, StressOutcome>;
  readonly readers: Of<ReadersTask, ReadersOutcome>;
  readonly reenactment: Of<ReenactmentTask, ReenactmentOutcome>;
  readonly history: Of<CheckTask, CheckResult>;
  readonly transactions: Of<TransactionsTask, TransactionsResult>;
  readonly litmus: Of<LitmusTask, LitmusOutcome>;
  readonly "litmus-explanation": Of<LitmusTask, LitmusExplanation>;
  readonly subtree: Of<ExploreTask, ExploreTaskResult>;
  readonly schedules: Of<SchedulesTask, Schedules>;
  readonly weak: Of<WeakTask, WeakOutcome>;
  readonly agents: Of<AgentsTask, AgentsOutcome>;
  readonly probe: Of<ProbeTask, ProbeOutcome>;
  readonly generated: Of<GeneratedTask, GeneratedOutcome>;
  readonly triage: Of<TriageTask, TriageOutcome>;
  readonly reach: Of<ReachTask, ReachOutcome>;
  readonly mutant: Of<MutantTask, MutantOutcome>;
}

export type JobKind = keyof JobTypes;
export type TaskOf<Kind extends JobKind> = JobTypes[Kind]["task"];
export type OutcomeOf<Kind extends JobKind> = JobTypes[Kind]["outcome"];

export interface Job<Kind extends JobKind = JobKind> {
  readonly kind: Kind;
  readonly task: TaskOf<Kind>;
}

/** Runs a job, anywhere. Undefined when told to stop before there was an outcome. */
export type RunJob<Kind extends JobKind> = (
  task: TaskOf<Kind>,
  control: JobControl,
) => OutcomeOf<Kind> | undefined | Promise<OutcomeOf<Kind> | undefined>;

/** A permanent name: equal names mean equal outcomes, as long as the code is the same. */
export function jobName({ kind, task }: Job): string {
  return `${kind} ${createHash("sha256").update(JSON.stringify(task)).digest("hex").slice(0, 24)}`;
}

/** A job's outcome, and the time it took, which does not affect the outcome. */
export interface Performed<Outcome> {
  readonly outcome: Outcome;
  readonly milliseconds: number;
}

export interface PerformOptions {
  /** Called when its turn comes: a job that has become superfluous is left out. */
  readonly isWanted?: () => boolean;
  /** Runs although the run is being stopped; it is told so, and ends with its results so far. */
  readonly evenWhenStopped?: boolean;
  /** Called when it begins: the thread of a job that takes longer is ended, and there is no outcome. */
  readonly millisecondsMax?: () => number;
}

/** Has a job run somewhere. Undefined when it was left out, or stopped or ended before there was an outcome. */
export type Perform = <Kind extends JobKind>(
  job: Job<Kind>,
  options?: PerformOptions,
) => Promise<Performed<OutcomeOf<Kind>> | undefined>;
