/** Writes every report of a run into one folder. */
import { accessSync, appendFileSync, constants } from "node:fs";
import { join, relative, sep } from "node:path";
import { junitXml } from "./junit.ts";
import { markdownSummary } from "./markdown.ts";
import { type Result, resultJson } from "./result.ts";
import { sarifJson } from "./sarif.ts";
import { type Timing, timingJson } from "./timing.ts";
import { makeFolder, WriteError, writeWholeFile } from "./write-file.ts";

/**
 * Makes the folder, and makes sure that reports can be written there, before hours are spent on what they would say.
 *
 * @param option the option that names the folder, or a file in it
 * @throws WriteError if they cannot
 */
export function prepareFolder(folder: string, option: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new WriteError(`cannot write to ${folder} (${code}); name a place that can be written with ${option}`, {
      cause: error,
    });
  }
}

/**
 * @returns the paths written
 * @throws WriteError if one of them cannot be written
 */
export function writeReports(folder: string, result: Result, timing: Timing): readonly string[] {
  const shown = commandPath(folder);
  const files: readonly (readonly [name: string, text: string])[] = [
    ["result.json", resultJson(result)],
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
 * @throws WriteError if it cannot be written
 */
export function appendStepSummary(page: string, result: Result, folder: string): void {
  try {
    appendFileSync(page, `${markdownSummary(result, commandPath(folder))}\n`);
  } catch (error) {
    throw new WriteError(`cannot append the summary to ${page}, which GITHUB_STEP_SUMMARY names`, { cause: error });
  }
}

/** A path as a person types it: from where they stand, if it lies below. */
export function commandPath(path: string): string {
  const short = relative(process.cwd(), path);
  return (short === "" || short.startsWith("..") ? path : short).split(sep).join("/");
}
