/** Which modules a thread loads, and by which words they name one another. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** For each module, the URLs of those it imports, by the specifiers that stand in it. */
const imports = new Map<string, Map<string, string>>();

let isNoting = false;

/** Starts to note, in this thread, which module imports which. What was loaded before is not known. Once is enough. */
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

/** The URL of the module that `specifier` names in the module of that URL, if it was imported since noting began. */
export function importedFrom(url: string, specifier: string): string | undefined {
  return imports.get(url)?.get(specifier);
}

/** URLs of the module and of all that it has imported since noting began, directly or not. */
export function loadedBy(url: string): readonly string[] {
  return reached(url, () => true);
}

/** Paths of the modules of these paths, and of all that they have imported since noting began, each once, in order. */
export function filesLoadedBy(paths: readonly string[]): readonly string[] {
  const files = paths.flatMap((path) => loadedBy(pathToFileURL(path).href).map(modulePath));
  return [...new Set(files)].toSorted();
}

/** Those of them that belong together with the module: they are imported by path, and not by a package's name. */
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
