/**
 * Draws scenarios of a system and runs them, on a worker thread. fast-check shrinks a violation, in operations and then
 * in values; it is then explained like a violation of any other scenario.
 */
import * as fc from "fast-check";
import { reproductionScript } from "#fuzz/counterexample/reproduction-script.ts";
import { shrinkViolation } from "#fuzz/counterexample/explain-violation.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import { scenarioSubject } from "#fuzz/subjects/subject.ts";
import { systemsOfModule } from "#fuzz/subjects/user-module.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { concurrentScenarios, sequentialScenarios } from "#fuzz/systems/conformance-scenarios.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import { ScenarioError } from "#fuzz/systems/scenario-error.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { type Checked, checkScenario, checkSequence, type FoundInScenario, SEQUENCE } from "./check-scenario.ts";
import type { ConformanceOutcome, ConformanceTask } from "./conformance-task.ts";

/** Scenarios that shrinking a violation may try. */
const SHRINKS_MAX = 2_000;

/** @throws InputError if the system does not exist */
export async function runConformance(
  task: ConformanceTask,
  control: JobControl,
): Promise<ConformanceOutcome | undefined> {
  const system = await systemOf(task);
  const drawn = drawAndCheck(system, task, control);
  const { cases, executions, accesses, violated } = drawn;
  const counts = { cases, executions, accesses };
  if (violated === undefined) return { kind: drawn.stopped ? "stopped" : "conforms", ...counts };
  return { kind: "violated", ...counts, ...(await explained(system, task, violated, control)) };
}

async function systemOf({ system: name, module }: ConformanceTask): Promise<System> {
  if (module === undefined) return systemNamed(name);
  const found = (await systemsOfModule(module)).find((system) => system.name === name);
  if (found === undefined) throw new InputError(`${module} exports no system "${name}" any more`);
  return found;
}

interface Drawn {
  readonly cases: number;
  readonly executions: number;
  readonly accesses: number;
  readonly stopped: boolean;
  readonly violated?: { readonly scenario: Scenario; readonly found: FoundInScenario };
}

/** Runs scenarios until one is violated, then smaller ones, up to `shrinksMax`. */
export function drawAndCheck(
  system: System,
  { form, seed, cases: casesMax }: Pick<ConformanceTask, "form" | "seed" | "cases">,
  control: Pick<JobControl, "shouldStop">,
  shrinksMax = SHRINKS_MAX,
): Drawn {
  const { conformance } = system;
  if (conformance === undefined) throw new InputError(`${system.name}: no scenario can be drawn from its operations`);
  const generated = { ...system, conformance };
  const arbitrary = form === "sequential" ? sequentialScenarios(generated) : concurrentScenarios(generated);
  let cases = 0;
  let executions = 0;
  let accesses = 0;
  let shrinks = 0;
  let stopped = false;
  let smallest: Drawn["violated"];
  const property = fc.property(arbitrary, (scenario) => {
    if (smallest !== undefined && ++shrinks > shrinksMax) return true;
    if ((stopped ||= control.shouldStop(0))) return true;
    const checked = checkIfPossible(system, scenario, form, seed);
    if (checked === undefined) return true;
    if (smallest === undefined) {
      cases++;
      executions += checked.executions;
      accesses += checked.accesses;
    }
    if (checked.found === undefined) return true;
    smallest = { scenario, found: checked.found };
    return false;
  });
  const { failed, errorInstance } = fc.check(property, { seed, numRuns: casesMax, endOnFailure: shrinksMax === 0 });
  // What a scenario violates is noted; what a check throws is no verdict.
  if (failed && smallest === undefined) throw errorInstance;
  const counts = { cases, executions, accesses, stopped };
  return smallest === undefined ? counts : { ...counts, violated: smallest };
}

/** Undefined if the system cannot perform the scenario. */
function checkIfPossible(
  system: System,
  scenario: Scenario,
  form: ConformanceTask["form"],
  seed: number,
): Checked | undefined {
  try {
    return checkScenario(() => system.compile(scenario), form, seed);
  } catch (error) {
    if (error instanceof ScenarioError) return undefined;
    throw error;
  }
}

/** The violation of a scenario, explained for a reader, and its files. */
async function explained(
  system: System,
  { form, seed, module, scriptPath }: ConformanceTask,
  { scenario, found }: NonNullable<Drawn["violated"]>,
  control: JobControl,
): Promise<Pick<ConformanceOutcome, "counterexample" | "trace" | "script">> {
  const subject = scenarioSubject(scenario, (one) => system.compile(parseScenario(system, one)));
  const sequence = form === "sequential" ? checkSequence(() => subject.makeProgram(), SEQUENCE).found : undefined;
  const { choices, strategy, execution } = sequence ?? found;
  const machine = form === "sequential" && { machine: SEQUENCE };
  const { counterexample, trace, recorded } = await shrinkViolation(
    { subject, choices, strategy, seed, execution, ...machine },
    control,
  );
  return {
    counterexample,
    trace: serialiseTrace(trace),
    ...(module === undefined && { script: reproductionScript(trace, recorded, scriptPath) }),
  };
}
