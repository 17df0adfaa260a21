/**
 * The engine of all commands that run jobs: one pool of workers, one deadline, one answer to ^C, one state to resume
 * from, one estimate of what is left.
 */
import { onInterruption } from "#fuzz/host/interruption.ts";
import { type Job, type JobKind, type OutcomeOf, type Perform, type Performed, type PerformOptions } from "./job.ts";
import { jobKinds } from "./job-kinds.ts";
import { lanes } from "./lanes.ts";
import type { Work } from "./part.ts";
import { WorkLeft } from "./work-left.ts";
import { type WorkerPool, workerPool } from "./worker-pool.ts";

/** Outcomes that need not be worked out again. */
export interface KeptOutcomes {
  /** What the job came to in this run or one before it. */
  outcomeOf<Kind extends JobKind>(job: Job<Kind>): Performed<OutcomeOf<Kind>> | undefined;
  /**
   * Takes an outcome in, if it stands for good.
   *
   * @throws InputError if the file cannot be written
   */
  keep<Kind extends JobKind>(job: Job<Kind>, performed: Performed<OutcomeOf<Kind>>): void;
}

export interface EngineOptions {
  /** Jobs at once, each on a thread of its own. */
  readonly workers: number;
  /** Milliseconds after which the run is stopped. */
  readonly time?: number | undefined;
  /** Takes outcomes over from an earlier run, and keeps those of this one. */
  readonly state?: KeptOutcomes;
  /** Where jobs are done: on threads of this process unless given. */
  readonly pool?: WorkerPool;
}

/** The jobs of one part of a run. */
export interface EnginePart {
  readonly perform: Perform;
  /** Milliseconds that its jobs took, all workers together. */
  milliseconds(): number;
  /** Nothing more of its planned work will be done. */
  end(): void;
}

export interface Engine {
  /**
   * @param rank among the parts: jobs of the lowest go first
   * @param work what it may need at most
   */
  part(rank: number, work?: Work): EnginePart;
  /** Does a job of no particular part. */
  readonly perform: Perform;
  /** Why the run was stopped, once it was: ^C, the deadline, or a reader that went away. */
  stopReason(): string | undefined;
  /** Drops all jobs that wait, and asks those that run to end. */
  stop(why: string): void;
  /** Executions made so far by all workers together. */
  executions(): number;
  /** About how many milliseconds of planned work are left at most. */
  millisecondsLeft(): number;
  close(): Promise<void>;
}

/** To be closed. From now on ^C stops the jobs, and a second one ends the process. */
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
