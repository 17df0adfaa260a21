/**
 * Decides litmus tests, several at a time, and hands out the outcomes in the order of the files.
 *
 * Every test stands alone. Even a single test runs on a thread of its own: it can then be ended by ^C, which a search on
 * this thread would not hear.
 */
import type { Engine } from "../engine.ts";
import { readLitmus, testKey, type TestFile } from "./litmus-files.ts";
import type { LitmusOutcome, LitmusTask } from "./litmus-task.ts";

export type FileOutcome =
  | LitmusOutcome
  /** The file could not be read, or is no test by its size. */
  | { readonly kind: "unreadable"; readonly because: string }
  /** Its time, or that of the run, was up before its thread noticed. */
  | { readonly kind: "late" }
  /** The run was stopped first. */
  | { readonly kind: "interrupted" };

/** What the tests of a run have in common. */
export type TaskOfAll = Omit<LitmusTask, "text" | "notation" | "name">;

export interface FileOptions {
  readonly task: TaskOfAll;
  readonly engine: Engine;
  /** Called as tests end, in any order, with how many have. */
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
  // A failure is met where its turn comes; until then it is no unhandled one.
  for (const promise of pending) promise.catch(() => undefined);
  for (const [i, test] of tests.entries()) {
    const outcome = await pending[i];
    if (outcome !== undefined) yield { test, outcome };
  }
}

/** The task of one test; or, if its file cannot be read, why. */
export function taskOf({ file, notation }: TestFile, ofAll: TaskOfAll): LitmusTask | { readonly because: string } {
  const read = readLitmus(file);
  return "because" in read ? read : { ...ofAll, text: read.text, notation, name: testKey(file) };
}

/**
 * A thread ends a search itself, between two steps, when its time is up. One that does not, for as long as this, is
 * ended; so much is also for the start of a thread. When the run's time is up, a thread is ended at once.
 */
const GRACE_MS = 2_000;

/** How long a thread may take for a test that begins now. */
export function millisecondsFor({ deadline = Infinity, millisecondsEach = Infinity }: LitmusTask): number {
  return Math.min(deadline - Date.now(), millisecondsEach + GRACE_MS);
}
