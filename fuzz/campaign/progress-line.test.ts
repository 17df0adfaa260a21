import { expect, test } from "vitest";
import { progressLine, timeLeftText } from "./progress-line.ts";

test("the line shows the finished parts, their executions, and the time left, if any", () => {
  const at = (executions: number, left: number) => ({ executions: () => executions, millisecondsLeft: () => left });
  expect(progressLine("12 of 340 decided", at(1234, 20_000))).toBe(
    "12 of 340 decided · 1,234 executions · at most about 20 s left",
  );
  expect(progressLine("all decided", at(1, 0))).toBe("all decided · 1 execution");
});

test("the time left is given in the most readable unit, and omitted when there is none", () => {
  expect(timeLeftText(0)).toBe("");
  expect(timeLeftText(9_500)).toBe("at most about 10 s left");
  expect(timeLeftText(600_000)).toBe("at most about 10 min left");
  expect(timeLeftText(21_600_000)).toBe("at most about 6 h left");
});
