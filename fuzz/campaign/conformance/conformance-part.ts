/** Conformance of a system, in one form, as a part of a campaign: one line among the scenarios. */
import { derivedSeed, namedSeed } from "#properties/random.ts";
import type { Counterexample, ScenarioResult } from "#reports/result.ts";
import type { Part, PartContext } from "../part.ts";
import { safeFileName } from "../safe-file-name.ts";
import type { ConformanceForm, ConformanceOutcome, ConformanceTask } from "./conformance-task.ts";

export interface ConformancePlan {
  readonly system: string;
  /** Absolute path of the module that exports the system; absent for one of the registry. */
  readonly module?: string;
  readonly form: ConformanceForm;
  /** Scenarios to draw. */
  readonly cases: number;
}

/** Scenarios of one job: enough to outweigh the warm-up, few enough to share. */
const CASES_PER_TASK = 50;

/** As a line of a report names it. */
export function conformanceName(system: string, form: ConformanceForm): string {
  return `${system}-conformance-${form}`;
}

/** @param seed of the campaign */
export function conformancePart(plan: ConformancePlan, seed: number): Part {
  const { system, form, cases } = plan;
  const name = conformanceName(system, form);
  return {
    name,
    work: { conformance: cases },
    async run(context) {
      const script = `traces/${safeFileName(name)}.repro.ts`;
      const outcomes = await outcomesOf(conformanceTasks(plan, seed, context.pathOf(script)), context);
      const violated = outcomes.find((outcome) => outcome?.kind === "violated");
      const reported = violated === undefined ? {} : report(name, violated, plan.module, context);
      const known = outcomes.filter((outcome) => outcome !== undefined);
      const isWhole = known.length === outcomes.length && known.every(({ kind }) => kind === "conforms");
      const scenario: ScenarioResult = {
        name,
        system,
        verdict: violated !== undefined ? "violated" : isWhole ? "holds" : "unknown",
        ...(violated === undefined && !isWhole && { because: context.stopReason() ?? "not searched to the end" }),
        seed: namedSeed(seed, name),
        searches: [
          {
            strategy: form === "sequential" ? "one-by-one" : "generated",
            exhaustive: false,
            executions: known.reduce((sum, { executions }) => sum + executions, 0),
            accesses: known.reduce((sum, { accesses }) => sum + accesses, 0),
          },
        ],
        ...(reported.counterexample !== undefined && { counterexample: reported.counterexample }),
      };
      return { kind: "scenario", scenario, ...(reported.saved !== undefined && { saved: reported.saved }) };
    },
  };
}

/**
 * In pieces, with seeds of their own.
 *
 * @param seed of the campaign
 */
export function conformanceTasks(
  { system, module, form, cases }: ConformancePlan,
  seed: number,
  scriptPath: string,
): readonly ConformanceTask[] {
  const own = namedSeed(seed, conformanceName(system, form));
  return Array.from({ length: Math.ceil(cases / CASES_PER_TASK) }, (_, piece) => ({
    system,
    ...(module !== undefined && { module }),
    form,
    seed: derivedSeed(own, piece),
    cases: Math.min(CASES_PER_TASK, cases - piece * CASES_PER_TASK),
    scriptPath,
  }));
}

/** Up to the first violation, in the order of the tasks. */
async function outcomesOf(
  tasks: readonly ConformanceTask[],
  { perform }: PartContext,
): Promise<readonly (ConformanceOutcome | undefined)[]> {
  const outcomes: (ConformanceOutcome | undefined)[] = tasks.map(() => undefined);
  await Promise.all(
    tasks.map(async (task, index) => {
      const isWanted = (): boolean => !outcomes.slice(0, index).some((outcome) => outcome?.kind === "violated");
      outcomes[index] = (await perform({ kind: "conformance", task }, { isWanted }))?.outcome;
    }),
  );
  const first = outcomes.findIndex((outcome) => outcome?.kind === "violated");
  return first === -1 ? outcomes : outcomes.slice(0, first + 1);
}

/** Writes the files of a violation. */
function report(
  name: string,
  { counterexample, trace, script }: ConformanceOutcome,
  module: string | undefined,
  { save, saveTrace }: PartContext,
): { readonly counterexample?: Counterexample; readonly saved?: string } {
  if (counterexample === undefined || trace === undefined) return {};
  const file = `traces/${safeFileName(name)}`;
  save(`${file}.trace.json`, trace);
  if (script !== undefined) save(`${file}.repro.ts`, script);
  const saved = saveTrace(trace, module);
  return {
    counterexample: {
      ...counterexample,
      trace: `${file}.trace.json`,
      ...(script !== undefined && { reproduction: `${file}.repro.ts` }),
    },
    ...(saved !== undefined && { saved }),
  };
}
