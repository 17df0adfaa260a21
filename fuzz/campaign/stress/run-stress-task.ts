import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { runStress } from "#fuzz/native/run-stress.ts";
import { stressHistoryJson } from "#fuzz/native/stress-history.ts";
import { STRESS_THREADS, type StressOutcome, type StressTask } from "./stress-task.ts";

/** Operations of each thread in a round: ^C waits for its end. */
const OPERATIONS = 20_000;

/**
 * Continues until the time is used up, a violation is found, or it is stopped; undefined if that was before a round.
 */
export async function runStressTask(
  { system, seed, milliseconds: wanted }: StressTask,
  control: JobControl,
): Promise<StressOutcome | undefined> {
  if (control.shouldStop(0)) return undefined; // building takes seconds
  const { milliseconds, rounds, operations, violation } = await runStress({
    threads: STRESS_THREADS,
    seed,
    operations: OPERATIONS,
    out: mkdtempSync(join(tmpdir(), "quiesce-stress-")),
    milliseconds: wanted,
    shouldStop: () => control.shouldStop(0),
  });
  if (rounds === 0) return undefined;
  const counts = { milliseconds, rounds, operations };
  if (violation === undefined) return counts;
  const { property, because } = violation;
  const history = stressHistoryJson({ system, threads: STRESS_THREADS, seed }, violation);
  return { ...counts, violation: { property, because, history } };
}
