/**
 * PCT: random priorities, lowered at a few random points.
 *
 * Threads get random distinct priorities, and the enabled thread of highest priority runs. At `depth` - 1 distinct
 * points of the execution, drawn uniformly, the thread about to run drops below all others; among dropped threads the
 * order is random too. A bug that `depth` ordering constraints suffice to show is found with probability at least 1 /
 * (n · k^(depth - 1)) in an execution of at most n threads and k points.
 *
 * A point is a step at which several threads are enabled: at the others a change would be lost. k is the largest number
 * of points seen in an execution so far, so the first execution has no change, and the guarantee holds once k has been
 * seen. Threads that start mid-execution get a random place in the order.
 *
 * Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, A randomized scheduler with probabilistic guarantees of finding
 * bugs, ASPLOS 2010.
 */
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { Random } from "#properties/random.ts";
import { highestOf } from "./priority.ts";

/** @throws RangeError if `depth` is not a whole number of at least 1 */
export function pct(seed: number, depth: number): Strategy {
  if (!Number.isInteger(depth) || depth < 1)
    throw new RangeError(`pct: the depth is ${depth}, and must be a whole number ≥ 1`);
  const random = new Random(seed);
  const changePoints = new Int32Array(depth - 1);
  let priority = new Float64Array(0);
  let known = 0;
  let pointsMax = 0;
  return {
    name: `pct${depth}`,
    begin(machine) {
      if (priority.length !== machine.enabled.length) priority = new Float64Array(machine.enabled.length);
      drawDistinct(random, changePoints, pointsMax);
      for (known = 0; known < machine.threadCount; known++) priority[known] = depth + random.fraction();
    },
    choose(machine) {
      for (; known < machine.threadCount; known++) priority[known] = depth + random.fraction();
      const change = changePoints.indexOf(machine.choicePoints);
      if (change !== -1) priority[highestOf(machine, priority)] = change;
      return highestOf(machine, priority);
    },
    end(machine) {
      pointsMax = Math.max(pointsMax, machine.choicePoints);
    },
  };
}

/** Fills `drawn` with distinct numbers from 1 to `max`, in random order; with 0 once they run out. */
function drawDistinct(random: Random, drawn: Int32Array, max: number): void {
  drawn.fill(0);
  const count = Math.min(drawn.length, max);
  for (let i = 0; i < count; i++) {
    let candidate: number;
    do candidate = 1 + random.below(max);
    while (drawn.indexOf(candidate) !== -1);
    drawn[i] = candidate;
  }
}
