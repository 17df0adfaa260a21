/** The museum as a part of a campaign: each known bug is put back, and must be found. */
import { type Bug, museumBugs } from "#fuzz/bugs/museum.ts";
import { derivedSeed, namedSeed } from "#properties/random.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import type { BugResult } from "#reports/result.ts";
import type { Part } from "../part.ts";
import { type HuntReport, huntTask } from "./hunt-task.ts";
import { statisticsOf } from "./hunt-statistics.ts";

/**
 * Strategies that look for each bug, one after the other, until two have found it: a gate must not depend on one
 * strategy's luck. The exhaustive search finds counterexamples with few preemptions.
 */
const STRATEGIES = [EXHAUSTIVE, "pct3", "pos", "surw", "random"] as const;
const FINDERS_MIN = 2;

/** The bugs of these systems, in the order of their names. */
export function bugsOf(systems: ReadonlySet<string>): readonly Bug[] {
  return museumBugs().filter(({ system }) => systems.has(system));
}

/**
 * @param seed of the campaign
 * @param executionsMax bound within which each search must find the bug
 */
export function bugPart(bug: Bug, seed: number, executionsMax: number): Part {
  const own = namedSeed(seed, bug.slug);
  const searches = STRATEGIES.map((strategy, index) => ({ strategy, seed: derivedSeed(own, index) }));
  return {
    name: bug.slug,
    work: { bug: 1 },
    async run({ perform }) {
      const task = huntTask(bug, { searches, executionsMax, catchesEnough: FINDERS_MIN });
      const done = await perform({ kind: "bug", task });
      return done && { kind: "bug", bug: bugResult(bug, done.outcome) };
    },
  };
}

/** The hunt's report on its bug. */
export function bugResult(bug: Bug, report: HuntReport): BugResult {
  const { outcome, because, preemptions } = statisticsOf(bug, report, FINDERS_MIN);
  const first = report.outcomes.find(({ caught }) => caught);
  const executions = report.outcomes.map(
    (one) => `${one.strategy} ${one.caught ? "" : "not in "}${one.executions.toLocaleString("en-US")}`,
  );
  return {
    slug: bug.slug,
    system: bug.system,
    outcome,
    because: executions.length === 0 ? because : `${because}; executions: ${executions.join(", ")}`,
    scenario: bug.scenario,
    ...(first?.violation !== undefined && {
      property: first.violation.property,
      strategy: first.strategy,
      executions: first.executions,
    }),
    ...(preemptions !== undefined && { preemptions }),
  };
}
