/**
 * Decides litmus tests, several at a time, and hands out the outcomes in the order of the files.
 *
 * Every test stands alone, so threads share nothing but the queue.
 */

import { availableParallelism } from "node:os";
import { readLitmus } from "./litmus-files.ts";
import decide, { type LitmusOutcome, type LitmusTask } from "./litmus-worker.ts";

/** Below this many tests, starting threads takes longer than deciding. */
const PARALLEL_MIN = 8;

export type PoolOutcome =
  | LitmusOutcome
  /** The file could not be read, or is no test by its size. */
  | { readonly kind: "unreadable"; readonly because: string }
  /** ^C came first. */
  | { readonly kind: "interrupted" };

export interface PoolOptions {
  readonly task: Omit<LitmusTask, "text">;
  readonly signal: AbortSignal;
  /** Called as tests end, in any order. */
  readonly onDecided: (decided: number) => void;
}

/** Outcomes in the order of `files`, each as soon as it and all before it are known. */
export async function* decideFiles(
  files: readonly string[],
  { task, signal, onDecided }: PoolOptions,
): AsyncGenerator<{ readonly file: string; readonly outcome: PoolOutcome }> {
  let decided = 0;
  const threads = Math.min(availableParallelism(), files.length);
  const parallel = files.length >= PARALLEL_MIN && threads > 1;
  if (!parallel) {
    for (const file of files) {
      // Gives a signal the chance to arrive between two tests.
      await new Promise((resolve) => setImmediate(resolve));
      yield { file, outcome: signal.aborted ? { kind: "interrupted" } : decideHere(file) };
      onDecided(++decided);
    }
    return;
  }
  const { Piscina } = await import("piscina");
  const pool = new Piscina<LitmusTask, LitmusOutcome>({
    filename: new URL(import.meta.url.endsWith(".ts") ? "./litmus-worker.ts" : "./litmus-worker.js", import.meta.url).href,
    maxThreads: threads,
    minThreads: threads,
  });
  try {
    const pending = files.map(async (file): Promise<PoolOutcome> => {
      const read = readLitmus(file);
      if ("because" in read) return { kind: "unreadable", because: read.because };
      try {
        const outcome = await pool.run({ ...task, text: read.text }, { signal });
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
  } finally {
    await pool.destroy();
  }

  function decideHere(file: string): PoolOutcome {
    const read = readLitmus(file);
    return "because" in read ? { kind: "unreadable", because: read.because } : decide({ ...task, text: read.text });
  }
}
