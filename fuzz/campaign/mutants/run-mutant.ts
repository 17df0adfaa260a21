/**
 * Tries one mutant, on a worker thread: the checks that reach it, a first look at each, and then each as a whole, up to
 * a number of executions of them all.
 */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { EndlessLoopError, NO_MUTANT, switchTo } from "./active-mutant.ts";
import { type Gate, gateLoadedWith, gateWithMutants } from "./load-mutants.ts";
import type { Kill, MutantOutcome, MutantTask } from "./mutants-task.ts";

const EFFORTS = ["first-look", "whole"] as const;

/**
 * Executions that all whole checks may take together, in multiples of those of one: more than the checks of one system
 * have, and less than those of all, which reach much of the shared code.
 */
const WHOLE_CHECKS = 100;

/** Whatever the mutated code throws kills it: no run of the gate could hold. */
export async function runMutant(task: MutantTask, control: JobControl): Promise<MutantOutcome> {
  const start = performance.now();
  let executions = 0;
  const killedBy = (kill: Omit<Kill, "executions">): MutantOutcome => ({
    kind: "killed",
    kill: { ...kill, executions },
    executions,
    milliseconds: performance.now() - start,
  });
  try {
    let gate: Gate;
    try {
      gate = await gateFor(task);
    } catch (error) {
      if (!task.atLoad) throw error;
      return killedBy(thrown(error));
    }
    for (const effort of EFFORTS) {
      const executionsMax = effort === "first-look" ? Infinity : executions + WHOLE_CHECKS * task.bounds.executionsMax;
      for (const check of task.checks) {
        if (executions >= executionsMax) break;
        try {
          const checked = gate.runCheck(check, effort, task.bounds, (made) => control.shouldStop(made));
          if (checked === undefined) return { kind: "stopped", executions, milliseconds: performance.now() - start };
          executions += checked.executions;
          if (checked.violation !== undefined) return killedBy({ ...checked.violation, check: check.name });
        } catch (error) {
          return killedBy({ ...thrown(error), check: check.name });
        }
      }
    }
    return { kind: "survived", executions, milliseconds: performance.now() - start };
  } finally {
    switchTo(NO_MUTANT);
  }
}

async function gateFor({ file, mutant, atLoad }: MutantTask): Promise<Gate> {
  if (atLoad) return gateLoadedWith(file, mutant);
  const { gate } = await gateWithMutants([file]);
  switchTo(mutant);
  return gate;
}

function thrown(error: unknown): Pick<Kill, "property" | "because"> {
  const because = error instanceof Error ? error.message : String(error);
  return { property: error instanceof EndlessLoopError ? "progress" : "exception", because };
}
