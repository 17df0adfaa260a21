/**
 * `quiesce.config.ts` in the root of a project: what is verified there, and how. Options of a command override it.
 */
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { visibleText } from "#reports/visible-text.ts";
import { InputError } from "./input-error.ts";
import { projectRoot } from "./project-root.ts";
import { knownNames } from "./unknown-name.ts";

/** What a `quiesce.config.ts` exports by default. */
export interface Configuration {
  /** Modules that export systems: paths from the file, or patterns such as `structures/*.ts`. */
  readonly modules?: readonly string[];
  /** How much `verify` searches. */
  readonly profile?: "quick" | "full" | "night";
  /** Of all randomness; a whole number up to 4,294,967,295. */
  readonly seed?: number;
  /** Reports that `verify` and `fuzz` write besides `result.json` and `timing.json`; all unless given. */
  readonly reporters?: readonly Reporter[];
  /** Memory models under which `explore` runs a program, one after the other; `sc` alone unless given. */
  readonly memoryModels?: readonly string[];
  /** Worker threads; as many as there are processors unless given. */
  readonly workers?: number;
  /** Folder of the reports, from the file; `reports/out` unless given. */
  readonly out?: string;
}

export const REPORTERS = ["junit", "sarif", "markdown"] as const;

export type Reporter = (typeof REPORTERS)[number];

/** Its names, in the order in which they are found. */
export const CONFIGURATION_FILES = [
  "quiesce.config.ts",
  "quiesce.config.mts",
  "quiesce.config.mjs",
  "quiesce.config.js",
];

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isWholeNumber = (value: unknown, min: number, max: number): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;

/** What each field must be. Names of profiles and models are looked up where the option of that name is. */
const FIELDS: { readonly [Field in keyof Required<Configuration>]: readonly [string, (value: unknown) => boolean] } = {
  modules: ["a list of paths", isList],
  profile: ["quick, full or night", isText],
  seed: ["a whole number from 0 to 4294967295", (value) => isWholeNumber(value, 0, 0xffff_ffff)],
  reporters: [
    `a list of ${REPORTERS.join(", ")}`,
    (value) => isList(value) && (value as string[]).every((name) => REPORTERS.some((known) => known === name)),
  ],
  memoryModels: ["a list of names", (value) => isList(value) && (value as string[]).length > 0],
  workers: ["a whole number from 1 to 64", (value) => isWholeNumber(value, 1, 64)],
  out: ["a folder", isText],
};

/** A configuration that was read. */
export interface ReadConfiguration extends Configuration {
  /** Absolute path of its file. */
  readonly file: string;
}

/**
 * The configuration of the project in the present folder, if it has one.
 *
 * @throws InputError if it cannot be loaded, or a field is unknown or is not what it must be
 */
export async function readConfiguration(root: string = projectRoot): Promise<ReadConfiguration | undefined> {
  const name = CONFIGURATION_FILES.find((file) => existsSync(join(root, file)));
  if (name === undefined) return undefined;
  const file = join(root, name);
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(file).href)) as { readonly default?: unknown }).default;
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";
    throw new InputError(`${name} cannot be loaded: ${visibleText(reason)}`, { cause: error });
  }
  if (typeof exported !== "object" || exported === null)
    throw new InputError(`${name} must export an object by default, such as { modules: ["structures/*.ts"] }`);
  for (const [field, value] of Object.entries(exported)) {
    if (!isField(field))
      throw new InputError(
        `${name}: there is no field "${visibleText(field)}"; ${knownNames(field, Object.keys(FIELDS))}`,
      );
    const [wanted, isRight] = FIELDS[field];
    if (value !== undefined && !isRight(value))
      throw new InputError(`${name}: ${field} is ${visibleText(JSON.stringify(value))}, and must be ${wanted}`);
  }
  return { ...exported, file };
}

function isField(name: string): name is keyof Configuration {
  return Object.hasOwn(FIELDS, name);
}

/**
 * Absolute paths of the modules that a configuration lists, each once, in order.
 *
 * @throws InputError for a pattern that no file fits
 */
export function configuredModules({ modules = [] }: Configuration, root: string = projectRoot): readonly string[] {
  const paths = modules.flatMap((pattern) => {
    const found = globSync(pattern, { cwd: root }).filter((path) => !/\.(test|spec|d)\.[cm]?ts$/.test(path));
    if (found.length === 0)
      throw new InputError(
        `quiesce.config: modules: there is no module "${visibleText(pattern)}" in ${visibleText(root)}`,
      );
    return found.toSorted().map((path) => join(root, path));
  });
  return [...new Set(paths)];
}
