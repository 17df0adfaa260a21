/** Explores small scenarios on a worker thread. */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { scopeScenarios } from "#fuzz/subjects/scope-scenarios.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { sizeName } from "#fuzz/systems/small-scenarios.ts";
import { certifyScenario } from "./certify-scenario.ts";
import type { CertifyOutcome, CertifyTask } from "./certify-task.ts";

/** The scenarios of the scope that was asked for last. */
let kept: { readonly key: string; readonly scenarios: readonly Scenario[] } | undefined;

function scenariosOf({ system, size }: CertifyTask): readonly Scenario[] {
  const key = `${system} ${sizeName(size)}`;
  if (kept?.key !== key) kept = { key, scenarios: scopeScenarios(system, size) };
  return kept.scenarios;
}

/** @returns undefined if it was told to stop before the end */
export async function runCertify(task: CertifyTask, control: JobControl): Promise<CertifyOutcome[] | undefined> {
  const scenarios = scenariosOf(task);
  const system = systemNamed(task.system);
  const outcomes: CertifyOutcome[] = [];
  for (const place of task.places) {
    const scenario = scenarios[place];
    if (scenario === undefined)
      throw new RangeError(`${task.system} has no scenario ${place} of size ${sizeName(task.size)}`);
    const outcome = await certifyScenario(system, scenario, place, task.executionsMax, control);
    if (outcome === undefined) return undefined;
    outcomes.push(outcome);
  }
  return outcomes;
}
