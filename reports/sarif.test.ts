import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { exampleResult } from "./example-result.fixture.ts";
import { sarifJson, sarifLog } from "./sarif.ts";

/**
 * The schema of the OASIS standard. It is in JSON Schema draft 4; apart from the name of its `id`, it means the same in
 * draft 7.
 */
const {
  $schema: _draft,
  id: _id,
  ...schema
} = JSON.parse(readFileSync(new URL("./sarif-2.1.0.schema.json", import.meta.url), "utf8"));
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

const [run] = sarifLog(exampleResult, "reports/out").runs;

test("the log is valid SARIF 2.1.0", () => {
  expect(validate(JSON.parse(sarifJson(exampleResult, "reports/out"))), JSON.stringify(validate.errors)).toBe(true);
});

test("the schema refuses a result without a message", () => {
  const log = sarifLog(exampleResult, "reports/out");
  expect(validate({ ...log, runs: [{ ...run, results: [{ ruleId: "leak" }] }] })).toBe(false);
});

test("a violation is located at the source line of its access", () => {
  expect(run?.results?.[0]?.locations).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: "impl/peers/pool%20file.ts", uriBaseId: "%SRCROOT%" },
        region: { startLine: 42, startColumn: 7 },
      },
    },
  ]);
});

test("every result names an existing rule, and results are all violations and missed bugs, nothing else", () => {
  const rules = run?.tool.driver.rules?.map(({ id }) => id) ?? [];
  expect(rules).toEqual(["memory-safety", "grace-period", "museum-bug-missed", "readers", "linearizability"]);
  expect(run?.results?.map(({ ruleId, ruleIndex }) => [ruleId, rules[ruleIndex ?? -1]])).toEqual([
    ["memory-safety", "memory-safety"],
    ["grace-period", "grace-period"],
    ["museum-bug-missed", "museum-bug-missed"],
    ["readers", "readers"],
    ["linearizability", "linearizability"],
  ]);
});

test("a violation on real threads is located at the stressed library, and names its history", () => {
  const stressed = run?.results?.at(-1);
  expect(stressed?.message.text).toMatch(
    /on 2 real threads: get of thread 1 returns .*\. History: reports\/out\/stress\/peers\.history\.json$/u,
  );
  expect(stressed?.locations?.[0]?.physicalLocation).toMatchObject({
    artifactLocation: { uri: "impl/native/peers.ts" },
    region: { startLine: 1 },
  });
});

test("a message escapes characters that a terminal would interpret", () => {
  expect(run?.results?.[0]?.message.text).toContain("\\u{1b}[31m");
});

test("a stopped run is marked as unsuccessful", () => {
  expect(
    sarifLog({ ...exampleResult, finished: false }, "reports/out").runs[0]?.invocations?.[0]?.executionSuccessful,
  ).toBe(false);
});
