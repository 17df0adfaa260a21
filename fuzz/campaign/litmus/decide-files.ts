/**
 * Decides litmus tests, several at a time, and passes on the outcomes in the order of the files.
 *
 * Tests are independent. Even a single test runs on its own thread, so that ^C can end it: a search on this thread
 * would not notice ^C.
 */
import type { Engine } from "../engine.ts";
import { readLitmus, testKey, type TestFile } from "./litmus-files.ts";
import type { LitmusOutcome, LitmusTask } from "./litmus-task.ts";

export type FileOutcome =
  | LitmusOutcome
  /** The file could not be read, or its size rules out a test. */
  | { readonly kind: "unreadable"; readonly because: string }
  /** Its time, or the run's, was up before its thread noticed. */
  | { readonly kind: "late" }
  /** The run was stopped before. */
  | { readonly kind: "interrupted" };

/** Settings common to the tests of a run. */
export type TaskOfAll = Omit<LitmusTask, "text" | "notation" | "name">;

export interface FileOptions {
  readonly task: TaskOfAll;
  readonly engine: Engine;
  /** Called as tests end, in any order, with the number ended so far. */
  readonly onDecided: (decided: number) => void;
}

/** Outcomes in the order of `tests`, each as soon as it and all before it are known. */
export async function* decideFiles(
  tests: readonly TestFile[],
  { task: ofAll, engine, onDecided }: FileOptions,
): AsyncGenerator<{ readonly test: TestFile; readonly outcome: FileOutcome }> {
  let decided = 0;
  const pending = tests.map(async (test): Promise<FileOutcome> => {
    const task = taskOf(test, ofAll);
    if ("because" in task) return { kind: "unreadable", because: task.because };
    const done = await engine.perform({ kind: "litmus", task }, { millisecondsMax: () => millisecondsFor(task) });
    if (done === undefined || done.outcome.kind === "undecided") {
      if (engine.stopReason() !== undefined) return { kind: "interrupted" };
    }
    onDecided(++decided);
    return done?.outcome ?? { kind: "late" };
  });
  // A failure is handled when its turn comes; until then it must not count as unhandled.
  for (const promise of pending) promise.catch(() => undefined);
  for (const [i, test] of tests.entries()) {
    const outcome = await pending[i];
    if (outcome !== undefined) yield { test, outcome };
  }
}

/** The task of one test; or the reason why its file cannot be read. */
export function taskOf({ file, notation }: TestFile, ofAll: TaskOfAll): LitmusTask | { readonly because: string } {
  const read = readLitmus(file);
  return "because" in read ? read : { ...ofAll, text: read.text, notation, name: testKey(file) };
}

/**
 * A thread ends its search when its time is up, between two steps. One that does not is ended after this much longer,
 * which also covers the thread's start. When the run's time is up, a thread is ended at once.
 */
const GRACE_MS = 2_000;

/** How long a thread may take for a test that begins now. */
export function millisecondsFor({ deadline = Infinity, millisecondsEach = Infinity }: LitmusTask): number {
  return Math.min(deadline - Date.now(), millisecondsEach + GRACE_MS);
}
