import { expect, test } from "vitest";
import { nextFromOutcomes } from "./outcomes.ts";

test("a response leaves the states of its outcomes, an unobserved one those of all, an impossible one none", () => {
  const next = nextFromOutcomes((state: number, operation: number) => [
    { response: "low", next: state - operation },
    { response: "high", next: state + operation },
    { response: "high", next: state + 2 * operation },
  ]);
  expect(next(10, 1, "high")).toEqual([11, 12]);
  expect(next(10, 1, undefined)).toEqual([9, 11, 12]);
  expect(next(10, 1, "none")).toEqual([]);
});
