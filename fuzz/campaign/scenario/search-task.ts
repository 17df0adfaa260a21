/** The searches of a scenario, in pieces. */
import { z } from "zod";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { derivedSeed, namedSeed } from "#properties/random.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import type { Profile, SearchBudget } from "../profile.ts";

/** One strategy on one scenario, from one seed. */
export interface SearchTask {
  readonly scenario: ScenarioReference;
  readonly strategy: string;
  readonly seed: number;
  readonly executionsMax: number;
  /** An exhaustive search ends early if the estimated number of executions exceeds this. */
  readonly estimateMax?: number;
}

const count = z.int().nonnegative();

/** The outcome of a search. */
export const SearchOutcome = z.strictObject({
  /** As for a search; `failed` when the scenario cannot run at all. */
  kind: z.enum(["violated", "exhausted", "searched", "stopped", "failed"]),
  executions: count,
  /** Accesses of all executions together. */
  accesses: count,
  /** Estimated number of executions, if an exhaustive search was ended by its bound. */
  estimate: z.strictObject({ executions: count, low: count, high: count }).exactOptional(),
  /** Why it failed. */
  because: z.string().exactOptional(),
  violation: z.strictObject({ property: z.string(), because: z.string() }).exactOptional(),
  /** The thread of each access of the violating execution. */
  choices: z.array(count).readonly().exactOptional(),
});

export type SearchOutcome = Readonly<z.infer<typeof SearchOutcome>>;

/** The first search, which decides the scenario if it finishes. */
export const ENUMERATION = EXHAUSTIVE;

/**
 * Executions of one task: long searches are split into pieces that other workers can take, and that `--resume` need not
 * repeat.
 */
const EXECUTIONS_PER_TASK = 50_000;

/**
 * The enumeration comes first, then the searches if it does not decide; each piece has its own seed. Seeds come from
 * the run's seed and the scenario's name alone, so a run of one scenario repeats the run of all.
 */
export function tasksOf(
  scenario: ScenarioReference,
  profile: Pick<Profile, "enumerationMax" | "searches">,
  seed: number,
): readonly SearchTask[] {
  const own = namedSeed(seed, scenario.name);
  const budgets: SearchBudget[] =
    profile.enumerationMax === 0 ? [] : [{ strategy: ENUMERATION, executions: profile.enumerationMax }];
  for (const { strategy, executions } of profile.searches) {
    // A strategy that runs through a list has no second piece: it would start the list again.
    const pieceMax = strategy === EXHAUSTIVE || strategyNamed(strategy).enumerates ? executions : EXECUTIONS_PER_TASK;
    for (let left = executions; left > 0; left -= pieceMax)
      budgets.push({ strategy, executions: Math.min(left, pieceMax) });
  }
  return budgets.map(({ strategy, executions }, index) => {
    const task = { scenario, strategy, seed: derivedSeed(own, index), executionsMax: executions };
    // An exploration whose interval lies beyond the bound would not end within it.
    return index === 0 && profile.enumerationMax > 0 ? { ...task, estimateMax: executions } : task;
  });
}
