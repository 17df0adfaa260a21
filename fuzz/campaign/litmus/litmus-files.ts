/** Finds and reads litmus tests. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { TEXT_LENGTH_MAX } from "#model/memory/litmus/parse.ts";
import { InputError } from "#fuzz/host/input-error.ts";

const SUFFIX = ".litmus";

/**
 * The tests that paths name: files as they are, folders with all `.litmus` files below them, by name.
 *
 * @throws InputError if a path does not exist or a folder holds no test
 */
export function litmusFiles(paths: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new InputError(`litmus: no file or folder ${path}`);
    if (!stat.isDirectory()) found.add(path);
    else {
      const below = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(SUFFIX));
      if (below.length === 0) throw new InputError(`litmus: folder ${path} has no file *${SUFFIX}`);
      for (const name of below.toSorted()) found.add(join(path, name));
    }
  }
  return [...found];
}

/** The text of a test; or, for one that cannot be one, why. */
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
  return basename(file, SUFFIX);
}
