/**
 * POS, partial order sampling: every pending access has a random priority, and the enabled one with the highest is
 * made.
 *
 * When an access has been made, its thread's next one draws a new priority, and so does every pending access that
 * conflicts with it; nothing else is redrawn. Partial orders with few constraints are thereby likely however long the
 * rest is. It needs no parameter and no profile.
 *
 * Source: Yuan, Yang, Gu, Partial order aware concurrency sampling, CAV 2018.
 */
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { Random } from "#properties/random.ts";
import { LastAccess, conflictsWith } from "./conflict.ts";
import { highestOf } from "./priority.ts";

export function pos(seed: number): Strategy {
  const random = new Random(seed);
  const last = new LastAccess();
  let priority = new Float64Array(0);
  let known = 0;
  return {
    name: "pos",
    begin(machine) {
      if (priority.length !== machine.enabled.length) priority = new Float64Array(machine.enabled.length);
      for (known = 0; known < machine.threadCount; known++) priority[known] = random.fraction();
      last.begin(machine);
    },
    choose: (machine) => highestOf(machine, priority),
    performed(machine, thread) {
      last.performed(machine, thread);
      for (let other = 0; other < known; other++) {
        if (other === thread || conflictsWith(machine, other, last)) priority[other] = random.fraction();
      }
      for (; known < machine.threadCount; known++) priority[known] = random.fraction();
    },
  };
}
