/** Finds and reads litmus tests. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { TEXT_LENGTH_MAX } from "#model/memory/litmus/parse.ts";
import { InputError } from "#fuzz/host/input-error.ts";

/** The notation of a test: the kernel's C dialect, or agents in JSON or JavaScript. */
export type Notation = "kernel" | "json" | "javascript";

export interface TestFile {
  readonly file: string;
  readonly notation: Notation;
}

export interface FoundFiles {
  readonly tests: readonly TestFile[];
  /** JSON files in folders that are not tests. */
  readonly leftOut: readonly string[];
}

/** File name suffixes of each notation; in folders, only files with them are tests. */
const SUFFIXES: Readonly<Record<Notation, string>> = { kernel: ".litmus", json: ".json", javascript: ".litmus.js" };

/**
 * The tests that paths name: files as given, folders with all tests below them, by name.
 *
 * @throws InputError if a path does not exist, a folder holds no test, or a file is in a notation of another model
 */
export function litmusFiles(paths: readonly string[], modelName: string): FoundFiles {
  const notations: readonly Notation[] = modelName === "es" ? ["json", "javascript"] : ["kernel"];
  const tests = new Map<string, Notation>();
  const leftOut: string[] = [];
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new InputError(`litmus: no file or folder ${path}`);
    if (!stat.isDirectory()) {
      tests.set(path, notationOf(path, modelName));
      continue;
    }
    const suffixes = notations.map((notation) => SUFFIXES[notation]);
    const below = readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((name) => suffixes.some((suffix) => name.endsWith(suffix)))
      .toSorted();
    for (const name of below) {
      const file = join(path, name);
      if (holdsAnotherThing(file)) leftOut.push(file);
      else tests.set(file, notationOf(file, modelName));
    }
    if (below.length === leftOut.length) {
      throw new InputError(`litmus: folder ${path} has no file *${suffixes.join(" or *")} with a test`);
    }
  }
  return { tests: [...tests].map(([file, notation]) => ({ file, notation })), leftOut };
}

/** @throws InputError if the model reads no tests in this notation */
function notationOf(file: string, modelName: string): Notation {
  const isAgents = /\.(?:json|[cm]?js)$/.test(file);
  if (modelName === "es" && file.endsWith(SUFFIXES.kernel)) {
    throw new InputError(`litmus: ${file}: --model es reads tests in JSON and JavaScript, not the kernel's C dialect`);
  }
  if (modelName !== "es" && isAgents) {
    throw new InputError(
      `litmus: ${file}: --model ${modelName} reads the kernel's C dialect; for this, add --model es`,
    );
  }
  if (modelName !== "es") return "kernel";
  return file.endsWith(SUFFIXES.json) ? "json" : "javascript";
}

/** Whether a file is valid JSON, but not a test. */
function holdsAnotherThing(file: string): boolean {
  if (!file.endsWith(SUFFIXES.json)) return false;
  const read = readLitmus(file);
  if ("because" in read) return false;
  try {
    const value: unknown = JSON.parse(read.text);
    return typeof value === "object" && value !== null && !("agents" in value);
  } catch {
    return false;
  }
}

/** The text of a test; or the reason why it cannot be one. */
export function readLitmus(file: string): { readonly text: string } | { readonly because: string } {
  try {
    const { size } = statSync(file);
    if (size > TEXT_LENGTH_MAX) {
      const megabytes = (size / 1e6).toFixed(1);
      return { because: `${megabytes} MB is no litmus test: the limit is ${TEXT_LENGTH_MAX / 1e6} MB` };
    }
    return { text: readFileSync(file, "utf8") };
  } catch (error) {
    return { because: error instanceof Error ? error.message : String(error) };
  }
}

/** The key of a test in an expectations file: its file name without the suffix. */
export function testKey(file: string): string {
  return basename(file).replace(/\.litmus(?:\.[cm]?js)?$|\.(?:json|[cm]?js)$/, "");
}
