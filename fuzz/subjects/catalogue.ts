/**
 * All scenarios: those of the registry, those of a user's module, and the toy programs (which can be fuzzed, but are
 * not part of `verify`: many are violated by design).
 *
 * A user's module exports the systems that it defines, or a toy program as `program`.
 */
import { globSync } from "node:fs";
import { matchesGlob, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import { programSubject, scenarioSubject, type Subject } from "./subject.ts";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import { findToyProgram } from "#fuzz/programs/toy-programs.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import { scenarios as registeredScenarios, systems as registeredSystems } from "#fuzz/systems/all-systems.ts";
import { settingsWithout } from "#fuzz/systems/checks-off.ts";
import { generatedNames, generatedScenario } from "#fuzz/systems/generated-scenarios.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { visibleText } from "#reports/visible-text.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { isModulePath } from "#fuzz/host/command-path.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";
import { checkOwnModules } from "./check-own-modules.ts";
import { exportedToy, PROGRAMS_SYSTEM, toyOf } from "./toy-source.ts";
import { exportsSystem, importModule, systemsOfModule } from "./user-module.ts";

/** A scenario of the registry, or of a user's module. */
export interface ScenarioReference {
  readonly name: string;
  readonly system: string;
  /** Absolute path of the module that exports it; absent for a scenario of the registry. */
  readonly module?: string;
  /** Checks that its system switches off, with the reasons. */
  readonly without?: Readonly<Record<string, string>>;
  /** Whether its system is its scenarios: none are drawn, or none can be, from its operations. */
  readonly isFixed?: boolean;
}

export function allScenarios(): readonly ScenarioReference[] {
  return registeredScenarios.map(({ name, system }) => ({ name, system }));
}

/**
 * Resolves the words of a command line: names of scenarios or systems, and paths of modules.
 *
 * @param own modules whose scenarios have names like those of the registry; absolute paths
 * @returns each scenario once; for no words at all those of the own modules, or of the registry if there are none
 * @throws InputError that names the word and the known names
 */
export async function referencesOf(
  words: readonly string[],
  own: readonly string[] = [],
): Promise<readonly ScenarioReference[]> {
  if (words.length === 0 && own.length === 0) return allScenarios();
  const found = new Map<string, ScenarioReference>();
  for (const word of words.length === 0 ? own : words) {
    for (const reference of await meantBy(word, own))
      found.set(`${reference.module ?? ""}|${reference.name}`, reference);
  }
  return [...found.values()];
}

async function meantBy(word: string, own: readonly string[]): Promise<readonly ScenarioReference[]> {
  // `./stack.ts#two-*`: those scenarios of the module whose names match.
  const [path = "", pattern] = word.split("#");
  if (isModulePath(path)) {
    const found = isPattern(path) ? await scenariosOfModules(path) : await scenariosOfModule(resolve(path));
    const wanted = pattern === undefined ? found : found.filter(({ name, system }) => isMeant(pattern, name, system));
    if (wanted.length > 0) return wanted;
    const names = found.map(({ name }) => name);
    throw new InputError(`${visibleText(path)} has ${unknownName("scenario", pattern ?? "", names)}`);
  }
  const named = await Promise.all(own.map(scenariosOfModule));
  const all = [...named.flat(), ...allScenarios()];
  const matching = all.filter(({ name, system }) => name === word || system === word || isMeant(word, name, system));
  if (matching.length > 0) return matching;
  if (findToyProgram(word) !== undefined) return [{ name: word, system: PROGRAMS_SYSTEM }];
  throw new InputError(
    unknownName(
      "scenario",
      word,
      all.map(({ name }) => name),
      "quiesce list --only scenarios",
    ),
  );
}

function isPattern(word: string): boolean {
  return /[*?{[]/.test(word);
}

/** Matches the whole name, or the part after the system's. */
function isMeant(pattern: string, name: string, system: string): boolean {
  return isPattern(pattern)
    ? matchesGlob(name, pattern) || matchesGlob(name.slice(system.length + 1), pattern)
    : name === pattern || name === `${system}-${pattern}`;
}

/** The matching modules, without those that export nothing to check: the helpers beside structures. */
async function scenariosOfModules(pattern: string): Promise<readonly ScenarioReference[]> {
  const paths = globSync(pattern)
    .toSorted()
    .map((path) => resolve(path));
  const found: ScenarioReference[] = [];
  for (const path of paths) {
    const exported = await importModule(path);
    if (exportsSystem(exported) || exportedToy(exported) !== undefined) found.push(...(await scenariosOfModule(path)));
  }
  if (found.length > 0) return found;
  throw new InputError(
    `${visibleText(pattern)} matches ${paths.length === 0 ? "no file" : "no module that exports a system"}`,
  );
}

/**
 * The systems of a user's module, which is also searched for forgotten yields.
 *
 * @throws InputError if it cannot be used, or a yield is forgotten in it
 */
export async function ownSystems(path: string): Promise<readonly System[]> {
  const systems = await systemsOfModule(path);
  await checkOwnModules(pathToFileURL(path).href);
  return systems;
}

async function scenariosOfModule(path: string): Promise<readonly ScenarioReference[]> {
  const toy = exportedToy(await importModule(path));
  await checkOwnModules(pathToFileURL(path).href);
  if (toy !== undefined) return [{ name: toy.name, system: PROGRAMS_SYSTEM, module: path }];
  const systems = await systemsOfModule(path);
  for (const { scenarios } of systems) checkThereIsSomething(visibleText(path), scenarios);
  return systems.flatMap(({ name: system, scenarios, without, conformance }) => {
    // A system with declared scenarios may have operations for one thread alone, such as a queue's only consumer.
    const isFixed = conformance === undefined || scenarios.length > 0;
    const names = scenarios.length === 0 ? generatedNames(system, GENERATED_SEED) : scenarios.map(({ name }) => name);
    return names.map((name) => ({
      name,
      system,
      module: path,
      ...(without !== undefined && { without }),
      ...(isFixed && { isFixed }),
    }));
  });
}

/** Seed of the scenarios of a system that declares none: always the same. */
const GENERATED_SEED = 1;

/** @throws InputError if a scenario has no operations: nothing would be checked, and it would hold */
function checkThereIsSomething(module: string, scenarios: readonly Scenario[]): void {
  const empty = scenarios.find(({ threads }) => threads.every(({ operations }) => operations.length === 0));
  if (empty !== undefined)
    throw new InputError(`${module}: the scenario ${empty.name} has no operations, so there is nothing to check`);
}

/** A scenario, ready to run, replay and shrink. */
export interface Loaded {
  readonly subject: Subject;
  readonly checks: MachineSettings;
}

/** @throws InputError if the scenario no longer exists */
export async function loadScenario(reference: ScenarioReference): Promise<Loaded> {
  const { name, system, module } = reference;
  const exported = module === undefined ? undefined : await importModule(module);
  if (system === PROGRAMS_SYSTEM && (exported === undefined || exportedToy(exported) !== undefined)) {
    const toy = toyOf(name, exported);
    return { subject: programSubject({ name, system }, () => toy.create()), checks: toyChecks };
  }
  const found = await findScenario(reference);
  const subject = scenarioSubject(found.scenario, (scenario) => found.system.compile(scenario));
  return { subject, checks: settingsWithout(found.system.without) };
}

async function findScenario({
  name,
  system: systemName,
  module,
}: ScenarioReference): Promise<{ readonly scenario: Scenario; readonly system: System }> {
  const systems = module === undefined ? registeredSystems : await systemsOfModule(module);
  const system = systems.find((candidate) => candidate.name === systemName);
  const declared = system?.scenarios.find((candidate) => candidate.name === name);
  const scenario = declared ?? (system === undefined ? undefined : generatedScenario(system, name));
  if (scenario === undefined || system === undefined) throw new InputError(`no scenario "${visibleText(name)}"`);
  return { scenario: parseScenario(system, scenario), system };
}

/**
 * The strategies with these names, each once.
 *
 * @throws InputError that names the word and the known names
 */
export function strategiesNamed(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (name !== EXHAUSTIVE) strategyNamed(name);
  }
  return [...new Set(names)];
}
