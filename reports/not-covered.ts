/** How scenarios were decided, and what a run does not cover. */
import type { Result, ScenarioResult } from "./result.ts";

/** From the strongest to the weakest, then violations. */
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

export function countsOf(scenarios: readonly ScenarioResult[]): Record<Decision, number> {
  const counts: Record<Decision, number> = { explored: 0, "in part": 0, fuzzed: 0, unknown: 0, violated: 0 };
  for (const scenario of scenarios) counts[decisionOf(scenario)]++;
  return counts;
}

/** What a run does not cover, in sentences. */
export function notCovered(results: readonly Result[]): readonly string[] {
  const sum = (of: (result: Result) => number): number => results.reduce((all, result) => all + of(result), 0);
  const scenarios = results.flatMap((result) => result.scenarios);
  const counts = countsOf(scenarios);
  const unproved = counts["in part"] + counts.fuzzed;
  return [
    ...(results.some(({ finished }) => !finished) ? ["The run was stopped: what follows is partial."] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} of ${scenarios.length} scenarios are not decided.`] : []),
    ...(unproved > 0
      ? [
          `${unproved} of ${scenarios.length} scenarios were not explored to the end: ` +
            "that a search found nothing is no proof.",
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
