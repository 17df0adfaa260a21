/**
 * Traces of bugs found in the code under verification, kept beside it: every later run replays them, so that none
 * returns unnoticed.
 *
 * Those of quiesce's own systems lie in `fuzz/traces/`, those of a user's module in `traces/` beside the module.
 */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { InputError } from "#fuzz/host/input-error.ts";
import { isCheckout, projectRoot } from "#fuzz/host/project-root.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { parseTrace, readTrace, type Trace } from "#fuzz/machine/trace.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { PROGRAMS_SYSTEM } from "#fuzz/subjects/toy-source.ts";
import { safeFileName } from "../safe-file-name.ts";

const SUFFIX = ".trace.json";

/** A saved trace to replay. */
export interface SavedTrace {
  /** Its path relative to the root of the project, with forward slashes. */
  readonly path: string;
  readonly trace: Trace;
  /** Absolute path of the user's module that exports its system. */
  readonly module?: string;
}

/** The folder for the traces of our own systems, or of those of a user's module. */
export function tracesFolder(module?: string): string {
  if (module !== undefined) return join(dirname(module), "traces");
  return isCheckout ? join(projectRoot, "fuzz", "traces") : join(projectRoot, "traces");
}

/**
 * The saved traces of these scenarios' systems, in the order of their names.
 *
 * @param folderOf the folder for the traces of a module, or for those of our own systems
 * @throws InputError if a file is not a trace
 */
export function savedTraces(
  scenarios: readonly ScenarioReference[],
  folderOf: (module?: string) => string = tracesFolder,
): readonly SavedTrace[] {
  const modules = new Set(scenarios.map(({ module }) => module));
  return [...modules].flatMap((module) => {
    const systems = new Set(scenarios.filter((scenario) => scenario.module === module).map(({ system }) => system));
    return tracesIn(folderOf(module))
      .map((file): SavedTrace => {
        const path = relative(projectRoot, file).split(sep).join("/");
        return { path, trace: readTrace(file), ...(module !== undefined && { module }) };
      })
      .filter(({ trace }) => systems.has(trace.scenario.system));
  });
}

function tracesIn(folder: string): readonly string[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return []; // no trace has been saved yet
  }
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .toSorted()
    .map((file) => join(folder, file));
}

/**
 * Saves a trace for later runs. The same counterexample, found again, is the same file.
 *
 * @param text of a trace with a violation
 * @returns the path of the file
 * @throws InputError if it cannot be written
 */
export function saveTrace(text: string, folder: string): string {
  const { scenario, choices, violation } = parseTrace(text, "the trace to save");
  const property = violation?.property ?? "";
  const digest = createHash("sha256").update(JSON.stringify({ scenario, choices, property })).digest("hex");
  const name = `${safeFileName(`${scenario.name}-${property}`)}-${digest.slice(0, 8)}${SUFFIX}`;
  const path = join(folder, name);
  writeWholeFile(path, text);
  return path;
}

/** @throws InputError for a program that is violated by design: later runs must not replay it */
export function checkSavable(scenarios: readonly ScenarioReference[]): void {
  const program = scenarios.find(({ system, module }) => module === undefined && system === PROGRAMS_SYSTEM);
  if (program !== undefined)
    throw new InputError(
      `--save: ${program.name} is a program with a known bug, which no run of verify replays; leave --save out`,
    );
}
