import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DependencyGraphBuilder, PASSAGE, READ_WRITE } from "./dependency-graph.ts";
import type { DependencyGraph } from "./dependency-graph.ts";

/** Pairs of transactions that depend on each other, through auxiliary nodes or not. */
function dependencies(graph: DependencyGraph): Set<string> {
  const pairs = new Set<string>();
  for (let from = 0; from < graph.transactions; from += 1) {
    const reached = [from];
    for (const node of reached)
      for (let edge = graph.start[node] ?? 0; edge < (graph.start[node + 1] ?? 0); edge += 1) {
        const to = graph.target[edge] ?? 0;
        if (node >= graph.transactions) expect(graph.kind[edge]).toBe(PASSAGE);
        if (to < graph.transactions) pairs.add(`${from} ${to}`);
        else if (!reached.includes(to)) reached.push(to);
      }
  }
  return pairs;
}

test("links all to all, none to itself, with edges linear in both lists", () => {
  const some = fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(some, some, (froms, tos) => {
      const builder = new DependencyGraphBuilder(40);
      builder.linkAllToAll(Int32Array.from(froms), Int32Array.from(tos), READ_WRITE);
      expect(builder.edges).toBeLessThanOrEqual(4 * (froms.length + tos.length));
      const expected = froms.flatMap((from) => tos.filter((to) => to !== from).map((to) => `${from} ${to}`));
      expect(dependencies(builder.build())).toEqual(new Set(expected));
    }),
    { seed: 3, numRuns: 500 },
  );
});

test("lists linked in sequence do not mix", () => {
  const builder = new DependencyGraphBuilder(60);
  const range = (from: number): Int32Array => Int32Array.from({ length: 20 }, (_, i) => from + i);
  builder.linkAllToAll(range(0), range(20), READ_WRITE);
  builder.linkAllToAll(range(20), range(40), READ_WRITE);
  expect(dependencies(builder.build()).size).toBe(800);
});
