/**
 * Decides litmus tests, several at a time, and hands out the outcomes in the order of the files.
 *
 * Every test stands alone. Even a single test runs on a thread of its own: it can then be ended by ^C, which a search on
 * this thread would not hear.
 */
import type { Engine } from "../engine.ts";
import { readLitmus } from "./litmus-files.ts";
import type { LitmusOutcome, LitmusTask } from "./litmus-task.ts";

export type FileOutcome =
  | LitmusOutcome
  /** The file could not be read, or is no test by its size. */
  | { readonly kind: "unreadable"; readonly because: string }
  /** The run was stopped first. */
  | { readonly kind: "interrupted" };

export interface FileOptions {
  readonly task: Omit<LitmusTask, "text">;
  readonly engine: Engine;
  /** Called as tests end, in any order, with how many have. */
  readonly onDecided: (decided: number) => void;
}

/** Outcomes in the order of `files`, each as soon as it and all before it are known. */
export async function* decideFiles(
  files: readonly string[],
  { task, engine, onDecided }: FileOptions,
): AsyncGenerator<{ readonly file: string; readonly outcome: FileOutcome }> {
  let decided = 0;
  const pending = files.map(async (file): Promise<FileOutcome> => {
    const read = readLitmus(file);
    if ("because" in read) return { kind: "unreadable", because: read.because };
    const done = await engine.perform({ kind: "litmus", task: { ...task, text: read.text } });
    if (done === undefined || (done.outcome.kind === "undecided" && engine.stopReason() !== undefined))
      return { kind: "interrupted" };
    onDecided(++decided);
    return done.outcome;
  });
  // A failure is met where its turn comes; until then it is no unhandled one.
  for (const promise of pending) promise.catch(() => undefined);
  for (const [i, file] of files.entries()) {
    const outcome = await pending[i];
    if (outcome !== undefined) yield { file, outcome };
  }
}
