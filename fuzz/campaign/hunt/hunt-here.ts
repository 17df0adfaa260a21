/** The part of a hunt that runs in the patched thread: only what it imports, and it is imported late, sees the bug. */
import { search, type SearchResult } from "#fuzz/search/search.ts";
import { EXHAUSTIVE, searchExhaustively } from "#fuzz/search/exhaustive-search.ts";
import { codeVersion } from "#fuzz/host/code-version.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import { scenarioSubject, type Subject } from "#fuzz/subjects/subject.ts";
import { scenarioNamed, systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { counterexampleOf, counterexampleStory } from "#fuzz/counterexample/counterexample.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import type { HuntCounterexample, HuntOrder, HuntOutcome, HuntReport, HuntSearch } from "./hunt.ts";
import { projectRoot } from "#fuzz/bugs/museum.ts";

/** Makes the searches that the order asks for, and shrinks what the first of them catches. */
export async function huntHere({ slug, scenario: name, caughtBy, bounds }: HuntOrder): Promise<HuntReport> {
  const scenario = scenarioNamed(name);
  const system = systemNamed(scenario.system);
  const subject = scenarioSubject(scenario, (one: Scenario) => system.compile(parseScenario(system, one)));
  const outcomes: HuntOutcome[] = [];
  let counterexample: HuntCounterexample | undefined;
  let catches = 0;
  for (const one of bounds.searches) {
    const result =
      one.strategy === EXHAUSTIVE
        ? searchExhaustively(() => subject.makeProgram(), {}, bounds)
        : search(new Machine(subject.makeProgram()), strategyNamed(one.strategy).create({ seed: one.seed }), bounds);
    const outcome = outcomeOf(one, result, caughtBy);
    outcomes.push(outcome);
    if (!outcome.caught) continue;
    if (counterexample === undefined && bounds.shrinkMax !== undefined) {
      counterexample = await shrunkCounterexample(slug, subject, one, result.choices ?? [], bounds.shrinkMax);
    }
    if (++catches === bounds.catchesEnough) break;
  }
  return { slug, outcomes, ...(counterexample === undefined ? {} : { counterexample }) };
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

/** @throws Error if the execution that was found does not violate anything when it is run again */
async function shrunkCounterexample(
  slug: string,
  subject: Subject,
  { strategy, seed }: HuntSearch,
  choices: ArrayLike<number>,
  executionsMax: number,
): Promise<HuntCounterexample> {
  const found = { subject, choices, codeVersion: codeVersion(projectRoot), bug: slug, strategy, seed };
  const counterexample = await counterexampleOf(found, { executionsMax });
  const violation = counterexample?.trace.violation;
  if (counterexample === undefined || violation === undefined)
    throw new Error(`${slug}: what ${strategy} found from seed ${seed} does not come back`);
  const { shrunk, trace } = counterexample;
  return {
    property: violation.property,
    because: violation.because,
    accesses: shrunk.choices.length,
    preemptions: shrunk.preemptions,
    trace: serialiseTrace(trace),
    story: counterexampleStory(shrunk),
  };
}
