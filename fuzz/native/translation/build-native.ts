/**
 * Builds the native target: translates modules and all their imports, and writes them side by side as JavaScript with
 * source maps.
 *
 * Four modules of the simulated target are replaced: the access vocabulary by `Atomics`, the wait list by the engine's
 * own, the heap by one in cache lines, and structs by ones with their rare fields apart.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path/posix";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { RARE_FACTOR } from "#impl/native/native-struct.ts";
import type { FieldPlace } from "./inlining.ts";
import type { ModuleProcedures } from "./procedures.ts";
import { type ParsedModule, parseModule, proceduresOf, translateModule, type Translation } from "./translate.ts";

const ATOMICS_MODULE = "impl/native/atomics.ts";
const ACCESS_MODULE = "impl/memory/access.ts";

/** Target of a module's import on real threads; other imports are unchanged. */
type Replace = (target: string, importer: string) => string;

const REPLACED: Readonly<Record<string, string>> = {
  "impl/memory/heap.ts": "impl/native/native-heap.ts",
  "impl/memory/struct.ts": "impl/native/native-struct.ts",
  "impl/native/wait-list.ts": "impl/native/atomics-wait.ts",
};

export const nativeReplacements: Replace = (target, importer) => {
  if (target === ACCESS_MODULE)
    return importer.startsWith("impl/native/") ? ATOMICS_MODULE : "impl/native/native-access.ts";
  const replacement = REPLACED[target];
  return replacement === undefined || importer === replacement ? target : replacement;
};

export interface NativeBuild {
  /** The project's root, which module names are relative to. */
  readonly root: string;
  /** Modules to start from, such as `impl/native/peers.ts`. */
  readonly entries: readonly string[];
  /** Texts that replace files, by module name: how a patch is built. */
  readonly sources?: ReadonlyMap<string, string>;
  readonly replace?: Replace;
}

export interface NativeModule extends Translation {
  /** The module's name from the root; the output differs only in the suffix. */
  readonly file: string;
}

/**
 * Translates the entries and their imports, each once.
 *
 * @throws TranslationError with everything that cannot be translated
 * @throws Error of the file system for a missing module
 */
export function translateAll({
  root,
  entries,
  sources = new Map(),
  replace = nativeReplacements,
}: NativeBuild): readonly NativeModule[] {
  const parsed = new Map<string, ParsedModule>();
  const procedures = new Map<string, ModuleProcedures>();
  const parsedModule = (file: string): ParsedModule => {
    const module = parsed.get(file) ?? parseModule(file, sources.get(file) ?? readFileSync(join(root, file), "utf8"));
    parsed.set(file, module);
    return module;
  };
  const proceduresIn = (file: string): ModuleProcedures => {
    const known = procedures.get(file);
    if (known !== undefined) return known;
    procedures.set(file, { exported: new Set(), members: new Set() }); // for modules that import each other
    const found = proceduresOf(parsedModule(file), lookUpFrom(file));
    procedures.set(file, found);
    return found;
  };
  const lookUpFrom = (file: string) => (specifier: string) => {
    const target = resolved(file, specifier);
    return target === undefined ? undefined : proceduresIn(target);
  };

  const structs = new Map<string, Readonly<Record<string, unknown>>>();
  const structsIn = (file: string): Readonly<Record<string, unknown>> => {
    const known = structs.get(file) ?? loadStructs(root, file, parsedModule(file).source, sources.has(file));
    structs.set(file, known);
    return known;
  };

  const built: NativeModule[] = [];
  const waiting = [...entries];
  const asked = new Set(waiting);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const importer = file;
    const translation = translateModule(parsedModule(importer), {
      isAccess: (specifier) => resolved(importer, specifier) === ACCESS_MODULE,
      lookUp: lookUpFrom(importer),
      rename(specifier) {
        const target = resolved(importer, specifier);
        if (target === undefined) return specifier;
        const replaced = replace(target, importer);
        if (!asked.has(replaced)) waiting.push(replaced);
        asked.add(replaced);
        return specifierOf(importer, replaced);
      },
      inlining: {
        atomics: specifierOf(importer, ATOMICS_MODULE),
        placeOf(specifier, name, field) {
          const target = resolved(importer, specifier);
          return target === undefined ? undefined : placeIn(structsIn(target)[name], field);
        },
      },
    });
    built.push({ file: importer, ...translation });
  }
  return built;
}

const require = createRequire(import.meta.url);

/**
 * The exports of a module of structs, as run; empty for other modules, and for texts that differ from their file.
 */
function loadStructs(
  root: string,
  file: string,
  source: string,
  isChanged: boolean,
): Readonly<Record<string, unknown>> {
  return isChanged || !/\bstruct\(/u.test(source) ? {} : require(join(root, file));
}

function placeIn(found: unknown, field: string): FieldPlace | undefined {
  if (typeof found !== "object" || found === null || !("structName" in found) || field === "wordName") return undefined;
  const address: unknown = Reflect.get(found, field);
  if (typeof address !== "function") return undefined;
  const offset = Number(address(0));
  const together = Number(Reflect.get(found, "words")) - Number(Reflect.get(found, "rareWords") ?? 0);
  return offset < together ? { factor: 1, offset } : { factor: RARE_FACTOR, offset: offset - together };
}

/** The project's module that an import names; undefined for a package. */
function resolved(importer: string, specifier: string): string | undefined {
  if (!specifier.endsWith(".ts")) return undefined;
  return specifier.startsWith("#") ? specifier.slice(1) : join(dirname(importer), specifier);
}

function specifierOf(importer: string, target: string): string {
  const path = relative(dirname(importer), target).replace(/\.ts$/u, ".js");
  return path.startsWith(".") ? path : `./${path}`;
}

/**
 * Writes the modules below `out`: `<name>.js`, `<name>.js.map`.
 *
 * @throws InputError if the files cannot be written
 */
export function writeModules(
  modules: readonly NativeModule[],
  { root, out }: { readonly root: string; readonly out: string },
): void {
  for (const { file, javascript, map } of modules) {
    const output = join(out, file.replace(/\.ts$/u, ".js"));
    const mapFile = `${output}.map`;
    writeWholeFile(output, `${javascript}\n//# sourceMappingURL=${mapFile.slice(mapFile.lastIndexOf("/") + 1)}\n`);
    writeWholeFile(
      mapFile,
      JSON.stringify({ ...JSON.parse(map), sources: [relative(dirname(output), join(root, file))] }),
    );
  }
}
