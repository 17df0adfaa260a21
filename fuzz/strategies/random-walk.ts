import { wordAt } from "#impl/memory/word.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { Random } from "#properties/random.ts";

/**
 * Random walk: each step runs one of the enabled threads, all equally likely.
 *
 * Not uniform over interleavings: it favours those in which several threads end early.
 */
export function randomWalk(seed: number): Strategy {
  const random = new Random(seed);
  return {
    name: "random",
    begin() {},
    choose: (machine) => wordAt(machine.enabled, random.below(machine.enabledCount)),
  };
}
