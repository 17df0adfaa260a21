import { expect, test } from "vitest";
import { DEFAULT_ARP_LIMITS, defaultLimits } from "./limits.ts";

test("the table has as many buckets as the ARP table may have entries, rounded up to a power of two", () => {
  const buckets = (hardLimit: number): number => defaultLimits({ hardLimit, intervalSeconds: 30 }, 1000).buckets;
  expect([1, 2, 3, 1000, 1024, 1025].map(buckets)).toEqual([1, 2, 4, 1024, 1024, 2048]);
});

test("the reaper runs as often as that of the ARP table, by default every 30 seconds", () => {
  expect(defaultLimits(DEFAULT_ARP_LIMITS, 250)).toEqual({
    buckets: 1024,
    intervalTicks: 7500,
    queueMax: 3,
    connected: false,
    partitionKey: 0xffff,
    removable: true,
  });
  expect(defaultLimits({ hardLimit: 8, intervalSeconds: 2 }, 100).intervalTicks).toBe(200);
});
