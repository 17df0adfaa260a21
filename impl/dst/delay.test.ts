import { expect, test } from "vitest";
import { delayLimits, freedAny, freedTenth, hurried, isRounded, roundedDelay } from "./delay.ts";

test("delays at 250 ticks a second are those of the original: a tenth, half a second, two minutes", () => {
  expect(delayLimits(250)).toEqual({ ticksPerSecond: 250, minTicks: 25, growthTicks: 125, maxTicks: 30000 });
  expect(hurried(delayLimits(250))).toEqual({ delay: 25, growth: 125 });
  expect(delayLimits(10)).toMatchObject({ minTicks: 1, growthTicks: 5 });
});

test("fewer than ten ticks a second are rejected", () => {
  expect(() => delayLimits(9)).toThrow(
    "ticksPerSecond is 9, and must be at least 10: the least delay is a tenth of a second",
  );
});

test("the work-queue collector hurries after more than a tenth, the soft interrupt after anything", () => {
  expect([0, 1, 2].map((freed) => freedTenth({ kept: 19, freed }))).toEqual([false, false, true]);
  expect([
    freedTenth({ kept: 9, freed: 0 }),
    freedTenth({ kept: 9, freed: 1 }),
    freedTenth({ kept: 10, freed: 1 }),
  ]).toEqual([false, true, false]);
  expect([freedAny({ kept: 1000, freed: 0 }), freedAny({ kept: 1000, freed: 1 })]).toEqual([false, true]);
});

test("delays of more than four seconds are rounded: down by less than a quarter of a second, otherwise up", () => {
  const limits = delayLimits(250);
  expect([isRounded(1000, limits), isRounded(1001, limits)]).toEqual([false, true]);
  expect([1000, 1061, 1062, 1249, 1250].map((delay) => roundedDelay(delay, 0, limits))).toEqual([
    1000, 1000, 1250, 1250, 1250,
  ]);
  expect([roundedDelay(1275, 744, limits), roundedDelay(1900, 753, limits)]).toEqual([1256, 1997]); // end at 2000, 2750
  expect(roundedDelay(1300, -100, limits)).toBe(1350); // the clock wraps meanwhile: ends at tick 1250
});
