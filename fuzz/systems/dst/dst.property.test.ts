import * as fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { pct } from "#fuzz/strategies/pct.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { dst, dstSoftirq } from "./dst.ts";
import type { DstScenarioOperation } from "./dst-operations.ts";
import { dstScenarios } from "./dst-scenarios.ts";
import { parseScenario, type Scenario } from "../scenario.ts";

type Operation = DstScenarioOperation;

function holds(scenario: Scenario<Operation>, seed: number, executions: number): void {
  const system = scenario.system === "dst" ? dst : dstSoftirq;
  const machine = new Machine(system.compile(parseScenario(system, scenario)));
  for (const strategy of [randomWalk(seed), pct(seed, 3)]) {
    const { violation } = search(machine, strategy, { executionsMax: executions });
    expect(violation, `${scenario.name} under ${strategy.name} with seed ${seed}`).toBeUndefined();
  }
}

for (const scenario of dstScenarios) {
  test(`${scenario.name} holds: ${scenario.about}`, () => {
    holds(scenario, 1, 200);
  });
}

const operations = (maxLength: number) => fc.array(dst.operations, { maxLength });

const system = fc.constantFrom("dst", "dst-softirq");

/** Few entries, so that there is soon no room; clocks that wrap round; seconds of other lengths. */
const limits = fc.record(
  {
    now: fc.constantFrom(-1, -60, 2147483600),
    ticksPerSecond: fc.constantFrom(25),
    entriesMax: fc.constantFrom(1, 2, 3),
  },
  { requiredKeys: [] },
);

test("what the cache answers to operations one after the other, the model allows, and all properties hold", () => {
  fc.assert(
    fc.property(system, limits, operations(12), operations(30), (system, limits, initial, then) => {
      holds({ name: "sequential", system, limits, initial, threads: [{ name: "only", operations: then }] }, 1, 2);
    }),
    { seed: 2, numRuns: 200 },
  );
});

test("whatever two or three threads do at once, all properties hold", () => {
  fc.assert(
    fc.property(
      system,
      limits,
      operations(8),
      fc.array(operations(5), { minLength: 2, maxLength: 3 }),
      fc.integer(),
      (system, limits, initial, threads, seed) => {
        const named = threads.map((operations, index) => ({ name: `thread ${index + 1}`, operations }));
        holds({ name: "generated", system, limits, initial, threads: named }, seed, 20);
      },
    ),
    { seed: 4, numRuns: 200 },
  );
});
