/**
 * Delay bounding: every execution of a deterministic scheduler with at most D delays, for D = 0, 1, 2, …
 *
 * The scheduler runs a thread until it waits or returns, then the next in the order of their start. A delay skips the
 * thread that it would run. About k^D executions of k choice points need at most D delays, whatever the number of
 * threads, and most bugs need one or two. The executions with fewer than D delays are repeated for each D: about D in k
 * of them.
 *
 * Source: Emmi, Qadeer, Rakamarić, Delay-bounded scheduling, POPL 2011.
 */
import { wordAt } from "#impl/memory/word.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { ChoiceTree } from "./choice-tree.ts";

export interface DelayBounded extends Strategy {
  /** Every execution with at most this many delays has been run; -1 before the first. */
  readonly delaysFinished: number;
}

/** @param delaysMax where to stop; by default when no further delay would make a difference */
export function delayBounded(delaysMax = Number.POSITIVE_INFINITY): DelayBounded {
  const tree = new ChoiceTree();
  let delays = 0;
  let delaysFinished = -1;
  let exhausted = false;
  return {
    name: "delay",
    get delaysFinished() {
      return delaysFinished;
    },
    begin() {
      if (exhausted) {
        delays = 0;
        delaysFinished = -1;
        exhausted = false;
        tree.restart();
      }
      tree.begin();
    },
    choose(machine) {
      const { enabled, enabledCount, steps, choices } = machine;
      const current = steps === 0 ? 0 : wordAt(choices, steps - 1);
      let next = 0;
      while (next < enabledCount && wordAt(enabled, next) < current) next++;
      return wordAt(enabled, (next + tree.choose(enabledCount)) % enabledCount);
    },
    end() {
      if (tree.advance(delays)) return;
      delaysFinished = delays;
      exhausted = !tree.budgetHit || delays >= delaysMax;
      delays++;
      if (!exhausted) tree.restart();
    },
    isExhausted: () => exhausted,
  };
}
