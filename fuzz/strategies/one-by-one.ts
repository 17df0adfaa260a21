import { wordAt } from "#impl/memory/word.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";

/** The thread that performs the operations. */
const CLIENT = 0;

/**
 * One operation after another: the first thread performs one to its end, then daemons and callbacks run until nothing
 * is in progress, then the next operation starts.
 */
export function oneByOne(): Strategy {
  let begun = 0;
  let isBetween = true;
  return {
    name: "one-by-one",
    begin() {
      begun = 0;
      isBetween = true;
    },
    choose({ enabled }) {
      const first = wordAt(enabled, 0);
      return isBetween && first === CLIENT ? wordAt(enabled, 1) : first;
    },
    performed({ program }, thread) {
      if (thread !== CLIENT) return;
      const now = program.operationsBegun?.() ?? 0;
      isBetween = now !== begun;
      begun = now;
    },
  };
}
