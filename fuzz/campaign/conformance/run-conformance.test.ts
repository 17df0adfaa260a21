import { expect, test } from "vitest";
import { type Access, type Address, readOnce, writeOnce } from "#impl/memory/access.ts";
import { place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { defineSystem } from "#fuzz/systems/define-system.ts";
import { operation } from "#fuzz/systems/operation-table.ts";
import tickets from "#fuzz/systems/tickets/tickets.ts";
import { drawAndCheck, runConformance } from "./run-conformance.ts";

const control = { shouldStop: () => false };

const Counter = struct("counter", { count: 1, spare: 1 });

function* increment(counter: Address): Access<number> {
  const count = (yield readOnce(Counter.count(counter))) + 1;
  yield writeOnce(Counter.count(counter), count);
  return count;
}

/** Counts in two accesses; with `leaves`, the third count leaves something behind that no response shows. */
function counters(leaves: boolean) {
  return defineSystem({
    name: "counters",
    about: "a counter that loses additions",
    place: (heap) => place(heap, Counter, "counter"),
    initialState: 0,
    settle: (state, counter, { words }) =>
      words[Counter.spare(counter)] === 0 ? { state } : { because: "the spare word is in use" },
    operations: {
      increment: operation({
        *run(counter: Address) {
          const count = yield* increment(counter);
          if (leaves && count === 3) yield writeOnce(Counter.spare(counter), 1);
          return count;
        },
        step: (count: number) => ({ response: count + 1, next: count + 1 }),
      }),
    },
    scenarios: {},
  });
}

test("a correct system conforms in both forms, and equal seeds draw equal scenarios", () => {
  for (const form of ["sequential", "concurrent"] as const) {
    const drawn = () => drawAndCheck(tickets, { form, seed: 5, cases: 10 }, control);
    const { violated, cases } = drawn();
    expect([violated, cases]).toEqual([undefined, 10]);
    expect(drawn()).toEqual(drawn());
  }
});

test("a scenario that loses an addition is found, and shrunk as far as possible", () => {
  const { violated } = drawAndCheck(counters(false), { form: "concurrent", seed: 1, cases: 50 }, control);
  expect(violated?.found.violation.property).toBe("linearizability");
  expect(violated?.scenario.initial).toEqual([]);
  expect(violated?.scenario.threads.map(({ operations }) => operations.length)).toEqual([1, 1]);
  expect(drawAndCheck(counters(false), { form: "sequential", seed: 1, cases: 20 }, control).violated).toBeUndefined();
});

test("memory left behind is found at the next rest, in the shortest sequence", () => {
  const { violated } = drawAndCheck(counters(true), { form: "sequential", seed: 1, cases: 20 }, control);
  expect(violated?.found.violation).toMatchObject({ property: "memory-at-rest", because: "the spare word is in use" });
  expect(violated?.scenario.threads[0]?.operations).toHaveLength(3);
});

test("told to stop, it says so and draws no more", async () => {
  const outcome = await runConformance(
    { system: "native-sync", form: "sequential", seed: 1, cases: 10, scriptPath: "x.ts" },
    { shouldStop: () => true },
  );
  expect(outcome).toMatchObject({ kind: "stopped", cases: 0, executions: 0 });
});
