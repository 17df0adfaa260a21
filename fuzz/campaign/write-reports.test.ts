import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { InputError } from "#fuzz/host/input-error.ts";
import { prepareFolder } from "#fuzz/host/write-file.ts";
import { exampleResult } from "#reports/example-result.fixture.ts";
import { resultJson } from "#reports/result.ts";
import { appendStepSummary, writeReports } from "./write-reports.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-reports-"));
afterAll(() => rmSync(folder, { recursive: true }));

const timing = {
  startedAt: "2026-01-01T00:00:00.000Z",
  milliseconds: 12,
  workers: 2,
  node: "v26",
  platform: "linux-x64",
  cpu: "a cpu",
  cpus: 2,
  memoryBytes: 1,
  memoryPeakBytes: 1,
  accesses: 1,
  executions: 1,
  stressOperations: 0,
  parts: { locks: 1500 },
};

test("all reports are written, and only timing.json differs from run to run", () => {
  const out = join(folder, "out");
  prepareFolder(out, "--out");
  const paths = writeReports(out, exampleResult, timing);
  expect(paths.map((path) => path.slice(out.length + 1)).toSorted()).toEqual(readdirSync(out).toSorted());
  expect(readFileSync(join(out, "result.json"), "utf8")).toBe(resultJson(exampleResult));
  expect(JSON.parse(readFileSync(join(out, "timing.json"), "utf8"))).toEqual({
    format: "quiesce-timing",
    version: 1,
    ...timing,
  });
  expect(readFileSync(join(out, "junit.xml"), "utf8")).toContain('time="1.500"');
});

test("the step summary is appended to the page's contents", () => {
  const page = join(folder, "page.md");
  writeFileSync(page, "before\n");
  appendStepSummary(page, exampleResult, folder);
  expect(readFileSync(page, "utf8")).toMatch(/^before\n## ❌ quiesce verify: violated\n/);
});

test("an unwritable page is named with the variable that it comes from", () => {
  expect(() => appendStepSummary(folder, exampleResult, folder)).toThrow(InputError);
  expect(() => appendStepSummary(folder, exampleResult, folder)).toThrow(/which GITHUB_STEP_SUMMARY names$/);
});
