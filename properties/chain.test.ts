import { expect, test } from "vitest";
import { chainOf } from "./chain.ts";

const next = (member: number): number => member;

test("reads a chain up to its end, and a torn one up to the link that leads back or nowhere", () => {
  expect(chainOf(Int32Array.of(0, 2, 3, 0), 1, next, 0)).toEqual([2, 3]);
  expect(chainOf(Int32Array.of(0, 2, 3, 1), 1, next, 1)).toEqual([2, 3]);
  expect(chainOf(Int32Array.of(0, 2, 3, 2), 1, next, 0)).toEqual([2, 3]);
  expect(chainOf(Int32Array.of(0, 2, 99, 0), 1, next, 0)).toEqual([2]);
  expect(chainOf(Int32Array.of(0, 0), 1, next, 0)).toEqual([]);
});
