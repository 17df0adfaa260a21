import fc from "fast-check";
import { expect, test } from "vitest";
import { explore } from "./explore.ts";
import { exploreParts } from "#fuzz/campaign/exploration/explore-in-parts.ts";
import { exploredProgram } from "#fuzz/programs/explored-toy.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import type { Execution } from "./explored-execution.ts";
import { randomProgram, randomThreads } from "./random-program.ts";
import { exploreSubtree, subtreesOf } from "./subtrees.ts";

test.each(["sc", "tso", "ra", "es"] as const)(
  "the parts of a random program's tree are disjoint and cover it, under %s",
  (model) => {
    fc.assert(
      fc.property(
        randomThreads({ threads: 3, accesses: 4, words: 2, ...(model === "es" && { barriers: false }) }),
        fc.integer({ min: 1, max: 40 }),
        (threads, partsMin) => {
          const program = randomProgram(threads);
          const whole: string[] = [];
          const textOf = (execution: Execution): string =>
            model === "es" ? execution.canonicalWithoutCoherence() : execution.canonical();
          const all = explore(program, { model, onExecution: (execution) => void whole.push(textOf(execution)) });
          const parts = subtreesOf(program, { model }, partsMin);
          expect(parts.length).toBeGreaterThanOrEqual(Math.min(partsMin, all.executions + all.blocked));
          const found: string[] = [];
          let blocked = 0;
          for (const part of parts)
            blocked += exploreSubtree(program, part, {
              model,
              onExecution: (execution) => void found.push(textOf(execution)),
            }).blocked;
          expect(found.toSorted()).toEqual(whole.toSorted());
          expect(blocked).toBe(all.blocked);
        },
      ),
      { numRuns: 150, seed: 5 },
    );
  },
);

test.each(["rinc", "treiber", "mutex", "ttas", "filesystem"])("the parts of %s add up", (name) => {
  const program = exploredProgram(toyProgramNamed(name), { N: 3 });
  const { executions, blocked } = explore(program);
  const results = subtreesOf(program, {}, 50).map((part) => exploreSubtree(program, part, {}));
  expect(results.reduce((sum, each) => sum + each.executions, 0)).toBe(executions);
  expect(results.reduce((sum, each) => sum + each.blocked, 0)).toBe(blocked);
});

test("the failure reported is that of the first part that has one, regardless of which part ends first", async () => {
  const order = { source: { program: "none", parameters: {} }, model: "sc" } as const;
  const graph = { events: [], orders: [] };
  for (const lanes of [1, 2, 3, 5]) {
    const result = await exploreParts(
      async ({ path: [part = 0] }) => {
        await new Promise((resolve) => setTimeout(resolve, 5 * ((part * 7) % 5)));
        const failed = part === 2 || part === 4;
        return {
          executions: 10 + part,
          blocked: 1,
          complete: !failed,
          within: part,
          ...(failed && { failure: { thread: part, message: "it fails", graph } }),
        };
      },
      order,
      [[0], [1], [2], [3], [4]],
      lanes,
    );
    expect(result).toEqual({
      executions: 33,
      blocked: 3,
      complete: false,
      within: 3,
      failure: { thread: 2, message: "it fails", graph },
    });
  }
});
