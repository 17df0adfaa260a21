/** The worker threads that run jobs. */
import { Piscina } from "piscina";
import { busyThreads } from "#fuzz/host/busy-threads.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { poolControl } from "#fuzz/host/worker-control.ts";
import type { Job, JobKind, OutcomeOf } from "./job.ts";
import type { Done } from "./job-worker.ts";

export interface WorkerPool {
  /**
   * Runs a job on a worker that is or becomes free.
   *
   * @param millisecondsMax limit after which the job's thread is ended
   * @returns undefined when it was stopped or ended before there was an outcome
   * @throws InputError for faults of the caller
   */
  run<Kind extends JobKind>(job: Job<Kind>, millisecondsMax?: number): Promise<OutcomeOf<Kind> | undefined>;
  /** Executions made so far by all workers together. */
  executions(): number;
  /**
   * Tells every running job to end, and ends the threads of those that do not.
   *
   * @param onStuck hears where in their code these threads are
   */
  stop(onStuck: (places: readonly string[]) => void): void;
  close(): Promise<void>;
}

/** Milliseconds for a job to end after it is told to stop. */
const STOPPING_MS_MAX = 2_000;

/** Milliseconds for a job that starts after the stop. */
const LATE_MS_MAX = 15_000;

/** @param workers threads, started when there is work */
export function workerPool(workers: number): WorkerPool {
  const control = poolControl();
  const ending = new AbortController();
  let started: Piscina | undefined;
  let timer: NodeJS.Timeout | undefined;
  let running = 0;
  const pool = (): Piscina =>
    (started ??= new Piscina({
      filename: new URL("./job-worker.ts", import.meta.url).href,
      minThreads: workers,
      maxThreads: workers,
      workerData: control.shared,
    }));
  const endBusy = async (onStuck: (places: readonly string[]) => void): Promise<void> => {
    if (running === 0) return;
    onStuck(await busyThreads(isUnderTest));
    ending.abort();
  };
  return {
    async run<Kind extends JobKind>(job: Job<Kind>, millisecondsMax = Infinity): Promise<OutcomeOf<Kind> | undefined> {
      if (millisecondsMax <= 0) return undefined;
      const late = new AbortController();
      const lateTimer = millisecondsMax < Infinity ? setTimeout(() => late.abort(), millisecondsMax) : undefined;
      // A job that starts after the stop is short, and must be done.
      const isStopping = timer !== undefined;
      running++;
      const signal = AbortSignal.any(
        isStopping ? [late.signal, AbortSignal.timeout(LATE_MS_MAX)] : [ending.signal, late.signal],
      );
      try {
        const done: Done<Kind> = await pool().run(job, { signal });
        if ("inputError" in done) throw new InputError(done.inputError);
        return done.outcome;
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      } finally {
        clearTimeout(lateTimer);
        running--;
      }
    },
    executions: control.executions,
    stop(onStuck) {
      control.stop();
      timer ??= setTimeout(() => void endBusy(onStuck), STOPPING_MS_MAX);
    },
    async close() {
      clearTimeout(timer);
      await started?.destroy();
    },
  };
}

/** The modules of this project that drive the code under test, and what is not ours to name. */
const DRIVERS = /\/node_modules\/|\/fuzz\/(?!examples\/|systems\/[^/]+\/)|\/properties\//;

/** Whether it is a module under test, or its model. */
function isUnderTest(url: string): boolean {
  return !DRIVERS.test(url);
}
