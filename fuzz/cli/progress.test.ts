import { expect, test } from "vitest";
import { timeLeftText } from "./progress.ts";

test("nothing is said of the time left before there is something to go by", () => {
  expect(timeLeftText(0, 100, 5000)).toBe("");
  expect(timeLeftText(10, 100, 900)).toBe("");
});

test("the time left comes from what is done, in the unit that reads best", () => {
  expect(timeLeftText(50, 100, 10_000)).toBe("at most about 10 s left");
  expect(timeLeftText(1, 61, 10_000)).toBe("at most about 10 min left");
  expect(timeLeftText(1, 2161, 10_000)).toBe("at most about 6 h left");
  expect(timeLeftText(120, 100, 10_000)).toBe("at most about 0 s left");
});
