/** The sums of a system's row. */
import { countsOf, type Decision } from "../../not-covered.ts";
import type { PageRun } from "../../page-data.ts";
import type { BugResult, CertificateResult, Result, ScenarioResult, StressResult, TraceResult } from "../../result.ts";

export interface SystemRow {
  readonly system: string;
  readonly scenarios: readonly ScenarioResult[];
  readonly decided: Readonly<Record<Decision, number>>;
  readonly traces: readonly TraceResult[];
  readonly bugs: readonly BugResult[];
  readonly certificates: readonly CertificateResult[];
  readonly stress: readonly StressResult[];
  readonly executions: number;
  /** Milliseconds of work; undefined if not measured. */
  readonly milliseconds: number | undefined;
}

/** A row for each system of the runs, in the order of their appearance. */
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
