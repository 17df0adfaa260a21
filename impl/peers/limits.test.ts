import { expect, test } from "vitest";
import { defaultLimits, ttlTicks } from "./limits.ts";

const MEBIBYTE = 1024 * 1024;

test("the threshold halves at 32 and at 16 MiB of memory, and falls to a quarter of that at 8", () => {
  const threshold = (mebibytes: number) => defaultLimits(mebibytes * MEBIBYTE, 100).threshold;
  expect([64, 32.001, 32, 16.001, 16, 8.001, 8, 1].map(threshold)).toEqual([
    65664, 65664, 32832, 32832, 16416, 16416, 4104, 4104,
  ]);
});

test("the original's limits: 2 to 10 minutes, a delay of a minute, 40 links, bursts of 6", () => {
  expect(defaultLimits(64 * MEBIBYTE, 250)).toEqual({
    threshold: 65664,
    ttlMinTicks: 30_000,
    ttlMaxTicks: 150_000,
    gcDelayTicks: 15_000,
    ticksPerSecond: 250,
    linksMax: 40,
    burstFactor: 6,
  });
});

test("the ttl falls from 600 s in an empty pool to 121 s one peer below the threshold, and is 0 at it", () => {
  const limits = defaultLimits(64 * MEBIBYTE, 1000);
  expect(ttlTicks(0, limits)).toBe(600_000);
  expect(ttlTicks(65_663, limits)).toBe(121_000);
  expect(ttlTicks(65_664, limits)).toBe(0);
  expect(ttlTicks(100_000, limits)).toBe(0);
});

test("the ttl changes by whole seconds", () => {
  const limits = { ...defaultLimits(64 * MEBIBYTE, 100), threshold: 7, ttlMinTicks: 150, ttlMaxTicks: 1090 };
  // 9 whole seconds of range: 9·total/7 seconds, cut off.
  expect([0, 1, 2, 3, 4, 5, 6].map((total) => ttlTicks(total, limits))).toEqual([1090, 990, 890, 790, 590, 490, 390]);
});

test("a range of less than a second has no slope", () => {
  const limits = { ...defaultLimits(64 * MEBIBYTE, 100), threshold: 4, ttlMinTicks: 100, ttlMaxTicks: 199 };
  expect([0, 3, 4].map((total) => ttlTicks(total, limits))).toEqual([199, 199, 0]);
});

test("a threshold of 0 causes no division", () => {
  expect(ttlTicks(0, { ...defaultLimits(64 * MEBIBYTE, 100), threshold: 0 })).toBe(0);
});
