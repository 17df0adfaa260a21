import { wordAt } from "#impl/memory/word.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { ChoiceTree } from "./choice-tree.ts";

/**
 * Depth-first enumeration of every schedule, each once; for small programs only, as nothing is left out that another
 * schedule stands for. Exhausted when all have been run: the verdict is then about all schedules.
 *
 * Two threads of k accesses each have C(2k, k) schedules.
 */
export function depthFirst(): Strategy {
  const tree = new ChoiceTree();
  let exhausted = false;
  return {
    name: "dfs",
    begin() {
      if (exhausted) tree.restart();
      exhausted = false;
      tree.begin();
    },
    choose: (machine) => wordAt(machine.enabled, tree.choose(machine.enabledCount)),
    end() {
      exhausted = !tree.advance();
    },
    isExhausted: () => exhausted,
  };
}
