/** The same source on both targets, side by side: for tests that compare them. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Access } from "#impl/memory/access.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { parseModule, translateModule } from "./translate.ts";

/** The specifier of the access vocabulary in a source. */
const ACCESS_SPECIFIER = "access";

const SIMULATED_ACCESS = new URL("../../../impl/memory/access.ts", import.meta.url).href;
const NATIVE_ACCESS = new URL("../../../impl/native/atomics.ts", import.meta.url).href;

export interface BothTargets {
  readonly simulated: Readonly<Record<string, (...inputs: readonly number[]) => Access<unknown>>>;
  readonly native: Readonly<Record<string, (...inputs: readonly number[]) => unknown>>;
}

/**
 * Loads a module of procedures that imports the vocabulary from "access", unchanged and translated. Its files exist in
 * `folder` while they are loaded.
 *
 * @throws TranslationError if it cannot be translated
 */
export async function loadOnBothTargets(folder: string, name: string, source: string): Promise<BothTargets> {
  const module = parseModule(`${name}.ts`, source);
  const nothing = { exported: new Set<string>(), members: new Set<string>() };
  const { javascript } = translateModule(module, {
    isAccess: (specifier) => specifier === ACCESS_SPECIFIER,
    lookUp: () => nothing,
    rename: (specifier) => (specifier === ACCESS_SPECIFIER ? NATIVE_ACCESS : specifier),
    inlining: { atomics: NATIVE_ACCESS, placeOf: () => undefined },
  });
  const simulatedFile = join(folder, `${name}.ts`);
  const nativeFile = join(folder, `${name}.js`);
  writeWholeFile(simulatedFile, source.replaceAll(`"${ACCESS_SPECIFIER}"`, JSON.stringify(SIMULATED_ACCESS)));
  writeWholeFile(nativeFile, javascript);
  try {
    return {
      simulated: await import(pathToFileURL(simulatedFile).href),
      native: await import(pathToFileURL(nativeFile).href),
    };
  } finally {
    rmSync(simulatedFile);
    rmSync(nativeFile);
  }
}
