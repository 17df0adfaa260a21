/**
 * `quiesce verify --watch`: verifies, waits until a file changes that a module has loaded, and verifies again what that
 * touches.
 *
 * Each round is a separate process, which loads the present code. A worker thread that loads only the modules reports
 * which files each depends on.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { watch } from "chokidar";
import { commandPath } from "#fuzz/host/command-path.ts";
import { onInterruption } from "#fuzz/host/interruption.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import type { ModuleFiles } from "./module-files-worker.ts";

/** Milliseconds in which several files that an editor or a checkout writes count as one change. */
const SETTLING_MS = 100;

export interface WatchedRun {
  /** Absolute paths of modules. */
  readonly modules: readonly string[];
  /** Options of `verify` for each round, as they are typed. */
  readonly options: readonly string[];
}

/** Goes on until ^C. */
export async function watchAndVerify({ modules, options }: WatchedRun): Promise<void> {
  let round: ChildProcess | undefined;
  let files = await filesOf(modules);
  const watcher = watch([...new Set(files.flatMap((module) => module.files))], { ignoreInitial: true });
  const verify = (touched: readonly string[]): void => {
    round?.kill("SIGTERM");
    round = spawn(process.execPath, [`${packageRoot}fuzz/cli/quiesce.mjs`, "verify", ...touched, ...options], {
      stdio: "inherit",
    });
    round.on("exit", (_code, signal) => {
      if (signal === null) process.stderr.write("watching; ^C ends it\n");
    });
  };
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const settle = async (): Promise<void> => {
    const before = files;
    files = await filesOf(modules);
    watcher.add(files.flatMap((module) => module.files));
    // A file may have been touched by what a module imported before, or by what it imports now.
    const touched = modules.filter((module) =>
      [...before, ...files].some((one) => one.module === module && one.files.some((file) => changed.has(file))),
    );
    process.stderr.write(`\n${[...changed].map(commandPath).join(", ")} changed\n`);
    changed.clear();
    if (touched.length > 0) verify(touched);
  };
  watcher.on("all", (_event, file) => {
    changed.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => void settle(), SETTLING_MS);
  });
  verify(modules);
  await new Promise<void>((resolve) => onInterruption(() => resolve()));
  round?.kill("SIGTERM");
  await watcher.close();
}

/** The files that each module loads; of one that cannot be loaded, those that were found until then. */
function filesOf(modules: readonly string[]): Promise<readonly ModuleFiles[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(new URL("./module-files-worker.ts", import.meta.url)), {
      workerData: modules,
    });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
