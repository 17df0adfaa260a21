import { expect, test } from "vitest";
import { wordAt } from "./word.ts";

test("answers the word, and 0 where there is none", () => {
  const words = new Int32Array([7, -8]);
  expect([0, 1, 2, -1, 0x7fffffff].map((address) => wordAt(words, address))).toEqual([7, -8, 0, 0, 0]);
});
