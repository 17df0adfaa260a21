import { expect, test } from "vitest";
import { runProbe } from "./run-probe.ts";

const never = { shouldStop: () => false };
const task = { scenario: { name: "stack_bad", system: "programs" }, strategy: "random", seed: 1, executionsMax: 1_000 };

test("a piece ends at the first violation with its schedule, and keeps schedules that show new pairs", async () => {
  const found = await runProbe(task, never);
  expect(found.kind).toBe("violated");
  expect(found.choices?.length).toBeGreaterThan(0);
  const pairs = found.discoveries.flatMap((discovery) => discovery.pairs);
  expect(new Set(pairs).size).toBe(pairs.length);
  expect(found.discoveries[0]?.execution).toBe(1);
  expect(found.discoveries.length).toBeLessThanOrEqual(found.executions);
  expect(await runProbe(task, never)).toEqual(found);
});

test("a piece without a violation runs all its executions, and few of them show a new pair", async () => {
  const held = await runProbe({ ...task, scenario: { name: "account", system: "programs" } }, never);
  expect([held.kind, held.executions]).toEqual(["searched", 1_000]);
  expect(held.discoveries.length).toBeLessThan(50);
});

test("a stopped piece reports that, and a missing scenario fails", async () => {
  const account = { ...task, scenario: { name: "account", system: "programs" } };
  expect((await runProbe(account, { shouldStop: () => true })).kind).toBe("stopped");
  expect(await runProbe({ ...task, scenario: { name: "nobody", system: "peers" } }, never)).toMatchObject({
    kind: "failed",
    executions: 0,
  });
});
