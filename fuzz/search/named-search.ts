/** A search by the name of its strategy, the exhaustive one included. */
import type { Machine } from "#fuzz/machine/machine.ts";
import type { MachineOptions } from "#fuzz/machine/machine-settings.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { EXHAUSTIVE, type ExhaustiveBounds, searchExhaustively } from "./exhaustive-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, search, type SearchResult } from "./search.ts";

/** What is searched. */
export interface Searched {
  /** The program anew, with a heap of its own. */
  makeProgram(): Program;
  /** A machine for the program: asked only where a strategy needs one. */
  machine(): Machine;
  readonly checks: MachineOptions;
}

/**
 * Searches as the strategy of that name does, and asks whether to stop once in `EXECUTIONS_BETWEEN_QUESTIONS` executions.
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
  let asked = 0;
  const now = (): boolean => ++asked % EXECUTIONS_BETWEEN_QUESTIONS === 0 && shouldStop?.() === true;
  return searchExhaustively(makeProgram, checks, { ...others, shouldStop: now });
}
