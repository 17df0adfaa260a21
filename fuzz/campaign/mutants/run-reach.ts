/** Runs checks of the gate without a mutant, on a worker thread, and notes which mutants each reaches. */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { NO_MUTANT, reachedBy, switchTo } from "./active-mutant.ts";
import type { Checked } from "./gate-check.ts";
import { gateWithMutants, type GateWithMutants } from "./load-mutants.ts";
import type { ReachOutcome, ReachTask } from "./mutants-task.ts";

/** Reached while modules load, by the files of the task: that happens once a thread. */
const reachedAtLoad = new Map<string, readonly number[]>();

/** @throws whatever the code throws as it stands */
export async function runReach({ files, checks, bounds }: ReachTask, control: JobControl): Promise<ReachOutcome> {
  const start = performance.now();
  switchTo(NO_MUTANT);
  let loaded: GateWithMutants | undefined;
  const key = files.join("\n");
  const loading = await reachedBy(async () => void (loaded = await gateWithMutants(files)));
  if (loaded === undefined) throw new Error("the gate has not been loaded");
  if (!reachedAtLoad.has(key)) reachedAtLoad.set(key, loading);
  const { gate, first } = loaded;
  const rows: ReachOutcome["checks"][number][] = [];
  for (const check of checks) {
    let checked: Checked | undefined;
    const numbers = await reachedBy(
      () => (checked = gate.runCheck(check, "whole", bounds, (executions) => control.shouldStop(executions))),
    );
    if (checked === undefined) break;
    const { executions, accesses, violation } = checked;
    const fails = violation === undefined ? {} : { fails: `${violation.property}: ${violation.because}` };
    rows.push({ reached: byFile(numbers, first), executions, accesses, ...fails });
  }
  return {
    kind: rows.length === checks.length ? "done" : "stopped",
    atLoad: byFile(reachedAtLoad.get(key) ?? [], first),
    checks: rows,
    milliseconds: performance.now() - start,
  };
}

/** Numbers among all files' mutants, as those of each file. Both are in ascending order. */
function byFile(numbers: readonly number[], first: ReadonlyMap<string, number>): Record<string, readonly number[]> {
  const starts = [...first];
  const found: Record<string, number[]> = {};
  let at = 0;
  for (const number of numbers) {
    while ((starts[at + 1]?.[1] ?? Infinity) <= number) at++;
    const [file, start] = starts[at] ?? ["", 0];
    (found[file] ??= []).push(number - start);
  }
  return found;
}
