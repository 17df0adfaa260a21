/** Where in code under test the machine's current access was asked for, for those who show source lines. */
import type { CallSite } from "./thread-run.ts";

export type { CallSite } from "./thread-run.ts";

let current: CallSite | undefined;

/** Runs `act` with `at` as the place in the source. */
export function withCallSite<T>(at: CallSite, act: () => T): T {
  const before = current;
  current = at;
  try {
    return act();
  } finally {
    current = before;
  }
}

/** The stack of the access that is being asked for now, if it is one of code under test. */
export function currentStack(): string | undefined {
  return current?.stack;
}
