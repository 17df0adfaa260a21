import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

/** The folders whose code decides what an execution does. */
const EXECUTED = ["impl", "model", "properties", "fuzz/machine", "fuzz/systems"];

/** The folders whose files decide what a campaign finds. */
const DECIDING = ["impl", "model", "properties", "reports", "fuzz"];

/** In the compiled package: a digest of all its code, which is read at each start and is not to be made then. */
const DIGEST_FILE = "dist/digest.txt";

/**
 * The version of the code below `root` as it stands in its files: the package's version and the first twelve digits of
 * a SHA-256 over the sources that decide what an execution does, tests left out, or over the compiled package. A patch
 * applied in memory does not show in it.
 *
 * @throws Error if `root` is neither a checkout of the project nor the package
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
 * @throws Error if `root` is neither a checkout of the project nor the package, or a module cannot be read
 */
export function sourcesDigest(root: string, modules: readonly string[]): string {
  return digestOf(root, DECIDING, /\.(ts|patch)$/, modules).slice(0, 16);
}

/** A SHA-256 over the compiled code below `root`, for `DIGEST_FILE`: made when the package is built. */
export function compiledDigest(root: string): string {
  return digestOfFiles(filesBelow(root, ["dist"], /\.js$/));
}

function digestOf(root: string, folders: readonly string[], wanted: RegExp, more: readonly string[]): string {
  const isCheckout = existsSync(join(root, "impl"));
  const own = isCheckout ? filesBelow(root, folders, wanted) : [[DIGEST_FILE, join(root, DIGEST_FILE)] as const];
  return digestOfFiles([...own, ...more.map((path) => [path, path] as const)]);
}

type NamedFile = readonly [name: string, path: string];

/** Files that are no tests, in the order of their names. */
function filesBelow(root: string, folders: readonly string[], wanted: RegExp): readonly NamedFile[] {
  return folders.flatMap((folder) => {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => file.split(sep).join("/"))
      // The files that a run writes to reports/out/ decide nothing.
      .filter((file) => wanted.test(file) && !file.endsWith(".test.ts") && !file.startsWith("out/"));
    return files.toSorted().map((file): NamedFile => [`${folder}/${file}`, join(root, folder, file)]);
  });
}

function digestOfFiles(files: readonly NamedFile[]): string {
  const hash = createHash("sha256");
  for (const [name, path] of files) hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}
