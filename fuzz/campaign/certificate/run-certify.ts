/** Explores small scenarios on a worker thread. */
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { certifiedSystem, scopeScenarios } from "#fuzz/subjects/scope-scenarios.ts";
import type { System } from "#fuzz/systems/system.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import { sizeName } from "#fuzz/systems/small-scenarios.ts";
import { certifyScenario } from "./certify-scenario.ts";
import type { CertifyOutcome, CertifyTask } from "./certify-task.ts";

/** The scenarios of the most recent scope. */
let kept: { readonly key: string; readonly system: System; readonly scenarios: readonly Scenario[] } | undefined;

async function scopeOfTask({ system: name, module, size }: CertifyTask): Promise<NonNullable<typeof kept>> {
  const key = `${module ?? ""} ${name} ${sizeName(size)}`;
  if (kept?.key === key) return kept;
  const system = await certifiedSystem(name, module);
  return (kept = { key, system, scenarios: scopeScenarios(system, size) });
}

/** @returns undefined if it was told to stop before the end */
export async function runCertify(task: CertifyTask, control: JobControl): Promise<CertifyOutcome[] | undefined> {
  const { system, scenarios } = await scopeOfTask(task);
  const outcomes: CertifyOutcome[] = [];
  for (const place of task.places) {
    const scenario = scenarios[place];
    if (scenario === undefined)
      throw new RangeError(`${task.system} has no scenario ${place} of size ${sizeName(task.size)}`);
    const outcome = await certifyScenario(system, scenario, place, task, control);
    if (outcome === undefined) return undefined;
    outcomes.push(outcome);
  }
  return outcomes;
}
