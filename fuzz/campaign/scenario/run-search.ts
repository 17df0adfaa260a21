/**
 * Searches a scenario on a worker thread. Nothing is shared but the control, so an outcome depends on the task alone.
 */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { searchNamed } from "#fuzz/search/named-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, type SearchResult } from "#fuzz/search/search.ts";
import { type Loaded, loadScenario, type ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { ScenarioError } from "#fuzz/systems/scenario-error.ts";
import type { SearchOutcome, SearchTask } from "./search-task.ts";

/** The machine of the most recent scenario: its next task will probably come to the same worker. */
let kept: { readonly reference: ScenarioReference; readonly machine: Machine } | undefined;

function machineFor(reference: ScenarioReference, { subject, checks }: Loaded): Machine {
  if (kept?.reference.name !== reference.name || kept.reference.module !== reference.module) {
    kept = undefined;
    kept = { reference, machine: new Machine(subject.makeProgram(), checks) };
  }
  return kept.machine;
}

function searchAsAsked(task: SearchTask, loaded: Loaded, control: JobControl): SearchResult {
  const { scenario, strategy, seed, executionsMax, estimateMax } = task;
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

/** @throws InputError if the module's model is invalid, or there is nothing to check */
export async function runSearch(task: SearchTask, control: JobControl): Promise<SearchOutcome> {
  let result: SearchResult;
  let loaded: Loaded | undefined;
  try {
    loaded = await loadScenario(task.scenario);
    result = searchAsAsked(task, loaded, control);
  } catch (error) {
    // A scenario that its system refuses is one line of the report; a wrong model ends the run.
    if (loaded !== undefined && error instanceof InputError && !(error instanceof ScenarioError)) throw error;
    const because = error instanceof Error ? error.message : String(error);
    return { kind: "failed", because, executions: 0, accesses: 0 };
  }
  const { kind, executions, steps, violation, choices, estimate } = result;
  if (executions > 0 && steps === 0 && violation === undefined)
    throw new InputError(
      `${task.scenario.name}: no thread makes an access to shared memory, so there is nothing to check`,
    );
  const outcome = { kind, executions, accesses: steps, ...(estimate !== undefined && { estimate }) };
  if (violation === undefined || choices === undefined) return outcome;
  return { ...outcome, violation: { property: violation.property, because: violation.because }, choices: [...choices] };
}
