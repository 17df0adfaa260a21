import * as fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { pct } from "#fuzz/strategies/pct.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { peersRcuList, peersRwlock } from "./listed-peers.ts";
import { peersRcuListScenarios, peersRwlockScenarios } from "./listed-peers-scenarios.ts";
import type { ListedPeersOperation } from "./peers-operations.ts";
import { parseScenario, type Scenario } from "../scenario.ts";
import type { System } from "../system.ts";

type Operation = ListedPeersOperation;

const SYSTEMS = [peersRwlock, peersRcuList];

function holds(
  system: System<Operation>,
  scenario: Omit<Scenario<Operation>, "system">,
  seed: number,
  executions: number,
): void {
  const machine = new Machine(system.compile(parseScenario(system, { ...scenario, system: system.name })));
  for (const strategy of [randomWalk(seed), pct(seed, 3)]) {
    const { violation } = search(machine, strategy, { executionsMax: executions });
    expect(violation, `${scenario.name} of ${system.name} under ${strategy.name} with seed ${seed}`).toBeUndefined();
  }
}

test("every scenario holds under random schedules, before the conversion", () => {
  for (const scenario of peersRwlockScenarios) holds(peersRwlock, scenario, 1, 200);
});

test("every scenario holds under random schedules, after the conversion", () => {
  for (const scenario of peersRcuListScenarios) holds(peersRcuList, scenario, 1, 200);
});

const operations = (maxLength: number) => fc.array(peersRwlock.operations, { maxLength });

/**
 * Small limits, so that pools fill up, peers come of age, the timer runs and memory runs out within a few operations.
 */
const limits = fc.record(
  {
    now: fc.constantFrom(-1, -120, 2147483600),
    threshold: fc.constantFrom(0, 1, 2, 3),
    ttlMinTicks: fc.constantFrom(0, 1),
    timerMinTicks: fc.constantFrom(1),
    timerMaxTicks: fc.constantFrom(1, 7, 30),
    timerJitterTicks: fc.constantFrom(3),
    ticksPerSecond: fc.constantFrom(7),
    peersMax: fc.constantFrom(1, 2, 3),
  },
  { requiredKeys: [] },
);

test("what the pools answer to operations one after the other, the model allows, and all properties hold", () => {
  fc.assert(
    fc.property(limits, operations(12), operations(40), (limits, initial, then) => {
      for (const system of SYSTEMS)
        holds(system, { name: "sequential", limits, initial, threads: [{ name: "only", operations: then }] }, 1, 2);
    }),
    { seed: 2, numRuns: 200 },
  );
});

test("whatever two or three threads do at once, all properties hold", () => {
  fc.assert(
    fc.property(
      limits,
      operations(8),
      fc.array(operations(5), { minLength: 2, maxLength: 3 }),
      fc.integer(),
      (limits, initial, threads, seed) => {
        const named = threads.map((operations, index) => ({ name: `thread ${index + 1}`, operations }));
        for (const system of SYSTEMS) holds(system, { name: "generated", limits, initial, threads: named }, seed, 15);
      },
    ),
    { seed: 4, numRuns: 200 },
  );
});
