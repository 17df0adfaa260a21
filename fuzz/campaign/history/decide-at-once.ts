/**
 * Decides a small file on the calling thread: starting a worker takes longer than deciding most files.
 */
import { statSync } from "node:fs";
import type { CheckResult, CheckTask } from "./check-task.ts";
import { runCheck } from "./run-check.ts";

/** Milliseconds for which the thread may be busy. */
const BUSY_MS_MAX = 150;

const BYTES_MAX = 1 << 20;

/**
 * @returns the result that a worker thread would give; undefined if it needs one: the file is long, the time was up
 * before there was a result, or the model is the user's code, which may never end
 */
export async function decideAtOnce(task: CheckTask): Promise<CheckResult | undefined> {
  if (/[./\\]/.test(task.model)) return undefined;
  const bytes = statSync(task.file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > BYTES_MAX) return undefined;
  const until = performance.now() + BUSY_MS_MAX;
  let isOver = false;
  const result = await runCheck(task, { shouldStop: () => (isOver ||= performance.now() >= until) });
  return isOver ? undefined : result;
}
