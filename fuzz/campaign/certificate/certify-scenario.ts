/** Explores one small scenario to the end, and makes a trace of what it violates. */
import { projectRoot } from "#fuzz/bugs/museum.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import { exploreProgram } from "#fuzz/explore/explore-program.ts";
import { codeVersion } from "#fuzz/host/code-version.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import { scenarioSubject } from "#fuzz/subjects/subject.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { counterexampleOf } from "#fuzz/counterexample/counterexample.ts";
import type { CertifyOutcome } from "./certify.ts";

/** Executions that shrinking one counterexample may take. */
const SHRINK_MAX = 50_000;

/**
 * @param place of the scenario in its scope
 * @returns undefined if it was told to stop before the end
 * @throws Error if what is violated does not come back: the machine is then not as deterministic as it must be
 */
export async function certifyScenario(
  system: Pick<System, "name" | "operationSchema" | "limitsSchema" | "compile">,
  scenario: Scenario,
  place: number,
  executionsMax: number,
  shouldStop: () => boolean,
): Promise<CertifyOutcome | undefined> {
  const subject = scenarioSubject(scenario, (one) => system.compile(parseScenario(system, one)));
  let stopped = false;
  const ask = (): boolean => (stopped ||= shouldStop());
  const found = exploreProgram(subject.makeProgram(), { graphsMax: executionsMax, shouldStop: ask });
  if (stopped) return undefined;
  const { executions, blocked, histories, notExplorable, violation } = found;
  const row = { place, scenario: scenario.name, executions, blocked, histories };
  if (notExplorable !== undefined) return { ...row, kind: "unfinished", because: notExplorable };
  if (violation !== undefined) {
    const counterexample = await counterexampleOf(
      { subject, choices: violation.choices, codeVersion: codeVersion(projectRoot), strategy: EXHAUSTIVE, seed: 0 },
      { executionsMax: SHRINK_MAX },
    );
    const told = counterexample?.trace.violation;
    if (counterexample === undefined || told === undefined)
      throw new Error(`${scenario.name}: the violation that was found does not come back`);
    return {
      ...row,
      kind: "violated",
      violation: { property: told.property, because: told.because },
      trace: serialiseTrace(counterexample.trace),
    };
  }
  if (!found.complete)
    return {
      ...row,
      kind: "unfinished",
      because: `${scenario.name} has more than ${executionsMax.toLocaleString("en")} executions`,
    };
  return { ...row, kind: "explored" };
}
