import * as fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { pct } from "#fuzz/strategies/pct.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { routeCache, type RouteCacheScenarioOperation } from "./route-cache.ts";
import { routeCacheScenarios } from "./route-cache-scenarios.ts";
import { parseScenario, type Scenario } from "../scenario.ts";

type Operation = RouteCacheScenarioOperation;

function holds(scenario: Scenario<Operation>, seed: number, executions: number): void {
  const machine = new Machine(routeCache.compile(parseScenario(routeCache, scenario)));
  for (const strategy of [randomWalk(seed), pct(seed, 3)]) {
    const { violation } = search(machine, strategy, { executionsMax: executions });
    expect(violation, `${scenario.name} under ${strategy.name} with seed ${seed}`).toBeUndefined();
  }
}

for (const scenario of routeCacheScenarios) {
  test(`${scenario.name} holds: ${scenario.about}`, () => {
    holds(scenario, 1, 150);
  });
}

const operations = (maxLength: number) => fc.array(routeCache.operations, { maxLength });

/** Small pools, so that memory runs out; one CPU, so that caches are shared. */
const limits = fc.record(
  {
    cpuCount: fc.constantFrom(1, 2),
    entriesMax: fc.constantFrom(1, 3),
    sockaddrsMax: fc.constantFrom(2, 4, 7),
    softnetLock: fc.constantFrom(0, 1),
  },
  { requiredKeys: [] },
);

test("what the network answers to operations one after the other, the model allows, and all properties hold", () => {
  fc.assert(
    fc.property(limits, operations(5), operations(14), (limits, initial, then) => {
      holds(
        { name: "sequential", system: "route-cache", limits, initial, threads: [{ name: "only", operations: then }] },
        1,
        1,
      );
    }),
    { seed: 2, numRuns: 300 },
  );
});

test("whatever two or three threads do at once, all properties hold", () => {
  fc.assert(
    fc.property(
      limits,
      operations(4),
      fc.array(operations(4), { minLength: 2, maxLength: 3 }),
      fc.integer(),
      (limits, initial, threads, seed) => {
        const named = threads.map((operations, index) => ({ name: `thread ${index + 1}`, operations }));
        holds({ name: "generated", system: "route-cache", limits, initial, threads: named }, seed, 12);
      },
    ),
    { seed: 4, numRuns: 150 },
  );
});
