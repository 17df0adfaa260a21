import type { JobControl } from "#fuzz/host/worker-control.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS } from "#fuzz/search/search.ts";
import { observingReadsFrom } from "#fuzz/strategies/reads-from.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { loadScenario } from "#fuzz/subjects/catalogue.ts";
import type { ProbeOutcome, ProbeTask } from "./probe-task.ts";

/** Searches a scenario on a worker thread, and keeps the schedules that show new pairs. */
export async function runProbe(task: ProbeTask, control: JobControl): Promise<ProbeOutcome> {
  let machine: Machine;
  try {
    const { subject, checks } = await loadScenario(task.scenario);
    machine = new Machine(subject.makeProgram(), checks);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return { kind: "failed", because, executions: 0, discoveries: [] };
  }
  const { strategy, added } = observingReadsFrom(strategyNamed(task.strategy).create({ seed: task.seed }));
  const discoveries: ProbeOutcome["discoveries"][number][] = [];
  for (let execution = 1; execution <= task.executionsMax; execution++) {
    const violation = machine.run(strategy);
    const choices = violation !== undefined || added.length > 0 ? [...machine.choices.subarray(0, machine.steps)] : [];
    if (added.length > 0) discoveries.push({ execution, choices, pairs: [...added] });
    if (violation !== undefined) return { kind: "violated", executions: execution, choices, discoveries };
    if (strategy.isExhausted?.() === true) return { kind: "exhausted", executions: execution, discoveries };
    if (execution % EXECUTIONS_BETWEEN_QUESTIONS === 0 && control.shouldStop(EXECUTIONS_BETWEEN_QUESTIONS))
      return { kind: "stopped", executions: execution, discoveries };
  }
  return { kind: "searched", executions: task.executionsMax, discoveries };
}
