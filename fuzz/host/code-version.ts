import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

/** The folders whose code decides what an execution does. */
const EXECUTED = ["impl", "model", "properties", "fuzz/machine", "fuzz/systems"];

/** The folders whose files decide what a campaign finds. */
const DECIDING = ["impl", "model", "properties", "reports", "fuzz"];

/**
 * The version of the code below `root` as it stands in its files: the package's version and the first twelve digits of
 * a SHA-256 over the sources that decide what an execution does, tests left out. A patch applied in memory does not
 * show in it.
 *
 * @throws Error if `root` is no checkout of the project
 */
export function codeVersion(root: string): string {
  const packageText: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const version =
    typeof packageText === "object" && packageText !== null && "version" in packageText
      ? String(packageText.version)
      : "unknown";
  return `${version}+${digestOf(root, EXECUTED, /\.ts$/, []).slice(0, 12)}`;
}

/**
 * First digits of a SHA-256 over everything below `root` that decides a job's outcome, patches included, and over the
 * user's modules.
 *
 * @throws Error if `root` is no checkout of the project, or a module cannot be read
 */
export function sourcesDigest(root: string, modules: readonly string[]): string {
  return digestOf(root, DECIDING, /\.(ts|patch)$/, modules).slice(0, 16);
}

function digestOf(root: string, folders: readonly string[], wanted: RegExp, more: readonly string[]): string {
  const hash = createHash("sha256");
  const add = (name: string, path: string): void =>
    void hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
  for (const folder of folders) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => file.split(sep).join("/"))
      // The files that a run writes to reports/out/ decide nothing.
      .filter((file) => wanted.test(file) && !file.endsWith(".test.ts") && !file.startsWith("out/"));
    for (const file of files.toSorted()) add(`${folder}/${file}`, join(root, folder, file));
  }
  for (const path of more) add(path, path);
  return hash.digest("hex");
}
