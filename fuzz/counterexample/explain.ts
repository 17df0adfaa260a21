/** From the schedule that a search found to what a person looks at: shrunk, told, saved as a trace and as a script. */
import type { Counterexample } from "#reports/result.ts";
import { projectRoot } from "#fuzz/bugs/museum.ts";
import { codeVersion } from "#fuzz/host/code-version.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import { reproductionScript } from "./reproduction-script.ts";
import { counterexampleOf, counterexampleStory } from "./counterexample.ts";
import { loadScenario, type ScenarioReference } from "#fuzz/subjects/catalogue.ts";

export interface ExplainTask {
  /** The search that found it. */
  readonly search: { readonly scenario: ScenarioReference; readonly strategy: string; readonly seed: number };
  /** Number of the violating execution in the search, from 1. */
  readonly execution: number;
  readonly choices: readonly number[];
  /** Where the reproduction script is going to be: its imports depend on that. */
  readonly scriptPath: string;
}

/** A counterexample, and the texts of the files that belong to it. */
export interface Explanation {
  readonly counterexample: Omit<Counterexample, "trace" | "reproduction">;
  readonly trace: string;
  /** Absent for a scenario of the user's own module, which a script does not know. */
  readonly script?: string;
}

/** Executions that shrinking one counterexample may take. */
const SHRINK_MAX = 50_000;

/**
 * @param shouldStop asked now and then: what has been reached by then is taken
 * @throws Error if the schedule violates nothing: the machine is then not as deterministic as it must be
 */
export async function explainViolation(
  { search, execution, choices, scriptPath }: ExplainTask,
  shouldStop: () => boolean,
): Promise<Explanation> {
  const { strategy, seed, scenario } = search;
  const { subject, checks } = await loadScenario(scenario);
  const found = {
    subject,
    choices,
    codeVersion: codeVersion(projectRoot),
    strategy,
    seed,
    ...(Object.keys(checks).length > 0 && { machine: checks }),
  };
  const explained = await counterexampleOf(found, { executionsMax: SHRINK_MAX, shouldStop });
  const violation = explained?.trace.violation;
  if (explained === undefined || violation === undefined)
    throw new Error(`${scenario.name}: the violation that ${strategy} found from seed ${seed} does not come back`);
  const { shrunk, trace } = explained;
  const { execution: told, location } = shrunk.replayed;
  return {
    counterexample: {
      property: violation.property,
      because: violation.because,
      strategy,
      seed,
      execution,
      threads: told.threads.length,
      accesses: shrunk.choices.length,
      preemptions: shrunk.preemptions,
      ...(location !== undefined && { location: { ...location } }),
      orderings: [...(trace.orderings ?? [])],
      story: counterexampleStory(shrunk),
    },
    trace: serialiseTrace(trace),
    ...(scenario.module === undefined && { script: reproductionScript(trace, told, scriptPath) }),
  };
}
