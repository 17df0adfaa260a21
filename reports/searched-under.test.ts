import { expect, test } from "vitest";
import { exampleResult } from "./example-result.fixture.ts";
import { countOf, searchedUnder } from "./searched-under.ts";

test("counts have thousands and agree with their unit", () => {
  expect(countOf(1, "execution")).toBe("1 execution");
  expect(countOf(1234, "execution")).toBe("1,234 executions");
});

test("a complete search covers every execution, on the machine's memory", () => {
  expect(searchedUnder([{ strategy: "depth-first", exhaustive: true, executions: 3, accesses: 9 }])).toBe(
    "every execution (3), sequentially consistent",
  );
});

test("other searches name their strategies and count all executions", () => {
  expect(searchedUnder(exampleResult.scenarios[1]?.searches ?? [])).toBe(
    "1,017 executions by depth-first, pct3, sequentially consistent",
  );
  expect(searchedUnder([])).toBe("not searched");
  expect(searchedUnder([{ strategy: "exhaustive", exhaustive: false, executions: 7, accesses: 9 }])).toBe(
    "7 executions by exhaustive in part, sequentially consistent",
  );
  const estimate = { executions: 123_456, low: 98_765, high: 145_678 };
  expect(searchedUnder([{ strategy: "exhaustive", exhaustive: false, executions: 7, accesses: 9, estimate }])).toBe(
    "7 executions by exhaustive in part (of about 120,000 (98,000 to 150,000)), sequentially consistent",
  );
});
