import * as fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { nativeSync } from "./native-sync.ts";
import { nativeSyncScenarios } from "./native-sync-scenarios.ts";
import { parseScenario, type Scenario } from "../scenario.ts";

const EXECUTIONS = 600;

for (const scenario of nativeSyncScenarios) {
  test(`${scenario.name}: holds under random schedules of three strategies`, () => {
    const machine = new Machine(nativeSync.compile(parseScenario(nativeSync, scenario)));
    for (const strategy of ["random", "pct3", "pos"]) {
      const { violation } = search(machine, strategyNamed(strategy).create({ seed: 3 }), { executionsMax: EXECUTIONS });
      expect(violation).toBeUndefined();
    }
  });
}

test("scenarios drawn at random hold, and every part of one is a scenario", () => {
  const thread = fc.array(nativeSync.operations, { maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(nativeSync.operations, { maxLength: 3 }),
      fc.array(thread, { minLength: 1, maxLength: 3 }),
      fc.nat(),
      (initial, threads, seed) => {
        const scenario: Scenario<unknown> = {
          name: "drawn",
          system: "native-sync",
          initial,
          threads: threads.map((operations, index) => ({ name: `thread ${index}`, operations })),
        };
        const machine = new Machine(nativeSync.compile(parseScenario(nativeSync, scenario)));
        expect(search(machine, strategyNamed("pos").create({ seed }), { executionsMax: 20 }).violation).toBeUndefined();
      },
    ),
    { numRuns: 100, seed: 11 },
  );
});

test("dying and forgetting do nothing where nobody is to die, or the dead would forget themselves", () => {
  const scenario: Scenario<unknown> = {
    name: "alone",
    system: "native-sync",
    initial: [{ kind: "die" }, { kind: "forget" }],
    threads: [{ name: "one", operations: [{ kind: "forget" }, { kind: "die" }, { kind: "read" }] }],
  };
  const machine = new Machine(nativeSync.compile(parseScenario(nativeSync, scenario)));
  expect(machine.run(strategyNamed("random").create({ seed: 1 }))).toBeUndefined();
});

test("a lock that is still held at the end is told", () => {
  const program = nativeSync.compile(
    parseScenario(nativeSync, {
      name: "held",
      system: "native-sync",
      initial: [],
      threads: [{ name: "one", operations: [{ kind: "increment" }] }],
    }),
  );
  const [watcher] = program.watchers;
  const words = program.heap.words.slice();
  expect(watcher?.ended?.(words)).toBeUndefined();
  expect(watcher?.ended?.(words.fill(1))).toMatch(/^the lock at word \d+ is held/u);
});
