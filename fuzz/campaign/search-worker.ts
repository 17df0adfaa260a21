/**
 * Runs tasks on a worker thread.
 *
 * What it shares with the campaign's thread is the control words. Nothing else is shared, so the outcome of a task
 * depends on the task alone.
 */
import { controlWords } from "#fuzz/host/control-words.ts";
import { EXHAUSTIVE, searchExhaustively } from "#fuzz/search/exhaustive-search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { loadScenario } from "#fuzz/subjects/catalogue.ts";
import { CONTROL_WORDS, PROGRESS, STOP } from "#fuzz/host/worker-control.ts";
import { explainViolation, type Explanation, type ExplainTask } from "#fuzz/counterexample/explain.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, search, type SearchResult } from "#fuzz/search/search.ts";
import type { SearchOutcome, SearchTask } from "./task.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";

const control = controlWords(CONTROL_WORDS);

function isStopped(): boolean {
  Atomics.add(control, PROGRESS, 1);
  return Atomics.load(control, STOP) !== 0;
}

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

async function searchAsAsked({
  scenario,
  strategy,
  seed,
  executionsMax,
  estimateMax,
}: SearchTask): Promise<SearchResult> {
  const bounds = { executionsMax, shouldStop: isStopped };
  if (strategy === EXHAUSTIVE) {
    const { subject, checks } = await loadScenario(scenario);
    return searchExhaustively(() => subject.makeProgram(), checks, {
      executionsMax,
      shouldStop: everySoOften(isStopped),
      ...(estimateMax !== undefined && { estimateMax }),
    });
  }
  return search(await machineFor(scenario), strategyNamed(strategy).create({ seed }), bounds);
}

/** Asks only once in so many executions. */
function everySoOften(ask: () => boolean): () => boolean {
  let asked = 0;
  return () => ++asked % EXECUTIONS_BETWEEN_QUESTIONS === 0 && ask();
}

export async function runSearch(task: SearchTask): Promise<SearchOutcome> {
  const start = performance.now();
  let result: SearchResult;
  try {
    result = await searchAsAsked(task);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return { kind: "failed", because, executions: 0, accesses: 0, milliseconds: performance.now() - start };
  }
  const { kind, executions, steps, violation, choices, estimate } = result;
  const outcome = {
    kind,
    executions,
    accesses: steps,
    milliseconds: performance.now() - start,
    ...(estimate !== undefined && { estimate }),
  };
  if (violation === undefined || choices === undefined) return outcome;
  return { ...outcome, violation: { property: violation.property, because: violation.because }, choices: [...choices] };
}

export function explain(task: ExplainTask): Promise<Explanation> {
  return explainViolation(task, isStopped);
}
