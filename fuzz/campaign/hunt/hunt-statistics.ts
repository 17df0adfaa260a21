import type { Bug } from "#fuzz/bugs/museum.ts";
import { countOf } from "#reports/searched-under.ts";
import type { HuntCounterexample, HuntReport } from "./hunt-task.ts";

/** The results of one strategy, over all seeds. */
export interface StrategyStatistics {
  readonly strategy: string;
  readonly searches: number;
  /** Searches that caught the bug. */
  readonly catches: number;
  /** Executions up to the catch, of the searches that caught it; absent if none did. The lower of two middle values. */
  readonly median?: number;
  readonly worst?: number;
  /** Accesses per execution, on average. */
  readonly accessesPerExecution: number;
}

export interface BugStatistics {
  readonly slug: string;
  readonly system: string;
  readonly scenario: string;
  readonly outcome: "found" | "missed";
  readonly because: string;
  readonly strategies: readonly StrategyStatistics[];
  /** Of the counterexample. */
  readonly preemptions?: number;
  /** Of the counterexample, if it was shrunk. */
  readonly accesses?: number;
  /** The text of its trace file, if it was shrunk. */
  readonly trace?: string;
  /** Empty unless it was shrunk. */
  readonly story: readonly string[];
}

/**
 * Sums up a hunt. The bug is found when `strategiesMin` strategies caught it from every seed, and its counterexample
 * has no more preemptions than the patch allows.
 */
export function statisticsOf(
  bug: Bug,
  { outcomes, counterexample, failed }: HuntReport,
  strategiesMin: number,
): BugStatistics {
  const names = [...new Set(outcomes.map(({ strategy }) => strategy))];
  const strategies = names.map((strategy) => {
    const own = outcomes.filter((outcome) => outcome.strategy === strategy);
    const executions = own
      .filter(({ caught }) => caught)
      .map((outcome) => outcome.executions)
      .toSorted((one, other) => one - other);
    const sum = (count: "accesses" | "executions"): number => own.reduce((total, outcome) => total + outcome[count], 0);
    const median = executions[Math.floor((executions.length - 1) / 2)];
    const worst = executions.at(-1);
    return {
      strategy,
      searches: own.length,
      catches: executions.length,
      ...(median === undefined || worst === undefined ? {} : { median, worst }),
      accessesPerExecution: Math.round(sum("accesses") / Math.max(1, sum("executions"))),
    };
  });
  const reliable = strategies.filter(({ catches, searches }) => catches === searches).length;
  const story = counterexample?.shrunk?.story ?? [];
  const parts = { slug: bug.slug, system: bug.system, scenario: bug.scenario, strategies, story };
  if (failed !== undefined) return { ...parts, outcome: "missed", because: `the hunt itself fails: ${failed}` };
  if (counterexample === undefined)
    return { ...parts, outcome: "missed", because: `${bug.caughtBy.join(" or ")} is not violated in ${bug.scenario}` };
  const { preemptions, shrunk } = counterexample;
  const found = {
    ...parts,
    preemptions,
    ...(shrunk !== undefined && { accesses: shrunk.accesses, trace: shrunk.trace }),
  };
  const because = foundText(bug.scenario, counterexample);
  if (reliable < strategiesMin)
    return {
      ...found,
      outcome: "missed",
      because: `${because}, but only ${reliable} of the strategies found it from every seed`,
    };
  if (preemptions > bug.preemptionsMax)
    return { ...found, outcome: "missed", because: `${because}, where its patch allows ${bug.preemptionsMax}` };
  return { ...found, outcome: "found", because };
}

function foundText(scenario: string, { property, preemptions, shrunk }: HuntCounterexample): string {
  const count = countOf(preemptions, "preemption");
  if (shrunk === undefined) return `${property} in ${scenario} with ${count}`;
  return `${property} in ${scenario}, shrunk to ${count} and ${shrunk.accesses.toLocaleString("en-US")} accesses`;
}
