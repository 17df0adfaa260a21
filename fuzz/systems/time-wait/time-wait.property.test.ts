import * as fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { pct } from "#fuzz/strategies/pct.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { parseScenario, type Scenario } from "../scenario.ts";
import { timeWait, type TimeWaitScenarioOperation } from "./time-wait.ts";
import { timeWaitScenarios } from "./time-wait-scenarios.ts";

type Operation = TimeWaitScenarioOperation;

function holds(scenario: Scenario<Operation>, seed: number, executions: number): void {
  const machine = new Machine(timeWait.compile(parseScenario(timeWait, scenario)));
  for (const strategy of [randomWalk(seed), pct(seed, 3)]) {
    const { violation } = search(machine, strategy, { executionsMax: executions });
    expect(violation, `${scenario.name} under ${strategy.name} with seed ${seed}`).toBeUndefined();
  }
}

for (const scenario of timeWaitScenarios) {
  test(`${scenario.name} holds: ${scenario.about}`, () => {
    holds(scenario, 1, 200);
  });
}

const operations = (maxLength: number) => fc.array(timeWait.operations, { maxLength });

/** Small limits, so that classes fill up, lines run out and records expire within a few operations. */
const limits = fc.record(
  {
    now: fc.constantFrom(-1, -100, 2147483600),
    loopbackSeconds: fc.constantFrom(0, 10, 60),
    ticksPerSecond: fc.constantFrom(7),
    slots: fc.constantFrom(1, 2, 4, 16),
    heads: fc.constantFrom(1, 4),
    lines: fc.constantFrom(2, 4, 6),
    lineBytes: fc.constantFrom(8, 12, 128),
    enabled: fc.constantFrom(0),
    truncating: fc.constantFrom(0),
    objectsMax: fc.constantFrom(1, 3),
  },
  { requiredKeys: [] },
);

test("what is answered to operations one after the other, the model allows, and all properties hold", () => {
  fc.assert(
    fc.property(limits, operations(12), operations(40), (limits, initial, then) => {
      holds(
        { name: "sequential", system: "time-wait", limits, initial, threads: [{ name: "only", operations: then }] },
        1,
        1,
      );
    }),
    { seed: 2, numRuns: 500 },
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
        holds({ name: "generated", system: "time-wait", limits, initial, threads: named }, seed, 12);
      },
    ),
    { seed: 4, numRuns: 250 },
  );
});
