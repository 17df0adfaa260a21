import { wordAt } from "#impl/memory/word.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { Random } from "#properties/random.ts";

/**
 * Random walk: at each step one of the enabled threads, all equally likely.
 *
 * Not uniform over interleavings: it favours those in which threads end early together.
 */
export function randomWalk(seed: number): Strategy {
  const random = new Random(seed);
  return {
    name: "random",
    begin() {},
    choose: (machine) => wordAt(machine.enabled, random.below(machine.enabledCount)),
  };
}
