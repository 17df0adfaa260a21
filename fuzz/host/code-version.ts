import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

/** The folders whose code decides what an execution does. */
const FOLDERS = ["impl", "model", "properties", "fuzz/machine", "fuzz/systems"];

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
  const hash = createHash("sha256");
  for (const folder of FOLDERS) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    const sources = files
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => file.split(sep).join("/"));
    for (const file of sources.toSorted())
      hash
        .update(`${folder}/${file}\0`)
        .update(readFileSync(join(root, folder, file)))
        .update("\0");
  }
  return `${version}+${hash.digest("hex").slice(0, 12)}`;
}
