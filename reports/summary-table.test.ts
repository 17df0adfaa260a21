import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { exampleResult } from "./example-result.fixture.ts";
import { wholeResult } from "./result.ts";
import { summaryTable } from "./summary-table.ts";

const plain = (_look: string, text: string): string => text;

test("each system is one row, with a failure in place of a count", () => {
  const lines = summaryTable(exampleResult, plain);
  expect(lines[0]).toMatch(/^system +scenarios +explored +bugs +traces +certs +stress +executions$/);
  expect(lines[1]).toMatch(/^peers +1 violated +1 of 2 +1 of 3 +1 of 2 +1 +1 +2,251$/);
  expect(lines.filter((line) => line.startsWith("programs"))[0]).toMatch(/^programs +1 undecided +0 of 1 +0$/);
});

test("no line is longer than 80 characters, and no name controls the terminal", () => {
  const long = wholeResult({
    ...exampleResult,
    scenarios: exampleResult.scenarios.map((scenario) => ({ ...scenario, system: `${"long-".repeat(20)}\u001b[31m` })),
  });
  for (const line of summaryTable(long, plain)) {
    expect(line.length).toBeLessThanOrEqual(80);
    expect(stripVTControlCharacters(line)).toBe(line);
  }
});

test("empty columns are left out, and an empty result has no table", () => {
  const { scenarios, ...rest } = exampleResult;
  const empty = { ...rest, traces: [], museum: [], certificates: [], stress: [] };
  expect(summaryTable(wholeResult({ ...empty, scenarios }), plain)[0]).toMatch(
    /^system +scenarios +explored +executions$/,
  );
  expect(summaryTable(wholeResult({ ...empty, scenarios: [] }), plain)).toEqual([]);
});

test("failures are painted, and columns keep their places", () => {
  const painted = summaryTable(exampleResult, (look, text) => (look === "bad" ? `<${text}>` : text));
  expect(painted[1]).toContain("<1 violated>");
  expect(painted[1]?.replaceAll(/[<>]/g, "")).toBe(summaryTable(exampleResult, plain)[1]);
});
