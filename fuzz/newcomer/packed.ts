/** The packages as they would be published, and npm's cache with what they bring along. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "#fuzz/host/project-root.ts";

export interface Packed {
  /** Absolute path of the tarball. */
  readonly tarball: string;
  /** Paths of the files in it. */
  readonly files: readonly string[];
}

/**
 * Builds and packs the package in `folder`, which is named from the root.
 *
 * @param out folder for the tarball
 * @throws Error if npm refuses
 */
export function pack(folder: string, out: string): Packed {
  const { status, stdout, stderr } = npm(["pack", "--json", "--pack-destination", out], join(packageRoot, folder));
  if (status !== 0) throw new Error(`npm pack fails:\n${stdout}${stderr}`);
  // npm's own scripts print before the JSON; npm 11 writes a list, npm 12 an object by name.
  const told: unknown = JSON.parse(stdout.slice(stdout.search(/^[[{]\s*$/m)));
  const [packed] = (Array.isArray(told) ? told : Object.values(told as object)) as readonly {
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  if (packed === undefined) throw new Error(`npm pack says nothing of a package:\n${stdout}`);
  return {
    tarball: join(out, packed.filename.replace("@", "").replace("/", "-")),
    files: packed.files.map(({ path }) => path),
  };
}

interface LockedPackage {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Puts the package's dependencies into npm's cache, in the versions of the lock file, for installing offline.
 *
 * @throws Error if a package cannot be fetched
 */
export function fillCache(): void {
  const { packages } = JSON.parse(readFileSync(join(packageRoot, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const open = Object.keys({ ...packages[""]?.dependencies, ...packages[""]?.optionalDependencies });
  const wanted = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const locked = packages[`node_modules/${name}`];
    // Of optional packages, those for this machine are there.
    if (locked === undefined || wanted.has(name) || !existsSync(join(packageRoot, "node_modules", name))) continue;
    wanted.add(name);
    open.push(...Object.keys({ ...locked.dependencies, ...locked.optionalDependencies }));
  }
  const specifiers = [...wanted].map((name) => `${name}@${packages[`node_modules/${name}`]?.version ?? ""}`);
  const { status, stderr } = npm(["cache", "add", "--prefer-offline", ...specifiers], packageRoot);
  if (status !== 0) throw new Error(`npm cannot get what the package depends on:\n${stderr}`);
}

function npm(words: readonly string[], cwd: string) {
  return spawnSync("npm", words, { cwd, encoding: "utf8" });
}
