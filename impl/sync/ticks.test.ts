import { expect, test } from "vitest";
import { hasReached, ticksSince } from "./ticks.ts";

test("time passes across the wrap of the clock", () => {
  expect(ticksSince(5, -10)).toBe(15);
  expect(ticksSince(-2147483648, 2147483647)).toBe(1);
  expect(ticksSince(7, 7)).toBe(0);
});

test("a time that has not come yet is nearly a whole wrap of the clock ago", () => {
  expect(ticksSince(7, 8)).toBe(4294967295);
});

test("a deadline is reached at its tick and stays reached across the wrap", () => {
  expect(hasReached(99, 100)).toBe(false);
  expect(hasReached(100, 100)).toBe(true);
  expect(hasReached(101, 100)).toBe(true);
  expect(hasReached(-2147483648, 2147483647)).toBe(true);
  expect(hasReached(2147483647, -2147483648)).toBe(false);
});
