/** The call site of the machine's current access in code under test, for showing source lines. */
import type { CallSite } from "./thread-run.ts";

export type { CallSite } from "./thread-run.ts";

let current: CallSite | undefined;

/** Runs `act` with `at` as the position in the source. */
export function withCallSite<T>(at: CallSite, act: () => T): T {
  const before = current;
  current = at;
  try {
    return act();
  } finally {
    current = before;
  }
}

/** The stack of the access currently requested, if code under test requested it. */
export function currentStack(): string | undefined {
  return current?.stack;
}
