/**
 * The scenarios there are: those of the registry, those of a module of the user's own, and the toy programs (which can
 * be fuzzed, and are no part of `verify`: many are violated by design).
 *
 * A user's module exports the systems that it defines, or a toy program as `program`.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import { programSubject, scenarioSubject, type Subject } from "./subject.ts";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import { findToyProgram } from "#fuzz/programs/toy-programs.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import { scenarios as registeredScenarios, systems as registeredSystems } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { visibleText } from "#reports/visible-text.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";
import { checkOwnModules } from "./check-own-modules.ts";
import { exportedToy, PROGRAMS_SYSTEM, toyOf } from "./toy-source.ts";
import { importModule, systemsOfModule } from "./user-module.ts";

/** Where a scenario comes from: the registry, or a module of the user's own. */
export interface ScenarioReference {
  readonly name: string;
  readonly system: string;
  /** Absolute path of the module that exports it; absent for a scenario of the registry. */
  readonly module?: string;
}

export function allScenarios(): readonly ScenarioReference[] {
  return registeredScenarios.map(({ name, system }) => ({ name, system }));
}

/**
 * What the words of a command line mean: names of scenarios or of systems, and paths of modules.
 *
 * @param own modules whose scenarios have names as those of the registry have; absolute paths
 * @returns each scenario once; for no words at all those of the own modules, or of the registry if there are none
 * @throws InputError that names the word and what there is
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
  if (isModulePath(word)) return scenariosOfModule(resolve(word));
  const named = await Promise.all(own.map(scenariosOfModule));
  const all = [...named.flat(), ...allScenarios()];
  const matching = all.filter(({ name, system }) => name === word || system === word);
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

/** A word with a slash, or the ending of a module, is a path. */
function isModulePath(word: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(word);
}

async function scenariosOfModule(path: string): Promise<readonly ScenarioReference[]> {
  const toy = exportedToy(await importModule(path));
  await checkOwnModules(pathToFileURL(path).href);
  if (toy !== undefined) return [{ name: toy.name, system: PROGRAMS_SYSTEM, module: path }];
  const systems = await systemsOfModule(path);
  for (const { name, scenarios } of systems) checkThereIsSomething(visibleText(path), name, scenarios);
  return systems.flatMap(({ scenarios }) => scenarios.map(({ name, system }) => ({ name, system, module: path })));
}

/** @throws InputError if a system has no scenario, or one of them no operation: nothing would be checked, and all hold */
function checkThereIsSomething(module: string, system: string, scenarios: readonly Scenario[]): void {
  if (scenarios.length === 0)
    throw new InputError(`${module}: the system ${system} has no scenarios, so there is nothing to check`);
  const empty = scenarios.find(({ threads }) => threads.every(({ operations }) => operations.length === 0));
  if (empty !== undefined)
    throw new InputError(`${module}: the scenario ${empty.name} has no operations, so there is nothing to check`);
}

/** A scenario, ready to run, replay and shrink. */
export interface Loaded {
  readonly subject: Subject;
  readonly checks: MachineSettings;
}

/** @throws InputError if there is no such scenario any more */
export async function loadScenario(reference: ScenarioReference): Promise<Loaded> {
  const { name, system, module } = reference;
  const exported = module === undefined ? undefined : await importModule(module);
  if (system === PROGRAMS_SYSTEM && (exported === undefined || exportedToy(exported) !== undefined)) {
    const toy = toyOf(name, exported);
    return { subject: programSubject({ name, system }, () => toy.create()), checks: toyChecks };
  }
  const found = await findScenario(reference);
  return { subject: scenarioSubject(found.scenario, (scenario) => found.system.compile(scenario)), checks: {} };
}

async function findScenario({
  name,
  system: systemName,
  module,
}: ScenarioReference): Promise<{ readonly scenario: Scenario; readonly system: System }> {
  const systems = module === undefined ? registeredSystems : await systemsOfModule(module);
  const system = systems.find((candidate) => candidate.name === systemName);
  const scenario = system?.scenarios.find((candidate) => candidate.name === name);
  if (scenario === undefined || system === undefined) throw new InputError(`no scenario "${visibleText(name)}"`);
  return { scenario: parseScenario(system, scenario), system };
}

/**
 * The strategies of these names, each once.
 *
 * @throws InputError that names the word and what there is
 */
export function strategiesNamed(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (name !== EXHAUSTIVE) strategyNamed(name);
  }
  return [...new Set(names)];
}
