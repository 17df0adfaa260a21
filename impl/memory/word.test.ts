import { expect, test } from "vitest";
import { numberAt, wordAt } from "./word.ts";

test("returns the word, or 0 where there is none", () => {
  const words = new Int32Array([7, -8]);
  expect([0, 1, 2, -1, 0x7fffffff].map((address) => wordAt(words, address))).toEqual([7, -8, 0, 0, 0]);
});

test("a number outside its list is 0, or the given default", () => {
  const numbers = Float64Array.of(1.5, 2.5);
  expect([numberAt(numbers, 1), numberAt(numbers, 2), numberAt([], 0), numberAt([], 0, -1)]).toEqual([2.5, 0, 0, -1]);
});
