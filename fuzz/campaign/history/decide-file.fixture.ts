/** Decides a file on the test's own thread. */
import type { CheckAnswer, CheckTask } from "./check-task.ts";
import { runCheck } from "./run-check.ts";

export async function decideFile(task: CheckTask): Promise<CheckAnswer> {
  const answer = await runCheck(task, { shouldStop: () => false });
  if (answer === undefined) throw new Error("nobody told it to stop");
  return answer;
}
