/** Searches a user's module, and the modules it imports by path, for a forgotten `yield`. */
import type { ParserPlugin } from "@babel/parser";
import * as access from "#impl/memory/access.ts";
import { commandPath } from "#fuzz/host/command-path.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { importedFrom, loadedByPath, modulePath, moduleText } from "#fuzz/host/loaded-modules.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { Callable, ForgottenYield } from "./forgotten-yields.ts";

/**
 * @param url of a module loaded since recording of imports began
 * @throws InputError at the first access that is not yielded, or procedure that never runs, with file and line
 */
export async function checkOwnModules(url: string): Promise<void> {
  const { forgottenYields } = await import("./forgotten-yields.ts");
  for (const own of loadedByPath(url)) {
    const plugins = pluginsFor(own);
    if (plugins === undefined) continue;
    const source = moduleText(own);
    const exports = await exportsOf(own, source);
    let found: readonly ForgottenYield[];
    try {
      found = forgottenYields(source, plugins, {
        exported: (specifier, name) => kindOf(exports.get(specifier)?.[name]),
      });
    } catch {
      continue; // Node has loaded it, so a parse error here is not the user's fault.
    }
    const [first] = found;
    if (first === undefined) continue;
    throw new InputError(`${visibleText(commandPath(modulePath(own)))}:${first.line}: ${first.reason}`);
  }
}

function pluginsFor(url: string): readonly ParserPlugin[] | undefined {
  if (url.includes("/node_modules/")) return undefined;
  const path = modulePath(url);
  if (/\.[cm]?ts$/.test(path)) return ["typescript"];
  return /\.[cm]?js$/.test(path) ? [] : undefined;
}

/** The exports of the modules that a module imports, by their specifiers. All of them are loaded already. */
async function exportsOf(url: string, source: string): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const exports = new Map<string, Record<string, unknown>>();
  for (const [, specifier = ""] of source.matchAll(/\bfrom\s*["']([^"']+)["']/g)) {
    const imported = importedFrom(url, specifier);
    if (imported !== undefined && !exports.has(specifier)) exports.set(specifier, await import(imported));
  }
  return exports;
}

const accessFunctions: ReadonlySet<unknown> = new Set(
  Object.entries(access).flatMap(([name, value]) => (access.KIND_ASKED_FOR.has(name) ? [value] : [])),
);

// eslint-disable-next-line func-style
const GeneratorFunction: unknown = Object.getPrototypeOf(function* () {}).constructor;

function kindOf(value: unknown): Callable {
  if (accessFunctions.has(value)) return "access";
  return typeof value === "function" && value.constructor === GeneratorFunction ? "procedure" : undefined;
}
