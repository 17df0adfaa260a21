import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareNumbers, differenceOf, exactNumber, narrowed, sumOf } from "./exact-number.ts";
import { Literal } from "./literal.ts";

test("a number keeps every digit, as a number where that is exact", () => {
  expect(
    ["7", "-0", "007.50", "1e3", "9007199254740991", "9007199254740993", "0.1", "5e-324"].map(exactNumber),
  ).toEqual([7, 0, 7.5, 1000, 9007199254740991, 9007199254740993n, 0.1, 5e-324]);
  expect(exactNumber("0.12345678901234567890")).toBe(Literal.of("0.1234567890123456789M"));
  expect(exactNumber("-1761225307.057190246001")).toBe(Literal.of("-1761225307.057190246001M"));
});

test("equal numbers are one value, however they are written", () => {
  expect(exactNumber("5.00")).toBe(exactNumber("5"));
  expect(exactNumber("90071992547409930e-1")).toBe(9007199254740993n);
  expect(exactNumber("2/4")).toBe(0.5);
  expect(exactNumber("-6/3")).toBe(-2);
  expect(exactNumber("3/40")).toBe(0.075);
  expect(exactNumber("2/6")).toBe(exactNumber("1/3"));
  expect(exactNumber("1/3")).toBe(Literal.of("1/3"));
});

test("text that is not a number, or not one that can be held, is undefined", () => {
  for (const text of ["", "a", "1/0", "1/", "1e", "1e401", "--1", "0x1", "1 2", "9".repeat(10_001)])
    expect([text.slice(0, 9), exactNumber(text)]).toEqual([text.slice(0, 9), undefined]);
});

test("doubles are read back from their text, and compare unchanged", () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(finite, finite, (left, right) => {
      const [first, second] = [exactNumber(String(left)), exactNumber(String(right))];
      expect(Number(first)).toBe(left + 0);
      expect(Math.sign(compareNumbers(first, second) ?? NaN)).toBe(Math.sign(left - right) + 0);
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

test("whole numbers of any size compare and add with every digit", () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt(), (left, right) => {
      const [first, second] = [narrowed(left), narrowed(right)];
      expect(exactNumber(String(left))).toBe(first);
      expect(Math.sign(compareNumbers(first, second) ?? NaN)).toBe(left < right ? -1 : Number(left > right));
      expect(BigInt(sumOf(first, second))).toBe(left + right);
    }),
    { seed: 2, numRuns: 2_000 },
  );
});

test("ratios and long decimals compare by size, and other values are not compared", () => {
  const ascending = ["-1/3", "0.33333333333333333333", "1/3", "0.33333333333333333334", "1", "90071992547409930000"];
  const numbers = ascending.map(exactNumber);
  for (const [i, left] of numbers.entries())
    for (const [j, right] of numbers.entries())
      expect(Math.sign(compareNumbers(left, right) ?? NaN)).toBe(Math.sign(i - j));
  expect([compareNumbers("1", 1n), compareNumbers(Literal.of(":a"), 1), compareNumbers(null, 1n)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("a difference has every digit", () => {
  const difference = (left: string, right: string): unknown => differenceOf(exactNumber(left), exactNumber(right));
  expect(difference("1761225307057190246", "1761225307057190000")).toBe(246);
  expect(difference("1761225307.057190246", "1761225307")).toBe(0.057190246);
  expect(difference("1/3", "1/6")).toBe(exactNumber("1/6"));
  expect(difference("3", "5")).toBe(-2);
  expect(differenceOf("3", 5)).toBeUndefined();
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt(), (left, right) => {
      expect(BigInt(String(differenceOf(narrowed(left), narrowed(right))))).toBe(left - right);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test("a literal is one object for each text", () => {
  expect(Literal.of(":a")).toBe(Literal.of(":a"));
  expect(Literal.of(":a")).not.toBe(Literal.of("a"));
});
