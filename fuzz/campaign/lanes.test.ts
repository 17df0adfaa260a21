import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { lanes } from "./lanes.ts";

test("at most one piece of work runs per lane", async () => {
  let running = 0;
  let most = 0;
  const two = lanes(2);
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await setImmediate();
    running--;
  };
  await Promise.all(Array.from({ length: 7 }, () => two.run(0, work)));
  expect(most).toBe(2);
});

test("the lowest rank goes first, and within a rank the oldest; follow-up work goes by its own rank", async () => {
  const ran: string[] = [];
  const one = lanes(1);
  const run = (rank: number, name: string): Promise<unknown> => one.run(rank, async () => void ran.push(name));
  const followed = one.run(1, async () => void ran.push("a")).then(() => run(1, "follows a"));
  await Promise.all([followed, run(2, "c"), run(1, "b")]);
  expect(ran).toEqual(["a", "b", "follows a", "c"]);
});

test("work passes its value or error to its caller; the others continue", async () => {
  const one = lanes(1);
  const broken = one.run(0, () => Promise.reject(new Error("broken")));
  const behind = one.run(0, async () => 7);
  await expect(broken).rejects.toThrow("broken");
  expect(await behind).toBe(7);
});

test("work that is superfluous when its turn comes is left out", async () => {
  let isWanted = true;
  const one = lanes(1);
  const first = one.run(0, async () => void (isWanted = false));
  const second = one.run(0, async () => "done", { isWanted: () => isWanted });
  await first;
  expect(await second).toBeUndefined();
});

test("a stop drops waiting work and lets running work continue; only mandatory work still starts", async () => {
  const one = lanes(1);
  const running = one.run(0, async () => {
    await setImmediate();
    return "ran";
  });
  const waiting = one.run(0, async () => "dropped");
  const must = one.run(0, async () => "must", { evenWhenStopped: true });
  one.stop();
  expect(await Promise.all([running, waiting, must])).toEqual(["ran", undefined, "must"]);
  expect(await one.run(0, async () => "late")).toBeUndefined();
  expect(await one.run(0, async () => "late, and must", { evenWhenStopped: true })).toBe("late, and must");
});
