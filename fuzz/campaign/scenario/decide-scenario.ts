/**
 * Decides each scenario from the outcomes of its tasks.
 *
 * The result depends on the tasks alone, not on which worker ran them or which ended first: tasks count in order, up to
 * the first violation, and later outcomes are left out.
 */
import { namedSeed } from "#properties/random.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import type { Search, Verdict } from "#reports/result.ts";
import type { Perform } from "../job.ts";
import type { Profile } from "../profile.ts";
import { ENUMERATION, type SearchOutcome, type SearchTask, tasksOf } from "./search-task.ts";

/** The decision on a scenario when its tasks, or the campaign, have ended. */
export interface Decision {
  readonly scenario: ScenarioReference;
  readonly seed: number;
  readonly verdict: Verdict;
  readonly searches: readonly Search[];
  /** Why the verdict is unknown, if a task gave a reason. */
  readonly because?: string;
  /** The violation that counts: the first in the order of tasks. */
  readonly violated?: { readonly task: SearchTask; readonly outcome: SearchOutcome };
}

/** Runs the enumeration, and the searches if that does not decide. When stopped, the outcomes so far decide. */
export async function decideScenario(
  scenario: ScenarioReference,
  profile: Pick<Profile, "enumerationMax" | "searches">,
  seed: number,
  perform: Perform,
): Promise<Decision> {
  const tasks = tasksOf(scenario, profile, seed);
  const outcomes: (SearchOutcome | undefined)[] = tasks.map(() => undefined);
  const searchAll = async (from: number, to: number): Promise<void> => {
    const searches = tasks.slice(from, to).map(async (task, at) => {
      const index = from + at;
      const isWanted = (): boolean => !outcomes.slice(0, index).some((outcome) => outcome?.kind === "violated");
      const done = await perform({ kind: "search", task }, { isWanted });
      outcomes[index] = done?.outcome;
    });
    await Promise.all(searches);
  };
  const enumerations = tasks[0]?.strategy === ENUMERATION ? 1 : 0;
  await searchAll(0, enumerations);
  if (enumerations === 0 || outcomes[0]?.kind === "searched") await searchAll(enumerations, tasks.length);
  return decisionOf(scenario, namedSeed(seed, scenario.name), tasks, outcomes);
}

/** Pure: equal outcomes give equal decisions. */
export function decisionOf(
  scenario: ScenarioReference,
  seed: number,
  tasks: readonly SearchTask[],
  outcomes: readonly (SearchOutcome | undefined)[],
): Decision {
  const firstViolated = outcomes.findIndex((outcome) => outcome?.kind === "violated");
  const counted = firstViolated === -1 ? outcomes : outcomes.slice(0, firstViolated + 1);
  const parts = { scenario, seed, searches: searchesOf(tasks, counted) };
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
 * Adds up the pieces of each strategy. Only the enumeration can be exhaustive: delay bounding leaves schedules out.
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
