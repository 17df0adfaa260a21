/** Searches a scenario on a worker thread. Nothing is shared but the control, so an outcome depends on the task alone. */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { EXHAUSTIVE, searchExhaustively } from "#fuzz/search/exhaustive-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, search, type SearchResult } from "#fuzz/search/search.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { loadScenario, type ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import type { SearchOutcome, SearchTask } from "./search-task.ts";

/** The machine of the scenario that ran last: its next task is likely to come to the same worker. */
let kept: { readonly reference: ScenarioReference; readonly machine: Machine } | undefined;

async function machineFor(reference: ScenarioReference): Promise<Machine> {
  if (kept?.reference.name !== reference.name || kept.reference.module !== reference.module) {
    kept = undefined;
    const { subject, checks } = await loadScenario(reference);
    kept = { reference, machine: new Machine(subject.makeProgram(), checks) };
  }
  return kept.machine;
}

async function searchAsAsked(
  { scenario, strategy, seed, executionsMax, estimateMax }: SearchTask,
  control: JobControl,
): Promise<SearchResult> {
  const shouldStop = (): boolean => control.shouldStop(EXECUTIONS_BETWEEN_QUESTIONS);
  if (strategy === EXHAUSTIVE) {
    const { subject, checks } = await loadScenario(scenario);
    return searchExhaustively(() => subject.makeProgram(), checks, {
      executionsMax,
      shouldStop: everySoOften(shouldStop),
      ...(estimateMax !== undefined && { estimateMax }),
    });
  }
  return search(await machineFor(scenario), strategyNamed(strategy).create({ seed }), { executionsMax, shouldStop });
}

/** Asks only once in so many executions. */
function everySoOften(ask: () => boolean): () => boolean {
  let asked = 0;
  return () => ++asked % EXECUTIONS_BETWEEN_QUESTIONS === 0 && ask();
}

export async function runSearch(task: SearchTask, control: JobControl): Promise<SearchOutcome> {
  let result: SearchResult;
  try {
    result = await searchAsAsked(task, control);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return { kind: "failed", because, executions: 0, accesses: 0 };
  }
  const { kind, executions, steps, violation, choices, estimate } = result;
  const outcome = { kind, executions, accesses: steps, ...(estimate !== undefined && { estimate }) };
  if (violation === undefined || choices === undefined) return outcome;
  return { ...outcome, violation: { property: violation.property, because: violation.because }, choices: [...choices] };
}
