/**
 * Decides each scenario from the outcomes of its tasks.
 *
 * The result depends on the tasks alone, not on which worker ran them or which ended first: tasks count in their own
 * order, up to the first that violates, and what others did beyond it is left out.
 */
import type { Search, Verdict } from "#reports/result.ts";
import type { Profile } from "./profile.ts";
import type { Lanes } from "./lanes.ts";
import { ENUMERATION, type SearchOutcome, type SearchTask, scenarioSeed, tasksOf } from "./task.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";

/** What is known of a scenario when its tasks have ended, or the campaign has. */
export interface Decision {
  readonly scenario: ScenarioReference;
  readonly seed: number;
  readonly verdict: Verdict;
  readonly searches: readonly Search[];
  /** Why the verdict is unknown, where a task said so. */
  readonly because?: string;
  /** The violation that counts: the first in the order of tasks. */
  readonly violated?: { readonly task: SearchTask; readonly outcome: SearchOutcome };
  readonly milliseconds: number;
}

/** Runs a task somewhere. */
export type RunTask = (task: SearchTask) => Promise<SearchOutcome>;

export interface Deciding {
  readonly lanes: Lanes;
  /** Rank of the tasks in the lanes. */
  readonly rank: number;
  readonly run: RunTask;
  /** Called once, when nothing more is to be done for the scenario. */
  readonly decided: (decision: Decision) => void;
}

/**
 * Adds the tasks of a scenario to the lanes: the enumeration, and the searches if that does not decide.
 *
 * @returns what is known at any time, for a campaign that is stopped
 */
export function decide(
  scenario: ScenarioReference,
  profile: Profile,
  seed: number,
  { lanes, rank, run, decided }: Deciding,
): () => Decision {
  const tasks = tasksOf(scenario, profile, seed);
  const outcomes: (SearchOutcome | undefined)[] = tasks.map(() => undefined);
  const now = (): Decision => decisionOf(scenario, scenarioSeed(seed, scenario.name), tasks, outcomes);
  let left = 0;

  const add = (from: number, to: number): void => {
    left = to - from;
    for (let index = from; index < to; index++) lanes.add(rank, () => perform(index));
  };
  const perform = async (index: number): Promise<void> => {
    const task = tasks[index];
    const superfluous = outcomes.slice(0, index).some((outcome) => outcome?.kind === "violated");
    if (task !== undefined && !superfluous) outcomes[index] = await run(task);
    left--;
    if (left > 0) return;
    const isOpen =
      index === 0 && task?.strategy === ENUMERATION && outcomes[0]?.kind === "searched" && tasks.length > 1;
    if (isOpen) add(1, tasks.length);
    else decided(now());
  };
  if (tasks[0]?.strategy === ENUMERATION) add(0, 1);
  else add(0, tasks.length);
  return now;
}

/** Pure: the same outcomes give the same decision. */
export function decisionOf(
  scenario: ScenarioReference,
  seed: number,
  tasks: readonly SearchTask[],
  outcomes: readonly (SearchOutcome | undefined)[],
): Decision {
  const firstViolated = outcomes.findIndex((outcome) => outcome?.kind === "violated");
  const counted = firstViolated === -1 ? outcomes : outcomes.slice(0, firstViolated + 1);
  const milliseconds = outcomes.reduce((sum, outcome) => sum + (outcome?.milliseconds ?? 0), 0);
  const parts = { scenario, seed, searches: searchesOf(tasks, counted), milliseconds };
  const task = tasks[firstViolated];
  const outcome = outcomes[firstViolated];
  if (task !== undefined && outcome !== undefined)
    return { ...parts, verdict: "violated", violated: { task, outcome } };
  const because = outcomes.find((each) => each?.kind === "failed")?.because;
  if (because !== undefined) return { ...parts, verdict: "unknown", because };
  const isDecided =
    isEnumerated(tasks, outcomes) || outcomes.every((each) => each?.kind === "searched" || each?.kind === "exhausted");
  return { ...parts, verdict: isDecided && tasks.length > 0 ? "holds" : "unknown" };
}

function isEnumerated(tasks: readonly SearchTask[], outcomes: readonly (SearchOutcome | undefined)[]): boolean {
  return outcomes.some((outcome, index) => outcome?.kind === "exhausted" && tasks[index]?.strategy === ENUMERATION);
}

/**
 * Adds up the pieces of each strategy. Being exhausted counts for the enumeration alone: delay bounding leaves
 * schedules out.
 */
function searchesOf(tasks: readonly SearchTask[], outcomes: readonly (SearchOutcome | undefined)[]): readonly Search[] {
  const searches = new Map<string, Search>();
  for (const [index, outcome] of outcomes.entries()) {
    const strategy = tasks[index]?.strategy;
    if (outcome === undefined || strategy === undefined) continue;
    const before = searches.get(strategy);
    searches.set(strategy, {
      strategy,
      exhaustive: strategy === ENUMERATION && outcome.kind === "exhausted",
      executions: (before?.executions ?? 0) + outcome.executions,
      accesses: (before?.accesses ?? 0) + outcome.accesses,
      ...(outcome.estimate !== undefined && { estimate: outcome.estimate }),
    });
  }
  return [...searches.values()];
}
