/** A worker thread that loads modules, and says which files each has loaded besides those of packages. */
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { filesLoadedBy, noteModules } from "#fuzz/host/loaded-modules.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";

export interface ModuleFiles {
  readonly module: string;
  /** Absolute paths, the module's own among them. */
  readonly files: readonly string[];
}

noteModules();
const found: ModuleFiles[] = [];
for (const module of workerData as readonly string[]) {
  try {
    await import(pathToFileURL(module).href);
  } catch {
    // The round that verifies it says what is wrong.
  }
  const files = filesLoadedBy([module]).filter(
    (file) => !file.includes("/node_modules/") && (file === module || !file.startsWith(`${packageRoot}impl/`)),
  );
  found.push({ module, files: [...new Set([module, ...files])] });
}
parentPort?.postMessage(found);
