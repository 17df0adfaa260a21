/** Decides a file on the test's own thread. */
import type { CheckResult, CheckTask } from "./check-task.ts";
import { runCheck } from "./run-check.ts";

export async function decideFile(task: CheckTask): Promise<CheckResult> {
  const result = await runCheck(task, { shouldStop: () => false });
  if (result === undefined) throw new Error("it was not told to stop");
  return result;
}
