/** Builds the library of peer pools, or a part of it, from the sources as they are, or as a patch would have them. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type NativeModule, translateAll, writeModules } from "#fuzz/build/build-native.ts";

/** The project's root. */
export const projectRoot: string = fileURLToPath(new URL("../..", import.meta.url));

/** The library's module, from the root. */
export const LIBRARY_ENTRY = "impl/native/peers.ts";

const require = createRequire(import.meta.url);

/** The module finds the packages that it imports, wherever it is written to. */
function withLocatedPackages(module: NativeModule): NativeModule {
  const located = module.javascript.replace(/(?<=^import [^"\n]*\bfrom ")(?!\.|node:)[^"\n]+(?=";$)/gmu, (name) => pathToFileURL(require.resolve(name)).href);
  return { ...module, javascript: located };
}

export interface BuiltLibrary {
  readonly modules: readonly NativeModule[];
  /** URL of the output of a module that is named from the root. */
  urlOf(file: string): string;
}

/**
 * @param out folder for the output, anywhere
 * @param sources texts in the place of files, named from the root
 * @throws TranslationError with what cannot be translated
 */
export function buildLibrary(out: string, sources?: ReadonlyMap<string, string>): BuiltLibrary {
  const modules = translateAll({ root: projectRoot, entries: [LIBRARY_ENTRY], ...(sources === undefined ? {} : { sources }) }).map(withLocatedPackages);
  writeModules(modules, { root: projectRoot, out });
  return { modules, urlOf: (file) => pathToFileURL(join(out, file.replace(/\.ts$/u, ".js"))).href };
}
