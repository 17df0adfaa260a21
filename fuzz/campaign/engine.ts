/**
 * The engine of all commands that run jobs: one pool of workers, one deadline, one response to ^C, one state to resume
 * from, one estimate of the work left.
 */
import { onInterruption } from "#fuzz/host/interruption.ts";
import { type Job, type JobKind, type OutcomeOf, type Perform, type Performed, type PerformOptions } from "./job.ts";
import { jobKinds } from "./job-kinds.ts";
import { lanes } from "./lanes.ts";
import type { Work } from "./part.ts";
import { WorkLeft } from "./work-left.ts";
import { type WorkerPool, workerPool } from "./worker-pool.ts";

/** Outcomes that need not be computed again. */
export interface KeptOutcomes {
  /** The job's outcome in this run or an earlier one. */
  outcomeOf<Kind extends JobKind>(job: Job<Kind>): Performed<OutcomeOf<Kind>> | undefined;
  /**
   * Keeps an outcome, if it is final.
   *
   * @throws InputError if the file cannot be written
   */
  keep<Kind extends JobKind>(job: Job<Kind>, performed: Performed<OutcomeOf<Kind>>): void;
}

export interface EngineOptions {
  /** Jobs at once, each on its own thread. */
  readonly workers: number;
  /** Milliseconds until the run is stopped. */
  readonly time?: number | undefined;
  /** Takes outcomes over from an earlier run, and keeps those of this one. */
  readonly state?: KeptOutcomes;
  /** Where jobs run; default: on threads of this process. */
  readonly pool?: WorkerPool;
}

/** The jobs of one part of a run. */
export interface EnginePart {
  readonly perform: Perform;
  /** Milliseconds of its jobs, added over all workers. */
  milliseconds(): number;
  /** The rest of its planned work will not be done. */
  end(): void;
}

export interface Engine {
  /**
   * @param rank among the parts: jobs of the lowest go first
   * @param work the most work it may need
   */
  part(rank: number, work?: Work): EnginePart;
  /** Runs a job of no particular part. */
  readonly perform: Perform;
  /** Why the run was stopped, if it was: ^C, the deadline, or a closed output. */
  stopReason(): string | undefined;
  /** Drops all waiting jobs, and tells the running ones to end. */
  stop(why: string): void;
  /** Executions made so far by all workers together. */
  executions(): number;
  /** About how many milliseconds of planned work are left, at most. */
  millisecondsLeft(): number;
  close(): Promise<void>;
}

/** Must be closed. From now on ^C stops the jobs, and a second one ends the process. */
export function openEngine({ workers, time, state, pool = workerPool(workers) }: EngineOptions): Engine {
  const queue = lanes(workers);
  const left = new WorkLeft(workers);
  let reason: string | undefined;
  const stop = (why: string): void => {
    reason ??= why;
    queue.stop();
    pool.stop((places) => {
      if (places.length > 0) reason = `${reason}; ${places.join(" and ")} runs on without an access, and was ended`;
    });
  };
  const endWatch = onInterruption(stop);
  const deadline =
    time === undefined ? undefined : setTimeout(() => stop(`stopped by --time after ${time / 1000} s`), time);

  const part = (rank: number, work: Work = {}): EnginePart => {
    const planned = left.plan(work);
    let spent = 0;
    const perform = async <Kind extends JobKind>(
      job: Job<Kind>,
      options?: PerformOptions,
    ): Promise<Performed<OutcomeOf<Kind>> | undefined> => {
      const units = jobKinds[job.kind].unitsOf(job.task);
      const run = async (): Promise<Performed<OutcomeOf<Kind>> | undefined> => {
        const end = planned.begin(job.kind, units);
        const start = performance.now();
        const outcome = await pool.run(job, options?.millisecondsMax?.()).finally(end);
        if (outcome === undefined) return undefined;
        const performed = { outcome, milliseconds: performance.now() - start };
        state?.keep(job, performed);
        return performed;
      };
      const known = state?.outcomeOf(job);
      if (known !== undefined) planned.skip(job.kind, units);
      const done = known ?? (await queue.run(rank, run, options));
      spent += done?.milliseconds ?? 0;
      return done;
    };
    return { perform, milliseconds: () => spent, end: planned.end };
  };
  return {
    part,
    perform: part(0).perform,
    stopReason: () => reason,
    stop,
    executions: pool.executions,
    millisecondsLeft: () => left.milliseconds(),
    async close() {
      clearTimeout(deadline);
      endWatch();
      await pool.close();
    },
  };
}
