import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { exampleResult } from "./example-result.fixture.ts";
import { resultSchemaJson } from "./result-schema.ts";
import { Result, type ResultParts, resultJson, wholeResult } from "./result.ts";

const published = readFileSync(new URL("./result.schema.json", import.meta.url), "utf8");
const validate = new Ajv({ strict: true }).compile(JSON.parse(published));

const [holding, violating, undecided] = exampleResult.scenarios;
const [found, missed] = exampleResult.museum;
const [stressed, broken] = exampleResult.stress;

function verdictOf(parts: Partial<ResultParts>) {
  const nothing = { scenarios: [], traces: [], museum: [], certificates: [], readers: [], stress: [] };
  return wholeResult({ ...exampleResult, ...nothing, ...parts }).verdict;
}

test("the published schema is the one of the code (npm run schema makes it)", () => {
  expect(published).toBe(resultSchemaJson());
});

test("the published schema accepts a result file, and so does the code", () => {
  const parsed: unknown = JSON.parse(resultJson(exampleResult));
  expect(validate(parsed), JSON.stringify(validate.errors)).toBe(true);
  expect(Result.parse(parsed)).toEqual(exampleResult);
});

test("the published schema refuses another verdict, a missing seed and an unknown field", () => {
  const { seed: _, ...withoutSeed } = exampleResult;
  expect(validate({ ...exampleResult, verdict: "maybe" })).toBe(false);
  expect(validate(withoutSeed)).toBe(false);
  expect(validate({ ...exampleResult, milliseconds: 3 })).toBe(false);
});

test("one violated scenario violates the whole, whatever else is undecided", () => {
  expect(exampleResult.verdict).toBe("violated");
  expect(
    verdictOf({
      scenarios: [holding, violating, undecided].filter((scenario) => scenario !== undefined),
      finished: false,
    }),
  ).toBe("violated");
});

test("a missed bug violates the whole, a found one does not", () => {
  expect(verdictOf({ museum: [missed].filter((bug) => bug !== undefined) })).toBe("violated");
  expect(verdictOf({ museum: [found].filter((bug) => bug !== undefined) })).toBe("holds");
});

test("a certificate with a violation violates the whole, an unfinished one leaves it unknown", () => {
  const [certified, refuted, stopped] = exampleResult.certificates;
  const verdicts = [certified, refuted, stopped].map((one) =>
    verdictOf({ certificates: [one].filter((certificate) => certificate !== undefined) }),
  );
  expect(verdicts).toEqual(["holds", "violated", "unknown"]);
});

test("a violation on real threads violates the whole, a time without one does not", () => {
  expect(verdictOf({ stress: [broken].filter((stress) => stress !== undefined) })).toBe("violated");
  expect(verdictOf({ stress: [stressed].filter((stress) => stress !== undefined) })).toBe("holds");
});

test("a file that readers neither accept nor refuse violates the whole", () => {
  const [read, broke] = exampleResult.readers;
  expect(verdictOf({ readers: [read].filter((one) => one !== undefined) })).toBe("holds");
  expect(verdictOf({ readers: [broke].filter((one) => one !== undefined) })).toBe("violated");
});

test("one undecided scenario leaves the whole unknown", () => {
  expect(verdictOf({ scenarios: [holding, undecided].filter((scenario) => scenario !== undefined) })).toBe("unknown");
});

test("a run that was stopped, or decided nothing, does not hold", () => {
  const scenarios = [holding].filter((scenario) => scenario !== undefined);
  expect(verdictOf({ scenarios })).toBe("holds");
  expect(verdictOf({ scenarios, finished: false })).toBe("unknown");
  expect(verdictOf({})).toBe("unknown");
});
