/** Searches a scenario on a worker thread. Nothing is shared but the control, so an outcome depends on the task alone. */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { searchNamed } from "#fuzz/search/named-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, type SearchResult } from "#fuzz/search/search.ts";
import { type Loaded, loadScenario, type ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import type { SearchOutcome, SearchTask } from "./search-task.ts";

/** The machine of the scenario that ran last: its next task is likely to come to the same worker. */
let kept: { readonly reference: ScenarioReference; readonly machine: Machine } | undefined;

function machineFor(reference: ScenarioReference, { subject, checks }: Loaded): Machine {
  if (kept?.reference.name !== reference.name || kept.reference.module !== reference.module) {
    kept = undefined;
    kept = { reference, machine: new Machine(subject.makeProgram(), checks) };
  }
  return kept.machine;
}

async function searchAsAsked(task: SearchTask, control: JobControl): Promise<SearchResult> {
  const { scenario, strategy, seed, executionsMax, estimateMax } = task;
  const loaded = await loadScenario(scenario);
  const { subject, checks } = loaded;
  return searchNamed(
    strategy,
    { makeProgram: () => subject.makeProgram(), machine: () => machineFor(scenario, loaded), checks },
    {
      seed,
      executionsMax,
      shouldStop: () => control.shouldStop(EXECUTIONS_BETWEEN_QUESTIONS),
      ...(estimateMax !== undefined && { estimateMax }),
    },
  );
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
