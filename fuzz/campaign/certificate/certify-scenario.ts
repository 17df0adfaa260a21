/** Explores one small scenario to the end, and explains its violation. */
import { shrinkViolation } from "#fuzz/counterexample/explain-violation.ts";
import { exploreProgram } from "#fuzz/explore/explore-program.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import { scenarioSubject } from "#fuzz/subjects/subject.ts";
import { settingsWithout } from "#fuzz/systems/checks-off.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import type { CertifyOutcome, CertifyTask } from "./certify-task.ts";

/**
 * @param place of the scenario in its scope
 * @returns undefined if it was told to stop before the end
 * @throws Error if the violation does not recur: the machine is then not as deterministic as it must be
 */
export async function certifyScenario(
  system: Pick<System, "name" | "operationSchema" | "limitsSchema" | "compile" | "without">,
  scenario: Scenario,
  place: number,
  { executionsMax, module }: Pick<CertifyTask, "executionsMax" | "module">,
  control: JobControl,
): Promise<CertifyOutcome | undefined> {
  const subject = scenarioSubject(scenario, (one) => system.compile(parseScenario(system, one)));
  let stopped = false;
  const explored = exploreProgram(subject.makeProgram(), {
    checks: settingsWithout(system.without),
    graphsMax: executionsMax,
    shouldStop: () => (stopped ||= control.shouldStop(0)),
  });
  if (stopped) return undefined;
  const { executions, blocked, histories, notExplorable, violation } = explored;
  control.shouldStop(executions + blocked);
  const row = { place, scenario: scenario.name, executions, blocked, histories };
  if (notExplorable !== undefined) return { ...row, kind: "unfinished", because: notExplorable };
  if (violation !== undefined) {
    const { choices } = violation;
    const execution = Math.max(1, executions);
    const machine = settingsWithout(system.without);
    const found = {
      subject,
      ...(Object.keys(machine).length > 0 && { machine }),
      choices,
      strategy: EXHAUSTIVE,
      seed: 0,
      execution,
      ...(module !== undefined && { module }),
    };
    const explained = await shrinkViolation(found, control);
    return {
      ...row,
      kind: "violated",
      counterexample: explained.counterexample,
      trace: serialiseTrace(explained.trace),
    };
  }
  if (!explored.complete)
    return {
      ...row,
      kind: "unfinished",
      because: `${scenario.name} has more than ${executionsMax.toLocaleString("en")} executions`,
    };
  return { ...row, kind: "explored" };
}
