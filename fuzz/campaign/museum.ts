/** The museum as a part of a campaign: each known bug is put back, and must be found. */
import { bugNamed, museumBugs } from "#fuzz/bugs/museum.ts";
import { hunt, type HuntOutcome } from "#fuzz/bugs/hunt.ts";
import { derivedSeed } from "#fuzz/random.ts";
import type { BugResult } from "#reports/result.ts";
import { countOf } from "#reports/verdict-line.ts";
import { scenarioSeed } from "./task.ts";

/** Strategies that look for each bug; two of them must find it, so that a gate does not hang on one strategy's luck. */
const STRATEGIES = ["random", "pct3", "pos", "surw"] as const;

const FINDERS_MIN = 2;

/** The bugs of these systems, by slug, in the order of their names. */
export function bugsOf(systems: ReadonlySet<string>): readonly string[] {
  return museumBugs()
    .filter(({ system }) => systems.has(system))
    .map(({ slug }) => slug);
}

/** @returns undefined when the signal came first */
export async function huntBug(slug: string, seed: number, executionsMax: number, signal: AbortSignal): Promise<BugResult | undefined> {
  const bug = bugNamed(slug);
  const own = scenarioSeed(seed, slug);
  const searches = STRATEGIES.map((strategy, index) => ({ strategy, seed: derivedSeed(own, index) }));
  try {
    const { outcomes } = await hunt(bug, { searches, executionsMax }, signal);
    return bugResult(slug, bug.system, bug.scenario, bug.caughtBy, outcomes);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof Error && error.name === "PatchError") throw error;
    const because = error instanceof Error ? error.message : String(error);
    return { slug, system: bug.system, scenario: bug.scenario, outcome: "missed", because: `the hunt itself fails: ${because}` };
  }
}

export function bugResult(slug: string, system: string, scenario: string, caughtBy: readonly string[], outcomes: readonly HuntOutcome[]): BugResult {
  const caught = outcomes.filter((outcome) => outcome.caught).toSorted((one, other) => one.executions - other.executions);
  const [first] = caught;
  const start = { slug, system, scenario };
  if (first === undefined || caught.length < FINDERS_MIN) return { ...start, outcome: "missed", because: missedText(caughtBy, caught, outcomes) };
  const others = caught.slice(1).map(({ strategy, executions }) => `${strategy} ${executions.toLocaleString("en-US")}`);
  return {
    ...start,
    outcome: "found",
    because: `${first.violation?.property ?? ""} in ${scenario}: ${first.strategy} after ${countOf(first.executions, "execution")}; ${others.join(", ")}`,
    property: first.violation?.property ?? "",
    strategy: first.strategy,
    executions: first.executions,
  };
}

function missedText(caughtBy: readonly string[], caught: readonly HuntOutcome[], outcomes: readonly HuntOutcome[]): string {
  const others = outcomes.filter((outcome) => !outcome.caught && outcome.violation !== undefined).map(({ strategy, violation }) => `${strategy} found ${violation?.property ?? ""} instead`);
  const tried = outcomes.map(({ strategy, executions }) => `${strategy} ${executions.toLocaleString("en-US")}`).join(", ");
  const by = caught.map(({ strategy }) => strategy).join(", ");
  const start = caught.length === 0 ? `${caughtBy.join(" or ")} is not violated` : `only ${by} finds it, and ${FINDERS_MIN} strategies must`;
  return [`${start} in so many executions: ${tried}`, ...others].join("; ");
}
