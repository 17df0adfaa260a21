import { wordAt } from "#impl/memory/word.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { ChoiceTree } from "./choice-tree.ts";

/**
 * Depth-first enumeration of every schedule, exactly once; for small programs only, since equivalent schedules are not
 * reduced. Exhausted when all have been run: the verdict then covers all schedules.
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
