/** Systems of a user's module: its default or named exports, one or several. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { declaresSharedMemory, rewriteFrom } from "#fuzz/javascript/load-hook.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { filesLoadedBy, noteModules } from "#fuzz/host/loaded-modules.ts";
import { isCheckout, packageRoot } from "#fuzz/host/project-root.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { visibleText } from "#reports/visible-text.ts";

/**
 * Loads the module and checks each of its scenarios.
 *
 * @throws InputError if there is no such module, it cannot be loaded, exports no system, or a scenario is malformed
 */
export async function systemsOfModule(path: string): Promise<readonly System[]> {
  const shown = visibleText(path);
  const exported = await importModule(path);
  const systems = [...new Set(Object.values(exported).flat().filter(isSystem))];
  if (systems.length === 0)
    throw new InputError(`${shown} exports no system; export what defineSystem returns, by default or by name`);
  for (const system of systems) checkScenarios(shown, system);
  return systems;
}

/** @throws InputError if the module does not exist or cannot be loaded */
export async function importModule(path: string): Promise<object> {
  const shown = visibleText(path);
  if (!existsSync(path)) throw new InputError(`there is no module ${shown}; name a file that exports a system`);
  noteModules();
  try {
    if (declaresSharedMemory(path)) rewriteFrom(path);
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new InputError(`${shown} cannot be loaded: ${firstLine(error)}`, { cause: error });
  }
}

/** Whether the module exports a system, by default or by name, or a list of them. */
export function exportsSystem(exported: object): boolean {
  return Object.values(exported).flat().some(isSystem);
}

function isSystem(value: unknown): value is System {
  return typeof value === "object" && value !== null && "compile" in value && "scenarios" in value && "name" in value;
}

function checkScenarios(module: string, system: System): void {
  for (const scenario of system.scenarios) {
    try {
      parseScenario(system, scenario);
    } catch (error) {
      throw new InputError(`${module}: ${firstLine(error)}`, { cause: error });
    }
  }
}

/** The first line of an error's message, made printable. */
export function firstLine(error: unknown): string {
  return visibleText(String(error instanceof Error ? error.message : error).split("\n")[0] ?? "");
}

/**
 * Files that decide the results of these modules, besides quiesce's own: the modules and everything that they import.
 * The compiled package has its own digest, and is not read here.
 */
export function filesDecidedBy(modules: readonly string[]): readonly string[] {
  return filesLoadedBy(modules).filter((file) => isCheckout || !file.startsWith(packageRoot));
}
