/** Builds the library of peer pools, or a part of it, from the present sources, or from patched ones. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { LIBRARY_ENTRY } from "./library-entry.ts";
import { type NativeModule, translateAll, writeModules } from "./translation/build-native.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";

const require = createRequire(import.meta.url);

/** The module finds its package imports wherever it is written. */
function withLocatedPackages(module: NativeModule): NativeModule {
  const located = module.javascript.replace(
    /(?<=^import [^"\n]*\bfrom ")(?!\.|node:)[^"\n]+(?=";$)/gmu,
    (name) => pathToFileURL(require.resolve(name)).href,
  );
  return { ...module, javascript: located };
}

/** The module that reads a pool's memory with the library's layout, as a path from the root. */
export const REST_ENTRY = "fuzz/native/check-at-rest.ts";

export interface BuiltLibrary {
  readonly modules: readonly NativeModule[];
  /** URL of a module's output; modules are named from the root. */
  urlOf(file: string): string;
}

/**
 * @param out folder for the output, anywhere
 * @param sources texts that replace files, by path from the root
 * @throws TranslationError with everything that cannot be translated
 */
export function buildLibrary(out: string, sources?: ReadonlyMap<string, string>): BuiltLibrary {
  return written(translated(sources), out);
}

/** The same, with delays before accesses: see delayed-atomics.ts. */
export function buildDelayedLibrary(out: string, sources?: ReadonlyMap<string, string>): BuiltLibrary {
  const { href } = new URL("./delayed-atomics.ts", import.meta.url);
  // In the first line, so that no line moves.
  const head = `import { delayed as Atomics } from ${JSON.stringify(href)}; `;
  return written(
    translated(sources).map((module) =>
      /\bAtomics\./u.test(module.javascript) ? { ...module, javascript: head + module.javascript } : module,
    ),
    out,
  );
}

function translated(sources: ReadonlyMap<string, string> | undefined): readonly NativeModule[] {
  return translateAll({
    root: packageRoot,
    entries: [LIBRARY_ENTRY, REST_ENTRY],
    ...(sources === undefined ? {} : { sources }),
  }).map(withLocatedPackages);
}

function written(modules: readonly NativeModule[], out: string): BuiltLibrary {
  writeModules(modules, { root: packageRoot, out });
  return { modules, urlOf: (file) => pathToFileURL(join(out, file.replace(/\.ts$/u, ".js"))).href };
}
