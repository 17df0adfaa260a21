import { expect, test } from "vitest";
import { estimateText } from "./estimate-text.ts";

test("an estimate is rounded to two digits, and its interval outwards", () => {
  expect(estimateText({ executions: 14_449, low: 9_190, high: 22_010 })).toBe("about 14,000 (9,100 to 23,000)");
  expect(estimateText({ executions: 720, low: 720, high: 720 })).toBe("about 720");
  expect(estimateText({ executions: 7, low: 5, high: 9 })).toBe("about 7 (5 to 9)");
});
