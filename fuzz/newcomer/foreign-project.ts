/** A project of somebody else's, in a temporary folder, with the packed package installed. */
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { packageRoot } from "#fuzz/host/project-root.ts";

export interface Ended {
  readonly code: number | null;
  /** Standard output and standard error, one after the other. */
  readonly printed: string;
}

export interface ForeignProject {
  readonly root: string;
  /** Runs a command line as a shell does; the Node that it finds is the one that it is tried with. */
  run(command: string): Ended;
  write(file: string, text: string): void;
  read(file: string): string;
  /** Bytes that everything below `node_modules` takes on a disk with blocks of 4 KiB. */
  installedBytes(): number;
  remove(): void;
}

const BLOCK_BYTES = 4096;

/**
 * An empty project with the tarball installed, offline.
 *
 * @param node that runs its commands: the path of an executable
 * @throws Error if npm refuses
 */
export function foreignProject(tarball: string, node: string): ForeignProject {
  const root = mkdtempSync(join(tmpdir(), "quiesce-newcomer-"));
  // Nothing of the checkout may help: no command of its own, and none of its Nodes.
  const commands = join(root, ".node");
  mkdirSync(commands);
  symlinkSync(node, join(commands, "node"));
  const inherited = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|GITHUB_|FORCE_COLOR)/i.test(name));
  const env = { ...Object.fromEntries(kept), PATH: [commands, ...inherited].join(delimiter), NO_COLOR: "1" };
  const project: ForeignProject = {
    root,
    run(command) {
      const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: root, env, encoding: "utf8" });
      return { code: status, printed: `${stdout}${stderr}` };
    },
    write(file, text) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    },
    read: (file) => readFileSync(join(root, file), "utf8"),
    installedBytes: () => bytesBelow(join(root, "node_modules")),
    remove: () => rmSync(root, { recursive: true }),
  };
  project.write("package.json", '{ "name": "newcomer", "private": true, "type": "module" }\n');
  const installed = project.run(`npm install --offline --no-audit --no-fund --save-dev '${tarball}'`);
  if (installed.code !== 0) throw new Error(`npm install ${tarball} fails:\n${installed.printed}`);
  return project;
}

/** Lets the project find a package that the checkout has, such as a test runner. */
export function lend(project: ForeignProject, name: string): void {
  const place = join(project.root, "node_modules", name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(packageRoot, "node_modules", name), place);
}

function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const { size } = entry.isFile() ? statSync(join(entry.parentPath, entry.name)) : { size: 1 };
    bytes += Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return bytes;
}
