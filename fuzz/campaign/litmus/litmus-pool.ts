/**
 * Decides litmus tests on worker threads, several at a time, and hands out the outcomes in the order of
 * the files.
 *
 * Every test stands alone, so threads share nothing but the queue. Even a single test runs on a thread
 * of its own: it can then be ended by ^C, which a search on this thread would not hear.
 */

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { Explanation } from "#model/memory/explained-execution.ts";
import { readLitmus } from "./litmus-files.ts";
import type { LitmusOutcome, LitmusTask } from "./litmus-worker.ts";

export type PoolOutcome =
  | LitmusOutcome
  /** The file could not be read, or is no test by its size. */
  | { readonly kind: "unreadable"; readonly because: string }
  /** The caller's signal came first. */
  | { readonly kind: "interrupted" };

/** Worker threads that decide and explain; to be closed. */
export interface LitmusPool {
  readonly decide: (task: LitmusTask) => Promise<LitmusOutcome>;
  /** Undefined if a bound is hit first. */
  readonly explain: (task: LitmusTask) => Promise<Explanation | undefined>;
  readonly close: () => Promise<void>;
}

/** @param fileCount no more threads than files are started */
export function openPool(fileCount: number, signal: AbortSignal): LitmusPool {
  const threads = Math.min(availableParallelism(), fileCount);
  const pool = new Piscina({
    filename: new URL("./litmus-worker.ts", import.meta.url).href,
    maxThreads: threads,
    minThreads: threads,
  });
  return {
    decide: (task) => pool.run(task, { signal, name: "decide" }),
    explain: (task) => pool.run(task, { signal, name: "explain" }),
    close: () => pool.destroy(),
  };
}

export interface FileOptions {
  readonly task: Omit<LitmusTask, "text">;
  readonly signal: AbortSignal;
  /** Called as tests end, in any order, with how many have. */
  readonly onDecided: (decided: number) => void;
}

/** Outcomes in the order of `files`, each as soon as it and all before it are known. */
export async function* decideFiles(
  files: readonly string[],
  pool: LitmusPool,
  { task, signal, onDecided }: FileOptions,
): AsyncGenerator<{ readonly file: string; readonly outcome: PoolOutcome }> {
  let decided = 0;
  const pending = files.map(async (file): Promise<PoolOutcome> => {
    const read = readLitmus(file);
    if ("because" in read) return { kind: "unreadable", because: read.because };
    try {
      const outcome = await pool.decide({ ...task, text: read.text });
      onDecided(++decided);
      return outcome;
    } catch (error) {
      if (signal.aborted) return { kind: "interrupted" };
      throw error;
    }
  });
  // A failure is met where its turn comes; until then it is no unhandled one.
  for (const promise of pending) promise.catch(() => undefined);
  for (const [i, file] of files.entries()) {
    const outcome = await pending[i];
    if (outcome !== undefined) yield { file, outcome };
  }
}
