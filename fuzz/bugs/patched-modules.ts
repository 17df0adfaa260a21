/**
 * Loads the unpatched code and patched copies side by side in one thread.
 *
 * A patched copy of a module is distinguished by a query on its URL (`?patch=name`). The modules that a patch changes,
 * and those that import them, directly or not, get copies; all others are shared, and are loaded and compiled once per
 * thread. Imports are recorded as modules load, so `noteImports` must be called before the first of them.
 *
 * A module that only the patch imports gets a copy too, since its own imports are unknown. An `import()` that never ran
 * is not recorded.
 */
import { registerHooks } from "node:module";

const QUERY = "?patch=";

/** For each module, its importers. */
const importers = new Map<string, Set<string>>();

interface Copies {
  /** New text of the modules that the patch changes. */
  readonly sources: ReadonlyMap<string, string>;
  /** URLs of the modules that have copies. */
  readonly copied: ReadonlySet<string>;
}

/** Patches by their names in queries. */
const patches = new Map<string, Copies>();

let isNoting = false;

/** Starts to record the imports between modules of the project in this thread. Once is enough. */
export function noteImports(): void {
  if (isNoting) return;
  isNoting = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const { url } = resolved;
      const { parentURL } = context;
      if (parentURL === undefined || !url.startsWith("file:") || url.includes("/node_modules/")) return resolved;
      const [parent = "", patch] = parentURL.split(QUERY);
      const copies = patches.get(patch ?? "");
      if (copies === undefined) {
        const known = importers.get(url) ?? new Set();
        importers.set(url, known.add(parent));
        return resolved;
      }
      return copies.copied.has(url) || !importers.has(url) ? { ...resolved, url: `${url}${QUERY}${patch}` } : resolved;
    },
    load(url, context, nextLoad) {
      const [original = "", patch] = url.split(QUERY);
      const copies = patches.get(patch ?? "");
      if (copies === undefined) return nextLoad(url, context);
      const source = copies.sources.get(original);
      if (source === undefined) return nextLoad(original, context);
      return { format: "module-typescript", source, shortCircuit: true };
    },
  });
}

/**
 * Imports a module with these sources in place of the files at their URLs.
 *
 * @param url of the module: any that reaches the changed ones by its imports; any other is imported unpatched
 * @param label for the copies' URLs, such as the slug of a bug
 * @throws Error if imports have not been recorded from the start, and any error from loading the patched modules
 */
export async function importPatched(
  url: string,
  label: string,
  sources: ReadonlyMap<string, string>,
): Promise<unknown> {
  if (!isNoting) throw new Error("importPatched: noteImports was not called when this thread began");
  const plain: unknown = await import(url); // records the imports
  const copied = importersOf(sources.keys());
  if (!copied.has(url)) return plain;
  const name = freeName(label, sources);
  patches.set(name, { sources, copied });
  return import(`${url}${QUERY}${name}`);
}

/** The modules themselves, and all that import them, directly or not. */
function importersOf(urls: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...urls];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    if (found.has(url)) continue;
    found.add(url);
    open.push(...(importers.get(url) ?? []));
  }
  return found;
}

/**
 * The label, with a number if it already stands for other sources. Repeated sources find their modules loaded. Names
 * are stable between runs, since compiled code is cached on disk by URL.
 */
function freeName(label: string, sources: ReadonlyMap<string, string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? label : `${label}-${number}`;
    const known = patches.get(name);
    if (known === undefined || isEqual(known.sources, sources)) return name;
  }
}

function isEqual(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([url, source]) => other.get(url) === source);
}
