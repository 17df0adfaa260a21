import { InputError } from "#fuzz/host/input-error.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { scopeOf } from "#fuzz/systems/derived-scope.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { visibleText } from "#reports/visible-text.ts";
import { systemsOfModule } from "./user-module.ts";
import { type ScopeSize, smallScenarios } from "#fuzz/systems/small-scenarios.ts";

/** Most scenarios of one certificate: more is no small scope. */
const SCENARIOS_MAX = 1_000_000;

/**
 * The system of that name, from the registry or from the user's module at that absolute path.
 *
 * @throws InputError if there is no such system
 */
export async function certifiedSystem(name: string, module: string | undefined): Promise<System> {
  if (module === undefined) return systemNamed(name);
  const found = (await systemsOfModule(module)).find((system) => system.name === name);
  if (found === undefined)
    throw new InputError(`certify: ${visibleText(module)} exports no system ${visibleText(name)}`);
  // A user's system without a scope gets a derived one; ours without one have no certificates.
  return { ...found, smallScope: scopeOf(found, KEYS_MAX) };
}

/** Variants of an operation in a derived scope. */
const KEYS_MAX = 2;

/**
 * The scenarios of a system up to a size.
 *
 * @throws InputError if it has no certificates, or has too many scenarios to explore
 */
export function scopeScenarios(system: System, size: ScopeSize): readonly Scenario[] {
  const scenarios: Scenario[] = [];
  for (const scenario of smallScenarios(system, size)) {
    if (scenarios.length === SCENARIOS_MAX)
      throw new InputError(
        `certify: there are more than ${SCENARIOS_MAX} scenarios of that size; ask for fewer threads, operations ` +
          "or keys",
      );
    scenarios.push(scenario);
  }
  return scenarios;
}
