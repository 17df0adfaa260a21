/**
 * Tasks: the pieces a campaign is cut into. A task is plain data and depends on nothing but itself, so it may run on
 * any worker, at any time, or in an earlier run that was stopped.
 */
import type { Search } from "#reports/result.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { derivedSeed } from "#properties/random.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import type { Profile, SearchBudget } from "./profile.ts";

/** One strategy on one scenario, from one seed. */
export interface SearchTask {
  readonly scenario: ScenarioReference;
  readonly strategy: string;
  readonly seed: number;
  readonly executionsMax: number;
  /** An exhaustive search ends early if there seem to be more executions than that. */
  readonly estimateMax?: number;
}

/** What became of a search. Plain data: it crosses to other threads, and lies in the file that `--resume` reads. */
export interface SearchOutcome {
  /** As a search's; `failed` when the scenario cannot be run at all. */
  readonly kind: "violated" | "exhausted" | "searched" | "stopped" | "failed";
  readonly executions: number;
  readonly accesses: number;
  /** About how many executions there are, if an exhaustive search was ended by its bound. */
  readonly estimate?: Search["estimate"];
  /** Why it failed. */
  readonly because?: string;
  readonly violation?: { readonly property: string; readonly because: string };
  /** The thread of each access of the violating execution. */
  readonly choices?: readonly number[];
  /** Time it took; says nothing about the scenario. */
  readonly milliseconds: number;
}

/** The search that comes first, and decides the scenario if it comes to its end. */
export const ENUMERATION = EXHAUSTIVE;

/**
 * Executions of one task: long searches are cut into pieces that other workers can take, and that `--resume` need not
 * repeat.
 */
const EXECUTIONS_PER_TASK = 50_000;

/**
 * Times the bound that an exploration may be estimated at before it is given up: estimates are rough, and often too
 * low.
 */
const ESTIMATE_FACTOR = 2;

/**
 * The seed of a scenario depends on its name and the run's seed alone, so a run of one scenario repeats what the run of
 * all did with it.
 */
export function scenarioSeed(seed: number, name: string): number {
  return derivedSeed(seed, hashOf(name));
}

/**
 * The enumeration, which comes first, and the searches that follow if it does not decide; each piece with a seed of its
 * own.
 */
export function tasksOf(
  scenario: ScenarioReference,
  profile: Pick<Profile, "enumerationMax" | "searches">,
  seed: number,
): readonly SearchTask[] {
  const own = scenarioSeed(seed, scenario.name);
  const budgets: SearchBudget[] =
    profile.enumerationMax === 0 ? [] : [{ strategy: ENUMERATION, executions: profile.enumerationMax }];
  for (const { strategy, executions } of profile.searches) {
    // A strategy that runs through a list has no second piece: it would start the list anew.
    const pieceMax = strategy === EXHAUSTIVE || strategyNamed(strategy).enumerates ? executions : EXECUTIONS_PER_TASK;
    for (let left = executions; left > 0; left -= pieceMax)
      budgets.push({ strategy, executions: Math.min(left, pieceMax) });
  }
  return budgets.map(({ strategy, executions }, index) => {
    const task = { scenario, strategy, seed: derivedSeed(own, index), executionsMax: executions };
    return index === 0 && profile.enumerationMax > 0 ? { ...task, estimateMax: ESTIMATE_FACTOR * executions } : task;
  });
}

/** Names a task for ever: equal names mean equal outcomes, as long as the code is the same. */
export function taskName({ scenario, strategy, seed, executionsMax, estimateMax }: SearchTask): string {
  return [scenario.module ?? "", scenario.name, strategy, seed, executionsMax, estimateMax ?? ""].join("|");
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
