import { expect, test } from "vitest";
import type { StressOperation } from "./stress-log.ts";
import { hasSameHistory, operationsToReenact, type SimulatedOperation, stressScenario } from "./stress-scenario.ts";

const get = (client: number, at: number, response: number): StressOperation => ({
  client,
  operation: { kind: "get", address: 3, create: true },
  response,
  invokedAt: at,
  respondedAt: at + 1,
});
const put = (client: number, at: number): StressOperation => ({
  client,
  operation: { kind: "put", address: 3, reference: 70 },
  response: 0,
  invokedAt: at,
  respondedAt: at + 1,
});
const nextId = (client: number, at: number, response: number): StressOperation => ({
  client,
  operation: { kind: "nextId", address: 3, reference: 70, more: 0 },
  response,
  invokedAt: at,
  respondedAt: at + 1,
});

test("a long history is reduced to operations that no order explains, whatever came before", () => {
  const before = Array.from({ length: 20 }, (_, i) => [get(0, 4 * i, 70), put(0, 4 * i + 2)]).flat();
  const twice = [get(0, 100, 70), get(1, 102, 70), nextId(0, 104, 500), nextId(1, 106, 500)];
  expect(operationsToReenact([...before, ...twice])).toEqual(twice);
});

test("if the past matters, a short history is taken whole, and a long one is not", () => {
  const once = [get(0, 0, 70), put(0, 2), get(0, 4, 70), nextId(0, 6, 501)];
  expect(operationsToReenact(once)).toEqual(once);
  const long = Array.from({ length: 20 }, (_, i) => get(0, 2 * i, 70));
  expect(operationsToReenact(long)).toBeUndefined();
  expect(operationsToReenact([put(0, 0)])).toBeUndefined();
});

test("each client becomes a thread with its operations in order", () => {
  const { system, threads, initial } = stressScenario("again", [get(5, 0, 70), get(2, 2, 70), nextId(5, 4, 1)]);
  expect([system, initial]).toEqual(["peers-optimistic", []]);
  expect(threads).toEqual([
    {
      name: "thread 5",
      operations: [
        { kind: "get", address: "v4/20", create: true },
        { kind: "nextIdentifier", address: "v4/20", more: 0 },
      ],
    },
    { name: "thread 2", operations: [{ kind: "get", address: "v4/20", create: true }] },
  ]);
});

test("a history is the same if it returns the same up to names, in the same order", () => {
  const history = [get(0, 0, 70), get(1, 2, 70), nextId(0, 4, 500), nextId(1, 6, 500)];
  const made = (at: number, response: number | undefined): SimulatedOperation => ({
    invokedAt: at,
    respondedAt: response === undefined ? undefined : at + 1,
    response,
  });
  const same = [
    [made(0, 9), made(4, 7)],
    [made(2, 9), made(6, 7)],
  ];
  expect(hasSameHistory(history, same)).toBe(true);
  const others = {
    "another reference": [same[0] ?? [], [made(2, 11), made(6, 7)]],
    "another identifier": [same[0] ?? [], [made(2, 9), made(6, 8)]],
    "another order": [same[0] ?? [], [made(2, 9), made(3, 7)]],
    "one that is open": [same[0] ?? [], [made(2, 9), made(6, undefined)]],
    "one that was not invoked": [same[0] ?? [], [made(2, 9)]],
  };
  for (const [what, threads] of Object.entries(others))
    expect([what, hasSameHistory(history, threads)]).toEqual([what, false]);
  // Two different references stay different.
  const two = [get(0, 0, 70), put(0, 2), get(0, 4, 80)];
  expect(hasSameHistory(two, [[made(0, 9), made(2, 0), made(4, 9)]])).toBe(false);
});
