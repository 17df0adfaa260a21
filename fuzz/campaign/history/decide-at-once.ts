/**
 * Decides a small file on the thread that asks: a worker thread takes longer to start than most files take to decide.
 */
import { statSync } from "node:fs";
import type { CheckAnswer, CheckTask } from "./check-task.ts";
import { runCheck } from "./run-check.ts";

/** Milliseconds for which this thread may be busy. */
const BUSY_MS_MAX = 150;

const BYTES_MAX = 1 << 20;

/**
 * @returns the answer that a worker thread would give, and undefined where it takes one: the file is long, the time was
 * up before there was an answer, or the model is code of the user's, which may never end
 */
export async function decideAtOnce(task: CheckTask): Promise<CheckAnswer | undefined> {
  if (/[./\\]/.test(task.model)) return undefined;
  const bytes = statSync(task.file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > BYTES_MAX) return undefined;
  const until = performance.now() + BUSY_MS_MAX;
  let isOver = false;
  const answer = await runCheck(task, { shouldStop: () => (isOver ||= performance.now() >= until) });
  return isOver ? undefined : answer;
}
