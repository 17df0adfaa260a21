/** Runs `quiesce` in its own process, as a person does. For tests. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectRoot } from "#fuzz/host/project-root.ts";

const QUIESCE = fileURLToPath(new URL("./quiesce.mjs", import.meta.url));
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called once the process runs. */
  readonly meanwhile?: (process: ChildProcessWithoutNullStreams) => void;
}

/** Runs `quiesce` in the project's root, and waits for its end. */
export function quiesce(args: readonly string[], options?: CliOptions): Promise<Ended> {
  const isAside = WRITING.has(args[0] ?? "") && !args.includes("--out") && !args.includes("--help");
  return node([QUIESCE, ...args, ...(isAside ? ["--out", reportsAside()] : [])], options);
}

/** Commands that write reports. Without an `--out` of the test, they write beside the project. */
const WRITING: ReadonlySet<string> = new Set(["bugs"]);

let aside: string | undefined;

function reportsAside(): string {
  if (aside === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "quiesce-reports-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    aside = folder;
  }
  return aside;
}

/** Runs a command line as pasted into a shell in the project's root. */
export function quiesceInShell(command: string): Promise<Ended> {
  return run("sh", ["-c", command]);
}

/** Runs a module in the project's root. */
export function runModule(path: string, options?: CliOptions): Promise<Ended> {
  return node([path], options);
}

function node(args: readonly string[], options?: CliOptions): Promise<Ended> {
  return run(process.execPath, args, options);
}

function run(command: string, args: readonly string[], { env = {}, meanwhile }: CliOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      env: { ...process.env, GITHUB_STEP_SUMMARY: "", NO_COLOR: "1", ...env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    meanwhile?.(child);
  });
}
