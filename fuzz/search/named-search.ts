/** A search by the name of its strategy, including the exhaustive one. */
import type { Machine } from "#fuzz/machine/machine.ts";
import type { MachineOptions } from "#fuzz/machine/machine-settings.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { EXHAUSTIVE, type ExhaustiveBounds, searchExhaustively } from "./exhaustive-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, search, type SearchResult } from "./search.ts";

/** The program to search. */
export interface Searched {
  /** Creates a new program with its own heap. */
  makeProgram(): Program;
  /** A machine for the program: called only if the strategy needs one. */
  machine(): Machine;
  readonly checks: MachineOptions;
}

/**
 * Searches with the strategy of that name, and checks whether to stop once every `EXECUTIONS_BETWEEN_QUESTIONS`
 * executions.
 *
 * @throws InputError that names all strategies if there is none of that name
 * @throws ProgramError if the program is not deterministic, from the exhaustive search
 */
export function searchNamed(
  strategy: string,
  { makeProgram, machine, checks }: Searched,
  { seed, ...bounds }: ExhaustiveBounds & { readonly seed: number },
): SearchResult {
  if (strategy !== EXHAUSTIVE) return search(machine(), strategyNamed(strategy).create({ seed }), bounds);
  const { shouldStop, ...others } = bounds;
  let calls = 0;
  const now = (): boolean => ++calls % EXECUTIONS_BETWEEN_QUESTIONS === 0 && shouldStop?.() === true;
  return searchExhaustively(makeProgram, checks, { ...others, shouldStop: now });
}
