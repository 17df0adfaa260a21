/** The museum as a part of a campaign: each known bug is put back, and must be found. */
import { hunt, type HuntReport } from "./hunt.ts";
import { type Bug, bugNamed, museumBugs } from "#fuzz/bugs/museum.ts";
import { statisticsOf } from "./hunt-statistics.ts";
import { EXHAUSTIVE } from "#fuzz/search/exhaustive-search.ts";
import { derivedSeed } from "#properties/random.ts";
import type { BugResult } from "#reports/result.ts";
import { scenarioSeed } from "../task.ts";

/**
 * Strategies that look for each bug, one after the other, until two have found it: a gate must not hang on one
 * strategy's luck. What the exhaustive search finds has few context switches, which makes it quick to shrink.
 */
const STRATEGIES = [EXHAUSTIVE, "pct3", "pos", "surw", "random"] as const;
const FINDERS_MIN = 2;

/** Executions that shrinking one counterexample may take. */
const SHRINK_MAX = 50_000;

/** The bugs of these systems, by slug, in the order of their names. */
export function bugsOf(systems: ReadonlySet<string>): readonly string[] {
  return museumBugs()
    .filter(({ system }) => systems.has(system))
    .map(({ slug }) => slug);
}

/** @returns undefined when the signal came first */
export async function huntBug(
  slug: string,
  seed: number,
  executionsMax: number,
  signal: AbortSignal,
): Promise<BugResult | undefined> {
  const bug = bugNamed(slug);
  const own = scenarioSeed(seed, slug);
  const searches = STRATEGIES.map((strategy, index) => ({ strategy, seed: derivedSeed(own, index) }));
  try {
    const report = await hunt(
      bug,
      { searches, executionsMax, catchesEnough: FINDERS_MIN, shrinkMax: SHRINK_MAX },
      signal,
    );
    return bugResult(bug, report);
  } catch (error) {
    if (signal.aborted) return undefined;
    // A patch that does not fit is the caller's to mend; whatever else goes wrong in patched code leaves the bug
    // unfound.
    if (error instanceof Error && error.name === "PatchError") throw error;
    const because = error instanceof Error ? error.message : String(error);
    return {
      slug,
      system: bug.system,
      scenario: bug.scenario,
      outcome: "missed",
      because: `the hunt itself fails: ${because}`,
    };
  }
}

/** What a hunt says of its bug. */
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
    because: `${because}; executions: ${executions.join(", ")}`,
    scenario: bug.scenario,
    ...(first?.violation !== undefined && {
      property: first.violation.property,
      strategy: first.strategy,
      executions: first.executions,
    }),
    ...(preemptions !== undefined && { preemptions }),
  };
}
