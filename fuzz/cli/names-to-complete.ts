import { museumBugs } from "#fuzz/bugs/museum.ts";
import { isCheckout } from "#fuzz/host/project-root.ts";
import { toyPrograms } from "#fuzz/programs/toy-programs.ts";
import { referencesOf } from "#fuzz/subjects/catalogue.ts";
import { scenarios, systems } from "#fuzz/systems/all-systems.ts";
import type { CommandName } from "./command-names.ts";
import { ownModules } from "./configured.ts";

/** The names that a command's first argument may be. */
export async function namesToComplete(): Promise<{ readonly [Name in CommandName]?: readonly string[] }> {
  const modules = await ownModules();
  const own = modules.length === 0 ? [] : await referencesOf([], modules);
  const systemNames = [...new Set(own.map(({ system }) => system)), ...systems.map(({ name }) => name)];
  const scenarioNames = [...own, ...scenarios].map(({ name }) => name);
  const programs = toyPrograms.map(({ name }) => name);
  return {
    verify: [...scenarioNames, ...systemNames],
    fuzz: [...scenarioNames, ...programs],
    explore: programs,
    certify: systemNames,
    ...(isCheckout && { bugs: museumBugs().map(({ slug }) => slug) }),
  };
}
