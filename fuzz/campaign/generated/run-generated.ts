import * as fc from "fast-check";
import { shrinkViolation } from "#fuzz/counterexample/explain-violation.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS, search } from "#fuzz/search/search.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { scenarioSubject } from "#fuzz/subjects/subject.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import { ScenarioError } from "#fuzz/systems/scenario-error.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import type { GeneratedOutcome, GeneratedTask } from "./generated-task.ts";

const INITIAL_MAX = 4;
const THREADS_MAX = 3;
const OPERATIONS_MAX = 4;

/** The scenario of that seed: operations, initial contents and limits drawn by the system's own arbitraries. */
export function generatedScenario(system: System, seed: number): Scenario {
  const arbitrary = fc.record({
    limits: system.limits,
    initial: fc.array(
      system.operations.filter((one) => system.isInitial(one)),
      { maxLength: INITIAL_MAX },
    ),
    threads: fc.array(fc.array(system.operations, { minLength: 1, maxLength: OPERATIONS_MAX }), {
      minLength: 2,
      maxLength: THREADS_MAX,
    }),
  });
  const [drawn] = fc.sample(arbitrary, { seed, numRuns: 1 });
  if (drawn === undefined) throw new Error(`${system.name}: seed ${seed} draws no scenario`);
  return {
    name: `${system.name}-generated-${seed}`,
    system: system.name,
    limits: drawn.limits,
    initial: drawn.initial,
    threads: drawn.threads.map((operations, index) => ({ name: `thread ${index + 1}`, operations })),
  };
}

/** @returns undefined when told to stop before the end */
export async function runGenerated(task: GeneratedTask, control: JobControl): Promise<GeneratedOutcome | undefined> {
  const system = systemNamed(task.system);
  return tryScenario(system, generatedScenario(system, task.seed), task, control);
}

/** Searches one scenario with each strategy until one finds a violation. */
export async function tryScenario(
  system: Pick<System, "name" | "operationSchema" | "limitsSchema" | "compile">,
  scenario: Scenario,
  task: Omit<GeneratedTask, "system">,
  control: JobControl,
): Promise<GeneratedOutcome | undefined> {
  const subject = scenarioSubject(scenario, (one) => system.compile(parseScenario(system, one)));
  let executions = 0;
  try {
    const machine = new Machine(subject.makeProgram());
    for (const strategy of task.strategies) {
      const found = search(machine, strategyNamed(strategy).create({ seed: task.seed }), {
        executionsMax: task.executionsMax,
        shouldStop: () => control.shouldStop(EXECUTIONS_BETWEEN_QUESTIONS),
      });
      executions += found.executions;
      if (found.kind === "stopped") return undefined;
      if (found.choices === undefined) continue;
      const { choices } = found;
      const explained = await shrinkViolation(
        { subject, choices, strategy, seed: task.seed, execution: found.executions },
        control,
      );
      return { kind: "violated", executions, trace: serialiseTrace(explained.trace) };
    }
    return { kind: "held", executions };
  } catch (error) {
    if (error instanceof ScenarioError) return { kind: "refused", executions: 0 };
    throw error;
  }
}
