/** From the schedule that a search found to what a person looks at: shrunk, told, saved as a trace. */
import { fileURLToPath } from "node:url";
import type { Counterexample } from "#reports/result.ts";
import { storyOf } from "#reports/story.ts";
import { codeVersion } from "#fuzz/machine/code-version.ts";
import { compressChoices, serialiseTrace, traceOf } from "#fuzz/machine/trace.ts";
import { accessTexts } from "#fuzz/replay/replay.ts";
import { shrink, type Shrunk } from "#fuzz/shrink/shrink.ts";
import { loadScenario } from "./catalogue.ts";
import type { SearchTask } from "./task.ts";

export interface ExplainTask {
  readonly search: SearchTask;
  /** Number of the violating execution in the search, from 1. */
  readonly execution: number;
  readonly choices: readonly number[];
}

/** A counterexample, and the texts of the files that belong to it. */
export interface Explanation {
  readonly counterexample: Omit<Counterexample, "trace" | "reproduction">;
  readonly trace: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * @param shouldStop asked now and then: what has been reached by then is taken
 * @throws Error if the schedule violates nothing: the machine is then not as deterministic as it must be
 */
export async function explainViolation({ search, execution, choices }: ExplainTask, shouldStop: () => boolean): Promise<Explanation> {
  const { subject, checks } = await loadScenario(search.scenario);
  const shrunk = await shrink(subject, choices, { machine: checks, shouldStop });
  const violation = shrunk?.replayed.violation;
  if (shrunk === undefined || violation === undefined) {
    throw new Error(`${search.scenario.name}: the violation that ${search.strategy} found from seed ${search.seed} does not come back`);
  }
  const { property, because } = violation;
  const { replayed, preemptions, neighbour } = shrunk;
  const orderings = shrunk.orderings.map(({ text }) => text);
  const { strategy, seed } = search;
  const { dataRaces, accessesMax } = checks;
  const machine = { ...(dataRaces !== undefined && { dataRaces }), ...(accessesMax !== undefined && { accessesMax }) };
  const trace = traceOf({
    codeVersion: codeVersion(root),
    scenario: shrunk.subject.scenario,
    strategy,
    seed,
    ...(Object.keys(machine).length > 0 && { machine }),
    choices: compressChoices(shrunk.choices),
    accesses: accessTexts(replayed.execution),
    violation: { property, because },
    orderings,
    ...(neighbour !== undefined && { neighbour: { because: neighbour.because, choices: compressChoices(neighbour.choices) } }),
  });
  return {
    counterexample: {
      property,
      because,
      strategy,
      seed,
      execution,
      threads: replayed.execution.threads.length,
      accesses: shrunk.choices.length,
      preemptions,
      ...(replayed.location !== undefined && { location: { ...replayed.location } }),
      orderings,
      story: storyLines(shrunk, orderings),
    },
    trace: serialiseTrace(trace),
  };
}

function storyLines({ replayed, orderings: found, neighbour }: Shrunk, orderings: readonly string[]): string[] {
  const matters = new Set(found.flatMap(({ first, second }) => [first, second]));
  return storyOf(replayed.execution, { orderings, matters, ...(neighbour !== undefined && { neighbour: neighbour.because }) });
}
