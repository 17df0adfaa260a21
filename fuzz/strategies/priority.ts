import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";

/** The enabled thread with the highest priority; the first of equals. */
export function highestOf({ enabled, enabledCount }: RunningMachine, priority: Float64Array): number {
  let best = wordAt(enabled, 0);
  let greatest = numberAt(priority, best);
  for (let i = 1; i < enabledCount; i++) {
    const thread = wordAt(enabled, i);
    const its = numberAt(priority, thread);
    if (its > greatest) {
      best = thread;
      greatest = its;
    }
  }
  return best;
}
