import * as fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { pct } from "#fuzz/strategies/pct.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { systems } from "./all-systems.ts";
import { parseScenario } from "./parse-scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { System } from "./system.ts";

/** Executions of each scenario of a system, under each strategy. */
const EXECUTIONS = 150;

function holds(system: System, scenario: Omit<Scenario, "system">, seed: number, executionsMax: number): void {
  const machine = new Machine(system.compile(parseScenario(system, { ...scenario, system: system.name })));
  for (const strategy of [randomWalk(seed), pct(seed, 3)]) {
    const { violation } = search(machine, strategy, { executionsMax });
    expect(violation, `${strategy.name}, seed ${seed}: ${JSON.stringify(scenario)}`).toBeUndefined();
  }
}

/** Initial operations, and operations of a thread. */
function operationsOf(system: System, maxLength: number) {
  return {
    initial: fc.array(
      system.operations.filter((one) => system.isInitial(one)),
      { maxLength },
    ),
    thread: (length: number) => fc.array(system.operations, { maxLength: length }),
  };
}

for (const system of systems) {
  for (const scenario of system.scenarios) {
    test(`${scenario.name} holds: ${scenario.about}`, () => {
      holds(system, scenario, 1, EXECUTIONS);
    });
  }

  test(`${system.name}: the model allows the responses of sequential operations, and all properties hold`, () => {
    const { initial, thread } = operationsOf(system, 10);
    fc.assert(
      fc.property(system.limits, initial, thread(30), (limits, initial, operations) => {
        holds(system, { name: "sequential", limits, initial, threads: [{ name: "only", operations }] }, 1, 1);
      }),
      { seed: 2, numRuns: 250 },
    );
  });

  test(`${system.name}: all properties hold when two or three threads run concurrently`, () => {
    const { initial, thread } = operationsOf(system, 6);
    const threads = fc.array(thread(5), { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(system.limits, initial, threads, fc.integer(), (limits, initial, operations, seed) => {
        const named = operations.map((own, index) => ({ name: `thread ${index + 1}`, operations: own }));
        holds(system, { name: "generated", limits, initial, threads: named }, seed, 12);
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  test(`${system.name}: its sources are where it declares them`, async () => {
    const { existsSync } = await import("node:fs");
    for (const path of [system.sources?.model, system.sources?.implementation])
      expect(existsSync(new URL(`../../${path}`, import.meta.url)), path).toBe(true);
  });
}
