import { expect, test } from "vitest";
import { z } from "zod";
import { type Access, atomicAddReturn, readOnce, writeOnce } from "#impl/memory/access.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { parseTrace } from "#fuzz/machine/trace.ts";
import { systems } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import { ScenarioError } from "#fuzz/systems/scenario-error.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { generatedScenario, runGenerated, tryScenario } from "./run-generated.ts";

const Counter = struct("counter", { count: 1 });

/** A counter to which each operation adds 1, in the given way. */
function counters(add: (count: number) => Access): Parameters<typeof tryScenario>[0] {
  return {
    name: "counters",
    operationSchema: z.literal("add"),
    limitsSchema: z.strictObject({}),
    compile(scenario) {
      const heap = createHeap(16);
      const counter = place(heap, Counter, "counter");
      const { threads } = scenario;
      if (threads.length > 2) throw new ScenarioError("there are two");
      return {
        name: scenario.name,
        heap,
        threads: threads.map(({ name }) => ({ name, body: () => add(Counter.count(counter)) })),
        watchers: [
          {
            property: "sum",
            ended: (words) => (words[Counter.count(counter)] === threads.length ? undefined : "an addition is lost"),
          },
        ],
      };
    },
  };
}

function scenarioOf(...names: readonly string[]): Scenario {
  return {
    name: "adders",
    system: "counters",
    initial: [],
    threads: names.map((name) => ({ name, operations: ["add"] })),
  };
}
const never = { shouldStop: () => false };
const task = { seed: 1, strategies: ["random", "pos"], executionsMax: 50 };

test("a violation comes with a shrunk trace, and a scenario that holds with its executions", async () => {
  const torn = counters(function* (count) {
    const found = yield readOnce(count);
    yield writeOnce(count, found + 1);
  });
  const found = await tryScenario(torn, scenarioOf("a", "b"), task, never);
  expect(found?.kind).toBe("violated");
  expect(parseTrace(found?.trace ?? "", "it").violation?.property).toBe("sum");
  const atomic = counters(function* (count) {
    yield atomicAddReturn(count, 1);
  });
  expect(await tryScenario(atomic, scenarioOf("a", "b"), task, never)).toEqual({ kind: "held", executions: 100 });
});

test("a scenario that its system cannot compile is refused, and a stopped one has no outcome", async () => {
  const atomic = counters(function* (count) {
    yield atomicAddReturn(count, 1);
  });
  expect(await tryScenario(atomic, scenarioOf("a", "b", "c"), task, never)).toEqual({ kind: "refused", executions: 0 });
  const many = { ...task, executionsMax: 1_000 };
  expect(await tryScenario(atomic, scenarioOf("a", "b"), many, { shouldStop: () => true })).toBeUndefined();
});

test("equal seeds draw equal scenarios, which the system can compile", () => {
  for (const system of systems) {
    const drawn = Array.from({ length: 10 }, (_, seed) => generatedScenario(system, seed));
    expect(generatedScenario(system, 3)).toEqual(drawn[3]);
    expect(new Set(drawn.map(({ threads }) => JSON.stringify(threads))).size).toBeGreaterThan(1);
    for (const scenario of drawn) expect(() => system.compile(parseScenario(system, scenario))).not.toThrow();
  }
});

test("scenarios of an unpatched system hold", async () => {
  for (let seed = 0; seed < 5; seed++) {
    const outcome = await runGenerated({ ...task, system: "native-sync", seed }, never);
    expect(outcome).toMatchObject({ kind: "held", executions: 100 });
  }
});
