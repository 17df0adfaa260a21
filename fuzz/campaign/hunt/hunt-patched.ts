/** The part of a hunt that runs in the patched code: this module and those that it imports may be copies with a bug. */
import { counterexampleOf, counterexampleStory } from "#fuzz/counterexample/counterexample.ts";
import { withFewPreemptions } from "#fuzz/counterexample/few-preemptions.ts";
import { codeVersion } from "#fuzz/host/code-version.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import { searchNamed } from "#fuzz/search/named-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, type SearchResult } from "#fuzz/search/search.ts";
import { scenarioSubject, type Subject } from "#fuzz/subjects/subject.ts";
import { scenarioNamed, systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { HuntCounterexample, HuntOutcome, HuntReport, HuntSearch, HuntTask } from "./hunt-task.ts";

/** Execution budget to show that few preemptions are enough. */
const FEW_PREEMPTIONS_EXECUTIONS_MAX = 50_000;

/** @returns undefined when told to stop before the end */
export async function huntPatched({ bug, bounds }: HuntTask, control: JobControl): Promise<HuntReport | undefined> {
  const scenario = scenarioNamed(bug.scenario);
  const system = systemNamed(scenario.system);
  const subject = scenarioSubject(scenario, (one: Scenario) => system.compile(parseScenario(system, one)));
  const searched = {
    makeProgram: () => subject.makeProgram(),
    machine: () => new Machine(subject.makeProgram()),
    checks: {},
  };
  const { executionsMax } = bounds;
  const shouldStop = (): boolean => control.shouldStop(EXECUTIONS_BETWEEN_QUESTIONS);
  const outcomes: HuntOutcome[] = [];
  let counterexample: HuntCounterexample | undefined;
  let catches = 0;
  for (const one of bounds.searches) {
    const result = searchNamed(one.strategy, searched, { seed: one.seed, executionsMax, shouldStop });
    if (control.shouldStop(0)) return undefined;
    const outcome = outcomeOf(one, result, bug.caughtBy);
    outcomes.push(outcome);
    if (!outcome.caught) continue;
    counterexample ??= await counterexampleFor({ bug, bounds }, subject, one, result.choices ?? [], control);
    if (++catches === bounds.catchesEnough) break;
  }
  if (control.shouldStop(0)) return undefined;
  return { slug: bug.slug, outcomes, ...(counterexample !== undefined && { counterexample }) };
}

function outcomeOf(
  one: HuntSearch,
  { executions, steps, violation }: SearchResult,
  caughtBy: readonly string[],
): HuntOutcome {
  const outcome = { ...one, executions, accesses: steps };
  if (violation === undefined) return { ...outcome, caught: false };
  const { property, because } = violation;
  return { ...outcome, violation: { property, because }, caught: caughtBy.includes(property) };
}

/** @throws Error if the execution that was found violates nothing when it runs again */
async function counterexampleFor(
  { bug, bounds: { shrinkMax } }: HuntTask,
  subject: Subject,
  { strategy, seed }: HuntSearch,
  choices: ArrayLike<number>,
  control: JobControl,
): Promise<HuntCounterexample> {
  const lost = `${bug.slug}: the violation that ${strategy} found from seed ${seed} does not recur`;
  const shouldStop = (): boolean => control.shouldStop(0);
  if (shrinkMax === undefined) {
    const options = { executionsMax: FEW_PREEMPTIONS_EXECUTIONS_MAX, shouldStop };
    const run = await withFewPreemptions(subject, choices, bug.preemptionsMax, options);
    if (run?.violation === undefined) throw new Error(lost);
    const { property, because } = run.violation;
    return { property, because, preemptions: run.preemptions };
  }
  const found = { subject, choices, codeVersion: codeVersion(packageRoot), bug: bug.slug, strategy, seed };
  const counterexample = await counterexampleOf(found, { executionsMax: shrinkMax, shouldStop });
  const violation = counterexample?.trace.violation;
  if (counterexample === undefined || violation === undefined) throw new Error(lost);
  const { shrunk, trace } = counterexample;
  return {
    property: violation.property,
    because: violation.because,
    preemptions: shrunk.preemptions,
    shrunk: { accesses: shrunk.choices.length, trace: serialiseTrace(trace), story: counterexampleStory(shrunk) },
  };
}
