/** Decides many litmus tests on all processors, and hands the answers back in the order of the files. */

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { readLitmus, testKey, type TestFile } from "./litmus-files.ts";
import type { LitmusExplained, LitmusOutcome, LitmusTask } from "./litmus-worker.ts";

export type PoolOutcome =
  | LitmusOutcome
  /** The file could not be read, or is no test by its size. */
  | { readonly kind: "unreadable"; readonly because: string }
  /** Its time, or that of the run, was up before the thread noticed. */
  | { readonly kind: "late"; readonly because: string }
  /** The caller's signal came first. */
  | { readonly kind: "interrupted" };

/** How long the run, and a test, may take. */
export interface TimeLimits {
  /** Milliseconds since the epoch. */
  readonly deadline: number | undefined;
  readonly millisecondsEach: number | undefined;
}

/** Worker threads that decide and explain; to be closed. */
export interface LitmusPool {
  readonly threads: number;
  readonly decide: (task: LitmusTask, signal: AbortSignal) => Promise<LitmusOutcome>;
  /** Undefined if a bound is hit first. */
  readonly explain: (task: LitmusTask, signal: AbortSignal) => Promise<LitmusExplained | undefined>;
  readonly close: () => Promise<void>;
}

/** @param fileCount no more threads than files are started */
export function openPool(fileCount: number): LitmusPool {
  const threads = Math.min(availableParallelism(), fileCount);
  const pool = new Piscina({
    filename: new URL("./litmus-worker.ts", import.meta.url).href,
    maxThreads: threads,
    minThreads: threads,
  });
  return {
    threads,
    decide: (task, signal) => pool.run(task, { signal, name: "decide" }),
    explain: (task, signal) => pool.run(task, { signal, name: "explain" }),
    close: () => pool.destroy(),
  };
}

/** What the tests of a run have in common. */
export type TaskOfAll = Pick<LitmusTask, "modelName" | "candidatesMax" | "outcome">;

export interface FileOptions {
  readonly task: TaskOfAll;
  readonly limits: TimeLimits;
  readonly signal: AbortSignal;
  /** Called as tests end, in any order, with how many have. */
  readonly onDecided: (decided: number) => void;
}

/**
 * Outcomes in the order of `tests`, each as soon as it and all before it are known. At most one test a thread is given
 * out at a time, so that its own time begins when it does.
 */
export async function* decideFiles(
  tests: readonly TestFile[],
  pool: LitmusPool,
  { task, limits, signal, onDecided }: FileOptions,
): AsyncGenerator<{ readonly test: TestFile; readonly outcome: PoolOutcome }> {
  const outcomes = tests.map(() => Promise.withResolvers<PoolOutcome>());
  // A failure is met where its turn comes; until then it is no unhandled one.
  for (const { promise } of outcomes) promise.catch(() => undefined);
  let next = 0;
  let decided = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < tests.length; i = next++) {
      const test = tests[i];
      if (test === undefined) return;
      try {
        outcomes[i]?.resolve(await decideOne(test));
        onDecided(++decided);
      } catch (error) {
        outcomes[i]?.reject(error);
      }
    }
  };
  const decideOne = async ({ file, notation }: TestFile): Promise<PoolOutcome> => {
    const result = await withinTime(limits, signal, async (stop): Promise<PoolOutcome> => {
      const read = readLitmus(file);
      if ("because" in read) return { kind: "unreadable", because: read.because };
      return pool.decide({ ...task, ...limits, text: read.text, notation, name: testKey(file) }, stop);
    });
    if ("value" in result) return result.value;
    return signal.aborted ? { kind: "interrupted" } : { kind: "late", because: result.late };
  };
  for (let thread = 0; thread < pool.threads; thread++) void work();
  for (const [i, test] of tests.entries()) {
    const outcome = await outcomes[i]?.promise;
    if (outcome !== undefined) yield { test, outcome };
  }
}

/**
 * A thread ends a search itself, between two steps, when its time is up. One that does not, for as long as this, is
 * ended; so much is also for the start of a thread. When the run's time is up, a thread is ended at once.
 */
const GRACE_MS = 2_000;

/**
 * Does what has limited time, and ends it if it takes longer.
 *
 * @param act is given a signal that ends its thread
 */
export async function withinTime<T>(
  { deadline = Infinity, millisecondsEach = Infinity }: TimeLimits,
  signal: AbortSignal,
  act: (stop: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T } | { readonly late: string }> {
  const left = Math.min(deadline - Date.now(), millisecondsEach + GRACE_MS);
  if (left <= 0) return { late: "time is up" };
  const timer = new AbortController();
  const timeout = left === Infinity ? undefined : setTimeout(() => timer.abort(), left);
  try {
    return { value: await act(AbortSignal.any([signal, timer.signal])) };
  } catch (error) {
    if (signal.aborted || timer.signal.aborted) return { late: "time is up" };
    throw error;
  } finally {
    clearTimeout(timeout);
  }
}
