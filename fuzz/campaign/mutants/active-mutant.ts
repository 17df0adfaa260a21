/**
 * Which mutant of the instrumented code is switched on in this thread, and which mutants' places have been reached.
 *
 * Instrumented code imports this module. One copy of it serves all copies of the code under test.
 */

/** No mutant is switched on. */
export const NO_MUTANT = -1;

/** Places that code may pass on one thread of one execution: more are a loop that never ends. */
const PLACES_MAX = 20_000_000;

/** Thrown out of instrumented code that would run on for ever without an access. */
export class EndlessLoopError extends Error {
  constructor() {
    super(`the code runs on through ${PLACES_MAX.toLocaleString("en-US")} places`);
    this.name = "EndlessLoopError";
  }
}

let active = NO_MUTANT;
let passed = 0;
let reached: Set<number> | undefined;

/** Is the mutant of that number switched on? Instrumented code asks at each place of a mutant. */
export function isActive(mutant: number): boolean {
  if (++passed > PLACES_MAX) throw new EndlessLoopError();
  return mutant === active;
}

/** Instrumented code has come to the place of these mutants, with none of them switched on. */
export function cover(...mutants: readonly number[]): void {
  if (reached === undefined) return;
  for (const mutant of mutants) reached.add(mutant);
}

/** Switches a mutant on, and the one before off. */
export function switchTo(mutant: number): void {
  active = mutant;
  passed = 0;
}

/** A new thread of an execution begins: it may pass as many places as any other. */
export function threadBegins(): void {
  passed = 0;
}

/** Runs `work`, and returns the numbers of all mutants whose places it reached, in ascending order. */
export async function reachedBy(work: () => unknown): Promise<readonly number[]> {
  const found = new Set<number>();
  reached = found;
  passed = 0;
  try {
    await work();
  } finally {
    reached = undefined;
  }
  return [...found].toSorted((one, other) => one - other);
}
