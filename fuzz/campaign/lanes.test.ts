import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { lanes } from "./lanes.ts";

test("no more jobs run at once than there are lanes", async () => {
  let running = 0;
  let most = 0;
  const two = lanes(2, () => false);
  for (let i = 0; i < 7; i++) {
    two.add(0, async () => {
      most = Math.max(most, ++running);
      await setImmediate();
      running--;
    });
  }
  await two.finished();
  expect(most).toBe(2);
});

test("the lowest rank goes first, and within a rank what came first; a job may add others", async () => {
  const ran: string[] = [];
  const one = lanes(1, () => false);
  const add = (rank: number, name: string, then?: () => void) =>
    one.add(rank, async () => {
      ran.push(name);
      then?.();
    });
  add(2, "c");
  add(1, "a", () => add(1, "added"));
  add(1, "b");
  await one.finished();
  expect(ran).toEqual(["a", "b", "added", "c"]);
});

test("when told to stop, jobs that wait are dropped", async () => {
  let ran = 0;
  const one = lanes(1, () => ran === 2);
  for (let i = 0; i < 5; i++) one.add(0, async () => void ran++);
  await one.finished();
  expect(ran).toBe(2);
});

test("an error ends it, after the jobs that run and before those that wait", async () => {
  const ended: string[] = [];
  const two = lanes(2, () => false);
  two.add(0, async () => {
    throw new Error("broken");
  });
  two.add(0, async () => {
    await setImmediate();
    ended.push("beside");
  });
  two.add(0, async () => void ended.push("behind"));
  await expect(two.finished()).rejects.toThrow("broken");
  expect(ended).toEqual(["beside"]);
});

test("lanes without a job finish at once", async () => {
  await lanes(2, () => false).finished();
});
