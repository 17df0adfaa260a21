/**
 * The budget of a campaign, counted in executions: equal seed and profile then give equal results on any machine.
 */

import { InputError } from "#fuzz/host/input-error.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";

/** Executions of one strategy on each scenario. */
export interface SearchBudget {
  readonly strategy: string;
  readonly executions: number;
}

export interface Profile {
  readonly name: string;
  /** A few words for a list and the heading of a run. */
  readonly description: string;
  /**
   * Execution graphs within which a scenario is explored exhaustively. A scenario with no more is decided; of the
   * others the exploration covers only a corner, and the searches follow.
   */
  readonly enumerationMax: number;
  readonly searches: readonly SearchBudget[];
  /** Scenarios drawn from each system's operation table: long sequences, and concurrent threads. */
  readonly conformance: { readonly sequential: number; readonly concurrent: number };
  /** Execution budget within which each bug of the museum must be found. */
  readonly museumMax: number;
  /** Mutated files for the readers of histories, over all formats; 0 for none. */
  readonly filesMutated: number;
  /**
   * Milliseconds for which each system built for real threads runs under load; 0 for not at all. A time and not a
   * number of executions: the host decides the schedules, and no seed repeats one.
   */
  readonly stressMs: number;
  /** Whether the small scopes of the systems are certified. */
  readonly certifies: boolean;
}

function eachOf(strategies: readonly string[], executions: number): SearchBudget[] {
  return strategies.map((strategy) => ({ strategy, executions }));
}

export const profiles: readonly Profile[] = [
  {
    name: "quick",
    description: "quick profile (under a minute on two cores)",
    enumerationMax: 42_000,
    searches: eachOf(["random", "pct3", "pos", "surw"], 2_500),
    conformance: { sequential: 80, concurrent: 40 },
    museumMax: 20_000,
    filesMutated: 0,
    stressMs: 0,
    certifies: false,
  },
  {
    name: "full",
    description: "full profile (about half an hour on two cores)",
    enumerationMax: 1_000_000,
    searches: eachOf(["random", "pct2", "pct3", "pct5", "pos", "urw", "surw", "delay"], 100_000),
    conformance: { sequential: 3_000, concurrent: 3_000 },
    museumMax: 20_000,
    filesMutated: 100_000,
    stressMs: 60_000,
    certifies: true,
  },
  {
    name: "night",
    description: "night profile (hours, with a seed of its own)",
    enumerationMax: 20_000_000,
    searches: eachOf(["random", "pct2", "pct3", "pct5", "pct10", "pos", "urw", "surw", "delay"], 1_000_000),
    conformance: { sequential: 100_000, concurrent: 100_000 },
    museumMax: 20_000,
    filesMutated: 1_000_000,
    stressMs: 600_000,
    certifies: true,
  },
];

/** @throws InputError that lists all profiles if there is none with that name */
export function profileNamed(name: string): Profile {
  const found = profiles.find((profile) => profile.name === name);
  if (found === undefined)
    throw new InputError(
      unknownName(
        "profile",
        name,
        profiles.map((profile) => profile.name),
      ),
    );
  return found;
}
