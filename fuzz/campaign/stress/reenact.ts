/**
 * The part of a reenactment that runs in the patched code: this module and those it imports may be copies with a bug.
 */
import { counterexampleOf } from "#fuzz/counterexample/counterexample.ts";
import { codeVersion } from "#fuzz/host/code-version.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { serialiseTrace } from "#fuzz/machine/trace.ts";
import { hasSameHistory, type SimulatedOperation, stressScenario } from "#fuzz/native/stress-scenario.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS } from "#fuzz/search/search.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import { scenarioSubject } from "#fuzz/subjects/subject.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { ReenactmentOutcome, ReenactmentTask } from "./reenactment-task.ts";

const STRATEGIES = ["surw", "pos", "pct3", "random"];

const SEED = 1;

/** @returns undefined when told to stop */
export async function reenact(
  { name, history, bug, executionsMax }: ReenactmentTask,
  control: JobControl,
): Promise<ReenactmentOutcome | undefined> {
  const scenario = stressScenario(name, history);
  const system = systemNamed(scenario.system);
  const subject = scenarioSubject(scenario, (one: Scenario) => system.compile(parseScenario(system, one)));
  let executions = 0;
  for (const strategyName of STRATEGIES) {
    const heard = hearing(subject.makeProgram());
    const machine = new Machine(heard.program);
    const strategy = strategyNamed(strategyName).create({ seed: SEED });
    for (let i = 0; i < executionsMax; i++) {
      const violation = machine.run(strategy);
      executions++;
      if (executions % EXECUTIONS_BETWEEN_QUESTIONS === 0 && control.shouldStop(EXECUTIONS_BETWEEN_QUESTIONS))
        return undefined;
      if (violation?.property !== "linearizability" || !hasSameHistory(history, heard.threads())) continue;
      // Unshrunk: a smaller execution would have another history.
      const found = await counterexampleOf(
        {
          subject,
          choices: machine.choices.slice(0, machine.steps),
          codeVersion: codeVersion(packageRoot),
          strategy: strategyName,
          seed: SEED,
          ...(bug !== undefined && { bug: bug.slug }),
        },
        { executionsMax: 1, shouldStop: () => true },
      );
      return { executions, trace: found && serialiseTrace(found.trace) };
    }
  }
  return { executions, trace: undefined };
}

/** A program whose history is recorded, execution by execution. */
function hearing(program: Program): {
  readonly program: Program;
  threads(): readonly (readonly SimulatedOperation[])[];
} {
  const { history } = program;
  if (history === undefined) throw new Error(`${program.name} has no history`);
  let at = 0;
  let threads: SimulatedOperation[][] = [];
  return {
    threads: () => threads,
    program: {
      ...program,
      history: {
        property: history.property,
        reset() {
          at = 0;
          threads = program.threads.map(() => []);
          history.reset();
        },
        invoke(thread, operation) {
          threads[thread]?.push({ invokedAt: at++, respondedAt: undefined, response: undefined });
          history.invoke(thread, operation);
        },
        respond(thread, response) {
          const open = threads[thread]?.pop();
          if (open !== undefined) threads[thread]?.push({ ...open, respondedAt: at++, response });
          return history.respond(thread, response);
        },
        ...(history.setUpBegins !== undefined && { setUpBegins: () => history.setUpBegins?.() }),
        ...(history.setUpEnds !== undefined && { setUpEnds: (words: Int32Array) => history.setUpEnds?.(words) }),
      },
    },
  };
}
