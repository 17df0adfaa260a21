/** The explorer under `es` against the axioms of `model/memory/es.ts`. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { validExecutions } from "./es-executions.fixture.ts";
import { explore } from "./explore.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { randomProgram, randomThreads } from "./random-program.ts";

function exploredExecutions(program: ExploredProgram): readonly string[] {
  const found: string[] = [];
  explore(program, { model: "es", onExecution: (execution) => void found.push(execution.canonicalWithoutCoherence()) });
  return found.toSorted();
}

test("every execution of a random program that the axioms allow is visited, each once", () => {
  fc.assert(
    fc.property(randomThreads({ threads: 3, accesses: 3, words: 2, barriers: false }), (threads) => {
      const program = randomProgram(threads);
      expect(exploredExecutions(program)).toEqual([...validExecutions(program)].toSorted());
    }),
    { numRuns: 300, seed: 1 },
  );
});
