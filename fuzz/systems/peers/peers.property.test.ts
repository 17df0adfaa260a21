import * as fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { pct } from "#fuzz/strategies/pct.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { peers, peersOptimistic } from "./peers.ts";
import type { PeersScenarioOperation } from "./peers-operations.ts";
import { peersOptimisticScenarios, peersScenarios } from "./peers-scenarios.ts";
import { systemNamed } from "../all-systems.ts";
import { parseScenario, type Scenario } from "../scenario.ts";

type Operation = PeersScenarioOperation;

function holds(scenario: Scenario<Operation>, seed: number, executions: number): void {
  const system = systemNamed(scenario.system);
  const machine = new Machine(system.compile(parseScenario(system, scenario)));
  for (const strategy of [randomWalk(seed), pct(seed, 3)]) {
    const { violation } = search(machine, strategy, { executionsMax: executions });
    expect(violation, `${scenario.name} under ${strategy.name} with seed ${seed}`).toBeUndefined();
  }
}

for (const scenario of [...peersScenarios, ...peersOptimisticScenarios]) {
  test(`${scenario.name} holds: ${scenario.about}`, () => {
    holds(scenario, 1, 500);
  });
}

const operations = (maxLength: number) => fc.array(peers.operations, { maxLength });

/** Small limits, so that trees fill up, peers come of age and memory runs out within a few operations. */
const limits = fc.record(
  {
    now: fc.constantFrom(-1, -120, 2147483600),
    threshold: fc.constantFrom(0, 2, 3),
    ticksPerSecond: fc.constantFrom(7),
    gcDelayTicks: fc.constantFrom(1),
    burstFactor: fc.constantFrom(2),
    peersMax: fc.constantFrom(1, 2, 3),
  },
  { requiredKeys: [] },
);

for (const { name: system } of [peers, peersOptimistic]) {
  test(`what ${system} answers to operations one after the other, the model allows, and all properties hold`, () => {
    fc.assert(
      fc.property(limits, operations(12), operations(40), (limits, initial, then) => {
        holds({ name: "sequential", system, limits, initial, threads: [{ name: "only", operations: then }] }, 1, 1);
      }),
      { seed: 2, numRuns: 600 },
    );
  });

  test(`whatever two or three threads do at once with ${system}, all properties hold`, () => {
    fc.assert(
      fc.property(
        limits,
        operations(8),
        fc.array(operations(5), { minLength: 2, maxLength: 3 }),
        fc.integer(),
        (limits, initial, threads, seed) => {
          const named = threads.map((operations, index) => ({ name: `thread ${index + 1}`, operations }));
          holds({ name: "generated", system, limits, initial, threads: named }, seed, 20);
        },
      ),
      { seed: 4, numRuns: 300 },
    );
  });
}

test("larger trees: what the pool answers, the model allows, and the trees stay in balance", () => {
  const address = fc.integer({ min: 1, max: 24 }).map((word) => `v4/${word}`);
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("get" as const), address, create: fc.constant(true) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("put" as const), address }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), ticks: fc.constantFrom(30, 60, 100) }) },
  );
  fc.assert(
    fc.property(fc.array(operation, { minLength: 40, maxLength: 120 }), (initial) => {
      holds(
        {
          name: "trees",
          system: "peers",
          initial,
          threads: [{ name: "only", operations: [{ kind: "get", address: "v4/25", create: true }] }],
        },
        1,
        1,
      );
    }),
    { seed: 3, numRuns: 60 },
  );
});
