/** The violations of a system's scenarios, for tests. */
import { Machine } from "#fuzz/machine/machine.ts";
import { searchNamed } from "#fuzz/search/named-search.ts";
import { generatedNames, generatedScenario } from "#fuzz/systems/generated-scenarios.ts";
import type { System } from "#fuzz/systems/system.ts";

/** Maximum number of executions of an exploration; larger scenarios are searched. */
const EXECUTIONS_MAX = 3_000;

/** `property because (scenario)` for each scenario that violates something: those declared, or drawn. */
export function decideAll(system: System): readonly string[] {
  const drawn = generatedNames(system.name, 1).flatMap((name) => generatedScenario(system, name) ?? []);
  const scenarios = system.scenarios.length > 0 ? system.scenarios : drawn;
  return scenarios.flatMap((scenario) => {
    const makeProgram = () => system.compile(scenario);
    const searched = { makeProgram, machine: () => new Machine(makeProgram()), checks: {} };
    for (const strategy of ["exhaustive", "random", "pct3"]) {
      const { kind, violation } = searchNamed(strategy, searched, { seed: 1, executionsMax: EXECUTIONS_MAX });
      if (violation !== undefined) return [`${violation.property} ${violation.because} (${scenario.name})`];
      if (kind === "exhausted") return [];
    }
    return [];
  });
}
