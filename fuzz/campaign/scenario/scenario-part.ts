/** A scenario as a part of a campaign: decided by its searches, with its violation explained. */
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import type { Counterexample, ScenarioResult } from "#reports/result.ts";
import { searchedUnder } from "#reports/searched-under.ts";
import type { Part, PartContext } from "../part.ts";
import type { Profile } from "../profile.ts";
import { safeFileName } from "../safe-file-name.ts";
import { type Decision, decideScenario } from "./decide-scenario.ts";
import { tasksOf } from "./search-task.ts";

/** @param seed of the campaign */
export function scenarioPart(scenario: ScenarioReference, profile: Profile, seed: number): Part {
  const executions = tasksOf(scenario, profile, seed).reduce((sum, { executionsMax }) => sum + executionsMax, 0);
  return {
    name: scenario.name,
    work: { search: executions },
    async run(context) {
      const decision = await decideScenario(scenario, profile, seed, context.perform);
      const { counterexample, saved } = await explained(decision, context);
      const result = scenarioResult(decision, counterexample, context.stopReason());
      return { kind: "scenario", scenario: result, ...(saved !== undefined && { saved }) };
    },
  };
}

interface Explained {
  readonly counterexample?: Counterexample;
  /** Path of the trace saved for later runs. */
  readonly saved?: string;
}

/** Shrinks a violation, and writes its files. */
async function explained(
  { violated, scenario }: Decision,
  { perform, pathOf, save, saveTrace }: PartContext,
): Promise<Explained> {
  if (violated?.outcome.choices === undefined) return {};
  const name = `traces/${safeFileName(scenario.name)}`;
  const task = {
    search: violated.task,
    execution: violated.outcome.executions,
    choices: violated.outcome.choices,
    scriptPath: pathOf(`${name}.repro.ts`),
  };
  // A violation found just before the end is still explained.
  const done = await perform({ kind: "explanation", task }, { evenWhenStopped: true });
  if (done === undefined) return {};
  const { counterexample, trace, script } = done.outcome;
  save(`${name}.trace.json`, trace);
  save(`${name}.repro.ts`, script);
  const saved = saveTrace(trace, scenario.module);
  return {
    counterexample: { ...counterexample, trace: `${name}.trace.json`, reproduction: `${name}.repro.ts` },
    ...(saved !== undefined && { saved }),
  };
}

function scenarioResult(
  { scenario, verdict, seed, searches, because }: Decision,
  counterexample: Counterexample | undefined,
  stopped: string | undefined,
): ScenarioResult {
  const why = verdict === "unknown" ? (because ?? stopped ?? "not searched to the end") : undefined;
  return {
    name: scenario.name,
    system: scenario.system,
    verdict,
    ...(why !== undefined && { because: why }),
    under: searchedUnder(searches, scenario.without),
    ...(scenario.without !== undefined && { without: scenario.without }),
    seed,
    searches: [...searches],
    ...(counterexample !== undefined && { counterexample }),
  };
}
