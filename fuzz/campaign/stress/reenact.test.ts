import { expect, test } from "vitest";
import type { StressOperation } from "#fuzz/native/stress-log.ts";
import { reenact } from "./reenact.ts";

/** Two equal identifiers: no pool without a bug gives them. */
const history: readonly StressOperation[] = [0, 1].flatMap((client) => [
  {
    client,
    operation: { kind: "get" as const, address: 0, create: true },
    response: 64,
    invokedAt: 2 * client,
    respondedAt: 2 * client + 1,
  },
  {
    client,
    operation: { kind: "nextId" as const, address: 0, reference: 64, more: 0 },
    response: 9,
    invokedAt: 10 + client,
    respondedAt: 20 + client,
  },
]);

const task = { name: "again", history, bug: undefined, executionsMax: 300 };

test("a history that the source never produces is not found within the requested executions", async () => {
  expect(await reenact(task, { shouldStop: () => false })).toEqual({ executions: 4 * 300, trace: undefined });
});

test("a stopped search has no outcome", async () => {
  expect(await reenact(task, { shouldStop: () => true })).toBeUndefined();
});
