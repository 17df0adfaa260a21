/** Writes every report of a run into one folder. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { commandPath } from "#fuzz/host/command-path.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { junitXml } from "#reports/junit.ts";
import { markdownSummary } from "#reports/markdown.ts";
import { type Result, resultJson } from "#reports/result.ts";
import { sarifJson } from "#reports/sarif.ts";
import { type Timing, timingJson } from "#reports/timing.ts";

export const RESULT_FILE = "result.json";

/**
 * @returns the paths written
 * @throws InputError if one of them cannot be written
 */
export function writeReports(folder: string, result: Result, timing: Timing): readonly string[] {
  const shown = commandPath(folder);
  const files: readonly (readonly [name: string, text: string])[] = [
    [RESULT_FILE, resultJson(result)],
    ["timing.json", timingJson(timing)],
    ["junit.xml", junitXml(result, { folder: shown, parts: timing.parts })],
    ["quiesce.sarif", sarifJson(result, shown)],
    ["summary.md", markdownSummary(result, shown)],
  ];
  return files.map(([name, text]) => {
    const path = join(folder, name);
    writeWholeFile(path, text);
    return path;
  });
}

/**
 * Adds the summary to the page of a GitHub Actions run.
 *
 * @param page the file that the runner names in GITHUB_STEP_SUMMARY
 * @throws InputError if it cannot be written
 */
export function appendStepSummary(page: string, result: Result, folder: string): void {
  try {
    appendFileSync(page, `${markdownSummary(result, commandPath(folder))}\n`);
  } catch (error) {
    throw new InputError(`cannot append the summary to ${page}, which GITHUB_STEP_SUMMARY names`, { cause: error });
  }
}
