import { expect, test } from "vitest";
import { type DstBackOff, dstBackOffAfter, dstDelayTicks, dstWaitedTicks } from "./dst-delay.ts";

const HZ = 250;

/**
 * Runs printed in the original's commit message, as kept and freed, with the delay that follows, before
 * rounding.
 */
const GOLDEN: readonly (readonly [kept: number, freed: number, delay: number])[] = [
  [74109, 141, 150],
  [73366, 743, 400],
  [71844, 1522, 775],
  [68791, 3053, 1275],
  [64711, 4080, 1900],
  [58316, 6395, 25],
  [58252, 64, 150],
  [57843, 409, 400],
  [56679, 1164, 775],
  [53965, 2714, 1275],
  [49627, 4338, 1900],
  [46865, 2762, 2650],
];

test("the twelve runs that the original prints yield its delays", () => {
  let backOff: DstBackOff = { delay: 25, growth: 125 };
  const delays = GOLDEN.map(([kept, freed]) => {
    backOff = dstBackOffAfter("workqueue", backOff, { kept, freed, leaves: "entries" }, HZ);
    return backOff.delay;
  });
  expect(delays).toEqual(GOLDEN.map(([, , delay]) => delay));
});

test("the delays that the original prints are whole seconds away for some time of the clock", () => {
  const printed = [
    [1275, 1256],
    [1900, 1997],
    [1275, 1389],
    [2650, 2748],
  ] as const;
  for (const [delay, rounded] of printed) {
    const times = Array.from({ length: HZ }, (_, now) => now).filter(
      (now) => dstWaitedTicks(delay, now, HZ) === rounded,
    );
    expect(times).toHaveLength(1);
    expect((rounded + (times[0] ?? 0)) % HZ).toBe(0);
  }
});

test("rounding moves a long delay less than a quarter of a second down or three quarters up, a short one never", () => {
  const shifts = Array.from({ length: HZ }, (_, now) => dstWaitedTicks(1001, now, HZ) - 1001);
  expect([Math.min(...shifts), Math.max(...shifts)]).toEqual([-61, 188]);
  expect(Array.from({ length: HZ }, (_, now) => dstWaitedTicks(1000, now, HZ)).every((delay) => delay === 1000)).toBe(
    true,
  );
});

test("one entry freed makes the soft interrupt hurry; the work queue needs more than a tenth", () => {
  const after = (kind: "softirq" | "workqueue", kept: number, freed: number) =>
    dstBackOffAfter(kind, { delay: 400, growth: 375 }, { kept, freed, leaves: "entries" }, HZ);
  const hurry = { delay: 25, growth: 125 };
  const slower = { delay: 775, growth: 500 };
  expect([after("softirq", 1000, 0), after("softirq", 1000, 1)]).toEqual([slower, hurry]);
  expect([
    after("workqueue", 1000, 100),
    after("workqueue", 1000, 101),
    after("workqueue", 9, 1),
    after("workqueue", 9, 0),
  ]).toEqual([slower, hurry, hurry, slower]);
});

test("delays are limited to two minutes, and the growth continues", () => {
  const run = { kept: 1, freed: 0, leaves: "entries" } as const;
  expect(dstBackOffAfter("workqueue", { delay: 29_900, growth: 200 }, run, HZ)).toEqual({ delay: 30_000, growth: 325 });
  expect(dstDelayTicks(HZ)).toEqual({ min: 25, step: 125, max: 30_000 });
});

test("with nothing left the next entry hurries; with newcomers left the next run hurries", () => {
  const before = { delay: 400, growth: 375 };
  expect(dstBackOffAfter("workqueue", before, { kept: 0, freed: 3, leaves: "nothing" }, HZ)).toEqual({
    delay: 400,
    growth: 30_000,
  });
  expect(dstBackOffAfter("workqueue", before, { kept: 90, freed: 0, leaves: "newcomers" }, HZ)).toEqual({
    delay: 25,
    growth: 125,
  });
});
