import { InputError } from "#fuzz/host/input-error.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { type ScopeSize, smallScenarios } from "#fuzz/systems/small-scenarios.ts";

/** Scenarios that one certificate may cover: more is no small scope. */
const SCENARIOS_MAX = 1_000_000;

/**
 * The scenarios of a registered system up to a size.
 *
 * @throws InputError if there is no such system, it has no certificates, or there are more scenarios than anybody
 * explores
 */
export function scopeScenarios(system: string, size: ScopeSize): readonly Scenario[] {
  const scenarios: Scenario[] = [];
  for (const scenario of smallScenarios(systemNamed(system), size)) {
    if (scenarios.length === SCENARIOS_MAX)
      throw new InputError(
        `certify: there are more than ${SCENARIOS_MAX} scenarios of that size; ask for fewer threads, operations or keys`,
      );
    scenarios.push(scenario);
  }
  return scenarios;
}
