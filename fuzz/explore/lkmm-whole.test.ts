/** Plain accesses and races of whole graphs against the axioms, on every graph of random programs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, readOnce, write, writeOnce, read, storeRelease, loadAcquire } from "#impl/memory/access.ts";
import { termsOf } from "#model/memory/execution.ts";
import { lkmm } from "#model/memory/lkmm.ts";
import { isAllowed } from "#model/memory/memory-model.ts";
import { isEmpty } from "#model/memory/relation.ts";
import { explore } from "./explore.ts";
import { lkmmExecution } from "./lkmm-execution.ts";
import { LkmmOrder } from "./lkmm-order.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { randomProgram, randomThreads } from "./random-program.ts";

/** Of the executions visited: those that race by the axioms, and those that race by the explorer. */
function racesOf(program: ExploredProgram): { readonly racing: number; readonly differing: number } {
  let racing = 0;
  let differing = 0;
  explore(program, {
    model: "lkmm",
    onExecution: ({ graph, states }) => {
      const terms = termsOf(lkmmExecution(graph, states), lkmm);
      const order = new LkmmOrder(states);
      const allowed = order.isAllowed(graph);
      const races = !isEmpty(terms.relation("race"));
      if (races) racing++;
      if (allowed !== isAllowed(lkmm, terms) || races !== (order.race !== undefined)) differing++;
    },
  });
  return { racing, differing };
}

test("random programs race exactly as the axioms say", () => {
  let racing = 0;
  fc.assert(
    fc.property(randomThreads({ threads: 3, accesses: 4, words: 2 }), (threads) => {
      const found = racesOf(randomProgram(threads));
      racing += found.racing;
      expect(found.differing).toBe(0);
    }),
    { numRuns: 200, seed: 3 },
  );
  expect(racing).toBeGreaterThan(500);
});

const [data, flag] = [1, 2];

test("data behind a release and an acquire do not race, and cannot be missed", () => {
  const program = {
    threads: [
      function* (): Access {
        yield write(data, 1);
        yield storeRelease(flag, 1);
      },
      function* (): Access {
        if ((yield loadAcquire(flag)) === 1) yield read(data);
      },
    ],
  };
  expect(racesOf(program)).toEqual({ racing: 0, differing: 0 });
  expect(explore(program, { model: "lkmm" }).executions).toBe(2);
});

test("data behind unordered marked accesses race", () => {
  const program = {
    threads: [
      function* (): Access {
        yield write(data, 1);
        yield writeOnce(flag, 1);
      },
      function* (): Access {
        if ((yield readOnce(flag)) === 1) yield read(data);
      },
    ],
  };
  expect(racesOf(program).racing).toBeGreaterThan(0);
});
