import { expect, test } from "vitest";
import { defaultListLimits, expiryTicks, timerTicks } from "./list-limits.ts";

const MEBIBYTE = 1024 * 1024;

test("the original's limits: a ttl of 2 to 10 minutes, a timer of 10 seconds to 2 minutes, 40 links", () => {
  expect(defaultListLimits(64 * MEBIBYTE, 250)).toEqual({
    threshold: 65664,
    ttlMinTicks: 30_000,
    ttlMaxTicks: 150_000,
    timerMinTicks: 2_500,
    timerMaxTicks: 30_000,
    ticksPerSecond: 250,
    linksMax: 40,
  });
  expect(defaultListLimits(8 * MEBIBYTE, 1).threshold).toBe(4104);
});

test("the timer's ttl is 600 s in an empty pool, 121 s one peer below the threshold, 120 s at the threshold", () => {
  const limits = defaultListLimits(64 * MEBIBYTE, 1000);
  expect([0, 65_663, 65_664, 100_000].map((total) => expiryTicks(total, limits))).toEqual([
    600_000, 121_000, 120_000, 120_000,
  ]);
});

test("the timer's next run is after 120 s in an empty pool, 11 s one peer below the threshold, 10 s at it", () => {
  const limits = defaultListLimits(64 * MEBIBYTE, 100);
  expect([0, 65_663, 65_664, 100_000].map((total) => timerTicks(total, limits))).toEqual([12_000, 1_100, 1_000, 1_000]);
});
