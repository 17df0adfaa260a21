/** The whole structure at a step: specific drawings first, then the objects that those do not show. */
import type { Memory } from "../counterexample/memory.ts";
import { drawBoxes } from "./boxes.ts";
import { drawChains } from "./chains.ts";
import type { Drawing } from "./drawing.ts";
import { drawSlots } from "./slots.ts";
import { drawTrees } from "./trees.ts";

/**
 * @param touched objects that the execution accesses: others are drawn only where a specific drawing shows them
 */
export function drawStructure(memory: Memory, touched: ReadonlySet<number>): readonly Drawing[] {
  const own = [...drawTrees(memory), ...drawChains(memory), ...drawSlots(memory, touched)];
  const drawn = new Set(
    own.flatMap(({ boxes }) => boxes.filter(({ part }) => part === "").map(({ object }) => object)),
  );
  const parts = new Set(
    own.flatMap(({ boxes }) => boxes.filter(({ part }) => part.includes("slot")).map(({ object }) => object)),
  );
  const left = memory.story.objects.flatMap((_, object) =>
    touched.has(object) && !drawn.has(object) && !parts.has(object) ? [object] : [],
  );
  return [...own, ...drawBoxes(memory, left)];
}

/** Objects that some step reads, writes, allocates or frees. */
export function touchedObjects({ execution }: Memory): ReadonlySet<number> {
  const touched = new Set<number>();
  for (const { object, allocated, freed, changes } of execution.steps) {
    for (const one of [object, allocated, freed, ...changes.map(([changed]) => changed)])
      if (one !== undefined) touched.add(one);
  }
  return touched;
}
