/** Which files the gate of a system runs, and which of them have mutants. */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { filesLoadedBy } from "#fuzz/host/loaded-modules.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";
import type { System } from "#fuzz/systems/system.ts";

/** Files of the code under test, from the root of the project, in order. */
export function filesUnderTest(): readonly string[] {
  return globSync("impl/**/*.ts", { cwd: projectRoot })
    .map((file) => file.split(sep).join("/"))
    .filter((file) => !/\.(test|fixture)\.ts$/.test(file))
    .toSorted();
}

/** What runs checks, whatever their system is. */
const GATE = [
  "fuzz/{machine,strategies,explore,search}/*.ts",
  "fuzz/campaign/{mutants,conformance}/*.ts",
  "impl/memory/*.ts",
];
const GATE_FILES = ["fuzz/campaign/profile.ts", "fuzz/campaign/scenario/search-task.ts"];

/** Files that a system's module loads, from the root of the project. Imports must have been noted from the start. */
export function filesOf({ module }: Pick<System, "module">): readonly string[] {
  return module === undefined ? [] : filesLoadedBy([module]).map((path) => relative(projectRoot, path));
}

/** First digits of a SHA-256 over all that checks of the system run. */
export function gateDigest(system: Pick<System, "module">): string {
  const gate = globSync(GATE, { cwd: projectRoot }).filter((file) => !file.endsWith(".test.ts"));
  const files = new Set([...gate, ...GATE_FILES, ...filesOf(system)]);
  const hash = createHash("sha256");
  for (const file of [...files].toSorted())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(projectRoot, file)))
      .update("\0");
  return hash.digest("hex").slice(0, 16);
}
