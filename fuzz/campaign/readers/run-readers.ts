import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { TRANSACTION_MODELS } from "#properties/transactions/transaction-model.ts";
import { runCheck } from "../history/run-check.ts";
import { runTransactions } from "../history/run-transactions.ts";
import { mutatedFiles } from "./mutated-files.ts";
import type { ReadersOutcome, ReadersTask } from "./readers-task.ts";

/** The outcome for a file: a verdict, or its fault. */
type Result = { readonly kind: "decided" } | { readonly kind: "fault"; readonly fault: string };

/** Decides a file, as `quiesce check` does; undefined once stopped. */
export type DecideFile = (path: string, model: string, control: JobControl) => Promise<Result | undefined>;

/** Milliseconds for the verdict on a file: the subject here is reading it. */
const FILE_MS_MAX = 2_000;

/** @returns undefined when stopped */
export async function runReaders(
  { seed, files }: ReadersTask,
  control: JobControl,
  decide: DecideFile = decideFile,
): Promise<ReadersOutcome | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "quiesce-readers-"));
  const path = join(folder, "history");
  const counts = { decided: 0, refused: 0 };
  const isRead = fc.asyncProperty(mutatedFiles(), async ({ model, bytes }) => {
    if (control.shouldStop(0)) return;
    writeFileSync(path, bytes);
    const result = await decide(path, model, control);
    if (result === undefined) return;
    if (result.kind === "decided") counts.decided += 1;
    else {
      if (!isLocated(result.fault, path))
        throw new Error(`a fault without its position, or of several lines: ${result.fault}`);
      counts.refused += 1;
    }
  });
  try {
    const { counterexample, errorInstance } = await fc.check(isRead, { seed, numRuns: files });
    if (control.shouldStop(0)) return undefined;
    if (counterexample === null) return { kind: "holds", ...counts };
    const [{ title, model, bytes }] = counterexample;
    const because = `${title}, --model ${model}: ${String(errorInstance).split("\n", 1)[0] ?? ""}`;
    return { kind: "violated", because, model, file: Buffer.from(bytes).toString("base64") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function decideFile(file: string, model: string, control: JobControl): Promise<Result | undefined> {
  const transactions = TRANSACTION_MODELS.find((each) => each === model);
  if (transactions !== undefined)
    return runTransactions({
      file,
      model: transactions,
      levels: ["strict-serializable"],
      assumptions: ["writes-follow-reads"],
    });
  const task = { file, model, initial: undefined, condition: "linearizability", timeMs: FILE_MS_MAX } as const;
  return runCheck({ ...task, keys: "split", method: "automatic" }, control);
}

/** Whether a fault is one line, with the line number in the file where there is one. */
function isLocated(fault: string, path: string): boolean {
  if (fault.includes("\n") || !fault.startsWith(path)) return false;
  return /^(?::\d+: |: expected operations to check|: the compressed data is damaged)/.test(fault.slice(path.length));
}
