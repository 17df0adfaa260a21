/** The modules that a thread loads, and the specifiers by which they import one another. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** For each module, the URLs of its imports, by their specifiers in its source. */
const imports = new Map<string, Map<string, string>>();

let isNoting = false;

/** Starts to record the imports of this thread's modules. Earlier imports are unknown. One call is enough. */
export function noteModules(): void {
  if (isNoting) return;
  isNoting = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const { parentURL } = context;
      if (parentURL === undefined || !resolved.url.startsWith("file:")) return resolved;
      const known = imports.get(parentURL) ?? new Map<string, string>();
      imports.set(parentURL, known.set(specifier, resolved.url));
      return resolved;
    },
  });
}

/** The URL that `specifier` means in the module with that URL, if it was imported since recording began. */
export function importedFrom(url: string, specifier: string): string | undefined {
  return imports.get(url)?.get(specifier);
}

/** URLs of the module and of everything it has imported since recording began, directly or not. */
export function loadedBy(url: string): readonly string[] {
  return reached(url, () => true);
}

/** Paths of these modules and of everything they have imported since recording began, each once, in order. */
export function filesLoadedBy(paths: readonly string[]): readonly string[] {
  const files = paths.flatMap((path) => loadedBy(pathToFileURL(path).href).map(modulePath));
  return [...new Set(files)].toSorted();
}

/** Those that belong to the module: imported by path, and not by a package's name. */
export function loadedByPath(url: string): readonly string[] {
  return reached(url, (specifier) => /^(\.{0,2}\/|file:)/.test(specifier));
}

function reached(url: string, follows: (specifier: string) => boolean): readonly string[] {
  const found = new Set<string>();
  const open = [url];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const [specifier, imported] of imports.get(next) ?? []) if (follows(specifier)) open.push(imported);
  }
  return [...found];
}

/** The text of a module's file. */
export function moduleText(url: string): string {
  return readFileSync(modulePath(url), "utf8");
}

export function modulePath(url: string): string {
  return fileURLToPath(url.replace(/[?#].*$/, ""));
}
