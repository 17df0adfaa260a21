import { expect, test } from "vitest";
import { runStressTask } from "./run-stress-task.ts";

const task = { system: "peers", seed: 3, milliseconds: 60_000 };

test("a stopped run ends after its current round, and reports how far it came", async () => {
  let asked = 0;
  const outcome = await runStressTask(task, { shouldStop: () => ++asked > 2 });
  expect(outcome).toMatchObject({ rounds: 1 });
  expect(outcome?.operations).toBeGreaterThan(0);
  expect(outcome?.milliseconds).toBeLessThan(60_000);
}, 60_000);

test("a run stopped before its first round has no outcome", async () => {
  expect(await runStressTask(task, { shouldStop: () => true })).toBeUndefined();
}, 60_000);
