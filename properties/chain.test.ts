import { expect, test } from "vitest";
import { chainOf } from "./chain.ts";

const next = (member: number): number => member;

test("a chain is read up to its end, and a torn one up to where it comes back or leads nowhere", () => {
  expect(chainOf(Int32Array.of(0, 2, 3, 0), 1, next, 0)).toEqual([2, 3]);
  expect(chainOf(Int32Array.of(0, 2, 3, 1), 1, next, 1)).toEqual([2, 3]);
  expect(chainOf(Int32Array.of(0, 2, 3, 2), 1, next, 0)).toEqual([2, 3]);
  expect(chainOf(Int32Array.of(0, 2, 99, 0), 1, next, 0)).toEqual([2]);
  expect(chainOf(Int32Array.of(0, 0), 1, next, 0)).toEqual([]);
});
