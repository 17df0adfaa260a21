import { expect, test } from "vitest";
import {
  type Access,
  atomicAddReturn,
  beginOperation,
  endOperation,
  readOnce,
  spinTrylock,
  writeOnce,
} from "#impl/memory/access.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { Program } from "#fuzz/machine/program.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { z } from "zod";
import { certifyScenario } from "./certify-scenario.ts";

const Counter = struct("counter", { count: 1 });

/** A counter to which each operation adds 1, in the given way; in the end it must equal the number of operations. */
function counters(add: (count: number) => Access): Parameters<typeof certifyScenario>[0] {
  return {
    name: "counters",
    operationSchema: z.literal("add"),
    limitsSchema: z.strictObject({}),
    compile(scenario): Program {
      const heap = createHeap(16);
      const counter = place(heap, Counter, "counter");
      const sum = scenario.threads.flatMap(({ operations }) => operations).length;
      return {
        name: scenario.name,
        heap,
        threads: scenario.threads.map(({ name, operations }) => ({
          name,
          *body() {
            for (const [number] of operations.entries()) {
              yield beginOperation(number);
              yield* add(Counter.count(counter));
              yield endOperation(0);
            }
          },
        })),
        watchers: [
          {
            property: "sum",
            ended: (words) => (words[Counter.count(counter)] === sum ? undefined : "an addition is lost"),
          },
        ],
      };
    },
  };
}

const scenario: Scenario = {
  name: "two",
  system: "counters",
  initial: [],
  threads: ["a", "b"].map((name) => ({ name, operations: ["add"] })),
};
const never = { shouldStop: () => false };

test("a scenario that holds is explored to the end, with its counts", async () => {
  const atomic = counters(function* (count) {
    yield atomicAddReturn(count, 1);
  });
  expect(await certifyScenario(atomic, scenario, 7, { executionsMax: 100 }, never)).toEqual({
    place: 7,
    scenario: "two",
    kind: "explored",
    executions: 2,
    blocked: 0,
    histories: 0,
  });
});

test("a violation comes with a shrunk trace", async () => {
  const torn = counters(function* (count) {
    const found = yield readOnce(count);
    yield writeOnce(count, found + 1);
  });
  const outcome = await certifyScenario(torn, scenario, 0, { executionsMax: 100 }, never);
  expect(outcome).toMatchObject({
    kind: "violated",
    counterexample: { property: "sum", because: "an addition is lost", preemptions: 1, strategy: "exhaustive" },
  });
  expect(JSON.parse(outcome?.trace ?? "")).toMatchObject({ strategy: "exhaustive", violation: { property: "sum" } });
});

test("a bound, or an access that cannot be explored, leaves a scenario unfinished, with the reason", async () => {
  const atomic = counters(function* (count) {
    yield atomicAddReturn(count, 1);
  });
  expect(await certifyScenario(atomic, scenario, 0, { executionsMax: 1 }, never)).toMatchObject({
    kind: "unfinished",
    because: "two has more than 1 executions",
  });
  const trying = counters(function* (count) {
    yield spinTrylock(count);
  });
  expect(await certifyScenario(trying, scenario, 0, { executionsMax: 100 }, never)).toMatchObject({
    kind: "unfinished",
    because: "two cannot be explored: it asks for spinTrylock",
  });
});

test("a scenario that is told to stop has no outcome", async () => {
  const atomic = counters(function* (count) {
    yield atomicAddReturn(count, 1);
  });
  expect(
    await certifyScenario(atomic, scenario, 0, { executionsMax: 100 }, { shouldStop: () => true }),
  ).toBeUndefined();
});
