/**
 * The scenarios there are: those of the registry, those of a module of the user's own, and the toy programs (which can
 * be fuzzed, and are no part of `verify`: many are violated by design).
 *
 * A user's module exports `systems` and `scenarios`, as the registry does, or a toy program as `program`.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import { programSubject, scenarioSubject, type Subject } from "./subject.ts";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import { findToyProgram } from "#fuzz/programs/toy-programs.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import { scenarios as registeredScenarios, systems as registeredSystems } from "#fuzz/systems/all-systems.ts";
import { parseScenario, type Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { visibleText } from "#reports/visible-text.ts";
import { CatalogueError } from "#fuzz/host/input-error.ts";
import { exportedToy, PROGRAMS_SYSTEM, toyOf } from "./toy-source.ts";

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
 * @returns each scenario once; those of the registry for no words at all
 * @throws CatalogueError that names the word and what there is
 */
export async function referencesOf(words: readonly string[]): Promise<readonly ScenarioReference[]> {
  if (words.length === 0) return allScenarios();
  const found = new Map<string, ScenarioReference>();
  for (const word of words) {
    for (const reference of await meantBy(word)) found.set(`${reference.module ?? ""}|${reference.name}`, reference);
  }
  return [...found.values()];
}

async function meantBy(word: string): Promise<readonly ScenarioReference[]> {
  if (isModulePath(word)) return scenariosOfModule(resolve(word));
  const all = allScenarios();
  const matching = all.filter(({ name, system }) => name === word || system === word);
  if (matching.length > 0) return matching;
  if (findToyProgram(word) !== undefined) return [{ name: word, system: PROGRAMS_SYSTEM }];
  throw new CatalogueError(
    `no scenario "${visibleText(word)}"; there are ${all.map(({ name }) => name).join(", ")}; "quiesce list" says more`,
  );
}

/** A word with a slash, or the ending of a module, is a path. */
function isModulePath(word: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(word);
}

async function scenariosOfModule(path: string): Promise<readonly ScenarioReference[]> {
  const exported = await importModule(path);
  const toy = exportedToy(exported);
  if (toy !== undefined) return [{ name: toy.name, system: PROGRAMS_SYSTEM, module: path }];
  const { scenarios } = readModule(path, exported);
  return scenarios.map(({ name, system }) => ({ name, system, module: path }));
}

/** A scenario, ready to run, replay and shrink. */
export interface Loaded {
  readonly subject: Subject;
  readonly checks: MachineSettings;
}

/** @throws CatalogueError if there is no such scenario any more */
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
  module,
}: ScenarioReference): Promise<{ readonly scenario: Scenario; readonly system: System }> {
  const { scenarios, systems } =
    module === undefined
      ? { scenarios: registeredScenarios, systems: registeredSystems }
      : readModule(module, await importModule(module));
  const scenario = scenarios.find((candidate) => candidate.name === name);
  const system = systems.find((candidate) => candidate.name === scenario?.system);
  if (scenario === undefined || system === undefined) throw new CatalogueError(`no scenario "${visibleText(name)}"`);
  return { scenario: parseScenario(system, scenario), system };
}

const Systems = z
  .array(
    z.custom<System>((value) => typeof value === "object" && value !== null && "compile" in value && "name" in value),
  )
  .min(1);
const Scenarios = z
  .array(
    z.custom<Scenario>((value) => typeof value === "object" && value !== null && "name" in value && "system" in value),
  )
  .min(1);

async function importModule(path: string): Promise<object> {
  const shown = visibleText(path);
  if (!existsSync(path))
    throw new CatalogueError(`there is no module ${shown}; name a file that exports "systems" and "scenarios"`);
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new CatalogueError(`${shown} cannot be loaded: ${firstLine(error)}`, { cause: error });
  }
}

function readModule(
  path: string,
  exported: object,
): { readonly systems: readonly System[]; readonly scenarios: readonly Scenario[] } {
  const shown = visibleText(path);
  const systems = Systems.safeParse("systems" in exported ? exported.systems : undefined);
  const scenarios = Scenarios.safeParse("scenarios" in exported ? exported.scenarios : undefined);
  if (!systems.success)
    throw new CatalogueError(`${shown} exports no "systems": a list of systems, each with a name and a compile`);
  if (!scenarios.success)
    throw new CatalogueError(`${shown} exports no "scenarios": a list of scenarios, each with a name and a system`);
  checkScenarios(shown, systems.data, scenarios.data);
  return { systems: systems.data, scenarios: scenarios.data };
}

function checkScenarios(module: string, systems: readonly System[], scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) {
    const system = systems.find(({ name }) => name === scenario.system);
    if (system === undefined) {
      const known = systems.map(({ name }) => name).join(", ");
      throw new CatalogueError(
        `${module}: the scenario "${visibleText(String(scenario.name))}" is of a system "${visibleText(String(scenario.system))}", and there are ${visibleText(known)}`,
      );
    }
    try {
      parseScenario(system, scenario);
    } catch (error) {
      throw new CatalogueError(`${module}: ${firstLine(error)}`, { cause: error });
    }
  }
}

function firstLine(error: unknown): string {
  return visibleText(String(error instanceof Error ? error.message : error).split("\n")[0] ?? "");
}

/**
 * The strategies of these names, each once.
 *
 * @throws CatalogueError that names the word and what there is
 */
export function strategiesNamed(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (name === EXHAUSTIVE) continue;
    try {
      strategyNamed(name);
    } catch (error) {
      throw new CatalogueError(firstLine(error), { cause: error });
    }
  }
  return [...new Set(names)];
}
