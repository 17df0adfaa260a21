/** The files of `quiesce bugs`: one for programs and the page, and a trace of each shrunk counterexample. */
import type { ReportFile } from "../page/update-page.ts";
import type { BugStatistics } from "./hunt-statistics.ts";

export interface HuntTerms {
  readonly seeds: readonly number[];
  readonly executions: number;
  readonly strategies: readonly string[];
}

/** The first is the one for programs. */
export function bugReports(terms: HuntTerms, hunted: readonly BugStatistics[]): readonly [ReportFile, ...ReportFile[]] {
  const traces: ReportFile[] = [];
  const bugs = hunted.map(({ trace, ...bug }) => {
    if (trace === undefined) return bug;
    const name = `bugs/${bug.slug}.trace.json`;
    traces.push({ name, text: trace });
    return { ...bug, trace: name };
  });
  return [{ name: "bugs.json", text: `${JSON.stringify({ ...terms, bugs }, null, 2)}\n` }, ...traces];
}
