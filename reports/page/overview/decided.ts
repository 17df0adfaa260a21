/** How scenarios were decided, and the sums of a system's row. */
import type { PageRun } from "../../page-data.ts";
import type { BugResult, CertificateResult, Result, ScenarioResult, StressResult, TraceResult } from "../../result.ts";

/** From the strongest to the weakest, then what is wrong. */
export const DECISIONS = ["explored", "in part", "fuzzed", "unknown", "violated"] as const;
export type Decision = (typeof DECISIONS)[number];

export const DECISION_TEXT: Readonly<Record<Decision, string>> = {
  explored: "explored to the end",
  "in part": "explored in part, then fuzzed",
  fuzzed: "fuzzed",
  unknown: "not decided",
  violated: "violated",
};

export function decisionOf({ verdict, searches }: ScenarioResult): Decision {
  if (verdict !== "holds") return verdict;
  if (searches.some(({ exhaustive }) => exhaustive)) return "explored";
  return searches.some(({ strategy }) => strategy === "exhaustive") ? "in part" : "fuzzed";
}

export interface SystemRow {
  readonly system: string;
  readonly scenarios: readonly ScenarioResult[];
  readonly decided: Readonly<Record<Decision, number>>;
  readonly traces: readonly TraceResult[];
  readonly bugs: readonly BugResult[];
  readonly certificates: readonly CertificateResult[];
  readonly stress: readonly StressResult[];
  readonly executions: number;
  /** Milliseconds of work; undefined where nobody measured. */
  readonly milliseconds: number | undefined;
}

/** A row for each system of the runs, in the order in which they come. */
export function systemRows(runs: readonly PageRun[]): readonly SystemRow[] {
  const results = runs.map(({ result }) => result);
  const systemOf = new Map(results.flatMap(({ scenarios }) => scenarios.map(({ name, system }) => [name, system])));
  const names = new Set(
    results.flatMap(({ scenarios, museum, certificates, stress }) =>
      [...scenarios, ...museum, ...certificates, ...stress].map(({ system }) => system),
    ),
  );
  const parts = runs.flatMap(({ timing }) => (timing === undefined ? [] : [timing.parts]));
  return [...names].map((system) => {
    const of = <T extends { readonly system: string }>(pick: (result: Result) => readonly T[]): T[] =>
      results.flatMap(pick).filter((one) => one.system === system);
    const scenarios = of((result) => result.scenarios);
    const bugs = of((result) => result.museum);
    const own = [...scenarios.map(({ name }) => name), ...bugs.map(({ slug }) => slug)];
    return {
      system,
      scenarios,
      decided: countsOf(scenarios),
      traces: results.flatMap(({ traces }) => traces).filter(({ scenario }) => systemOf.get(scenario) === system),
      bugs,
      certificates: of((result) => result.certificates),
      stress: of((result) => result.stress),
      executions: scenarios.flatMap(({ searches }) => searches).reduce((sum, { executions }) => sum + executions, 0),
      milliseconds:
        parts.length === 0
          ? undefined
          : own.reduce((sum, name) => sum + parts.reduce((all, part) => all + (part[name] ?? 0), 0), 0),
    };
  });
}

export function countsOf(scenarios: readonly ScenarioResult[]): Record<Decision, number> {
  const counts: Record<Decision, number> = { explored: 0, "in part": 0, fuzzed: 0, unknown: 0, violated: 0 };
  for (const scenario of scenarios) counts[decisionOf(scenario)]++;
  return counts;
}

/** What a run does not say anything about, in sentences. */
export function notCovered(runs: readonly PageRun[]): readonly string[] {
  const results = runs.map(({ result }) => result);
  const sum = (of: (result: Result) => number): number => results.reduce((all, result) => all + of(result), 0);
  const scenarios = results.flatMap((result) => result.scenarios);
  const counts = countsOf(scenarios);
  const unproved = counts["in part"] + counts.fuzzed;
  return [
    ...(results.some(({ finished }) => !finished) ? ["The run was stopped: what follows is partial."] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} of ${scenarios.length} scenarios are not decided.`] : []),
    ...(unproved > 0
      ? [
          `${unproved} of ${scenarios.length} scenarios were not explored to the end: that a search found nothing is no proof.`,
        ]
      : []),
    ...(scenarios.length > 0
      ? ["The memory of these scenarios is sequentially consistent; weaker memory is for explore and litmus."]
      : []),
    ...(sum(({ certificates }) => certificates.length) === 0 ? ["No small scope was certified."] : []),
    ...(sum(({ stress }) => stress.length) === 0 ? ["Nothing ran on real threads."] : []),
    ...(sum(({ museum }) => museum.length) === 0
      ? ["No known bug was put back: that the gate can fail was not shown."]
      : []),
  ];
}
