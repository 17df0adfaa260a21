/** From the schedule of a search to the output for a person: shrunk, explained, saved as a trace and as a script. */
import { isAbsolute, relative, sep } from "node:path";
import { codeVersion } from "#fuzz/host/code-version.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { serialiseTrace, type Trace } from "#fuzz/machine/trace.ts";
import { loadScenario, type ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import type { Subject } from "#fuzz/subjects/subject.ts";
import type { Execution } from "#reports/recorded-execution.ts";
import type { Counterexample } from "#reports/result.ts";
import type { StoryOptions } from "#reports/story.ts";
import { counterexampleOf, counterexampleStory, type Found } from "./counterexample.ts";
import { reproductionScript } from "./reproduction-script.ts";

export interface ExplainTask {
  /** The search that found it. */
  readonly search: { readonly scenario: ScenarioReference; readonly strategy: string; readonly seed: number };
  /** Number of the violating execution in the search, from 1. */
  readonly execution: number;
  readonly choices: readonly number[];
  /** Future path of the reproduction script: its imports depend on it. */
  readonly scriptPath: string;
}

/** A counterexample without the files that belong to it. */
export type Explained = Omit<Counterexample, "trace" | "reproduction">;

/** A counterexample, and the texts of its files. */
export interface Explanation {
  readonly counterexample: Explained;
  readonly trace: string;
  readonly script: string;
}

/** Execution budget for shrinking one counterexample. */
const SHRINK_MAX = 50_000;

/** @throws Error if the schedule violates nothing: the machine is then not as deterministic as it must be */
export async function explainViolation(
  { search, execution, choices, scriptPath }: ExplainTask,
  control: JobControl,
): Promise<Explanation> {
  const { strategy, seed, scenario } = search;
  const { subject, checks } = await loadScenario(scenario);
  const machine = Object.keys(checks).length > 0 && { machine: checks };
  const { module } = scenario;
  const found = { subject, choices, strategy, seed, execution, ...machine, ...(module !== undefined && { module }) };
  const shrunk = await shrinkViolation(found, control);
  return {
    counterexample: shrunk.counterexample,
    trace: serialiseTrace(shrunk.trace),
    script: reproductionScript(shrunk.trace, shrunk.recorded, scriptPath, module),
  };
}

/** A violating execution, the strategy that found it, and its place in the search. */
export interface FoundBySearch extends Omit<Found, "codeVersion" | "bug"> {
  readonly subject: Subject;
  readonly strategy: string;
  readonly seed: number;
  /** Number of the execution in the search, from 1. */
  readonly execution: number;
  /** Absolute path of the user's module that exports the scenario's system. */
  readonly module?: string;
}

/**
 * Shrinks a violating execution and explains it; when told to stop, as far as it was shrunk by then.
 *
 * @throws Error if the schedule violates nothing
 */
export async function shrinkViolation(
  { execution, module, ...found }: FoundBySearch,
  { shouldStop }: JobControl,
  storyOptions: StoryOptions = {},
): Promise<{ readonly counterexample: Explained; readonly trace: Trace; readonly recorded: Execution }> {
  const explained = await counterexampleOf(
    { ...found, codeVersion: codeVersion(packageRoot), ...moduleInTrace(module) },
    { executionsMax: SHRINK_MAX, shouldStop: () => shouldStop(0) },
  );
  const violation = explained?.trace.violation;
  const { strategy, seed, subject } = found;
  if (explained === undefined || violation === undefined)
    throw new Error(
      `${subject.scenario.name}: the violation that ${strategy} found from seed ${seed} does not come back`,
    );
  const { shrunk, trace } = explained;
  const { execution: recorded, location } = shrunk.replayed;
  return {
    counterexample: {
      property: violation.property,
      because: violation.because,
      strategy,
      seed,
      execution,
      threads: recorded.threads.length,
      accesses: shrunk.choices.length,
      preemptions: shrunk.preemptions,
      ...(location !== undefined && { location: { ...location } }),
      orderings: [...(trace.orderings ?? [])],
      story: counterexampleStory(shrunk, storyOptions),
    },
    trace,
    recorded,
  };
}

/** The module as a trace names it: relative to the working directory, and none that lies elsewhere. */
function moduleInTrace(module: string | undefined): Pick<Trace, "module"> {
  if (module === undefined) return {};
  const path = relative(process.cwd(), module).split(sep).join("/");
  return path.startsWith("..") || isAbsolute(path) ? {} : { module: path };
}
