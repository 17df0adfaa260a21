import { expect, test } from "vitest";
import { exactJson } from "./exact-json.ts";

test("BigInts keep their digits, and −0 its sign", () => {
  expect(exactJson([18446744073709551615n, -0, 0.5])).toBe("[18446744073709551615,-0,0.5]");
});

test("a number that JSON lacks becomes a string", () => {
  expect(exactJson([NaN, -Infinity, null])).toBe('["NaN","-Infinity",null]');
});
