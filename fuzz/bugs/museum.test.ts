import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scenarios } from "#fuzz/systems/all-systems.ts";
import { hunt } from "#fuzz/campaign/hunt/hunt.ts";
import { bugNamed, museumBugs, projectRoot } from "./museum.ts";
import { applyToModules } from "./patch.ts";
import { statisticsOf } from "#fuzz/campaign/hunt/hunt-statistics.ts";

const SEARCHES = ["pct3", "pos"].map((strategy) => ({ strategy, seed: 1 }));

test("every patch of the museum fits the present code and names a scenario there is", () => {
  const names = new Set(scenarios.map(({ name }) => name));
  for (const bug of museumBugs()) {
    expect(applyToModules(bug.slug, bug.patch, projectRoot).sources.size, bug.slug).toBeGreaterThan(0);
    expect(names, bug.slug).toContain(bug.scenario);
  }
});

test("an unknown bug is refused with the names of those there are", () => {
  expect(() => bugNamed("nope")).toThrow(/^no bug "nope"; there are .*\binetpeer-/);
});

test("a bug put back is caught, shrunk, and its trace names it", async () => {
  const bug = bugNamed("inetpeer-gc-worker-no-grace-period");
  const before = readFileSync(fileURLToPath(new URL("../../impl/peers/invalidate.ts", import.meta.url)), "utf8");
  const report = await hunt(bug, { searches: SEARCHES, executionsMax: 20_000, shrinkMax: 100_000 });
  expect(report.outcomes.map(({ caught, violation }) => [caught, violation?.property])).toEqual([
    [true, "grace-period"],
    [true, "grace-period"],
  ]);
  expect(report.counterexample?.preemptions).toBe(1);
  expect(JSON.parse(report.counterexample?.trace ?? "")).toMatchObject({
    bug: bug.slug,
    violation: { property: "grace-period" },
  });
  expect(statisticsOf(bug, report, 2)).toMatchObject({ outcome: "found", preemptions: 1 });
  expect(readFileSync(fileURLToPath(new URL("../../impl/peers/invalidate.ts", import.meta.url)), "utf8")).toBe(before);
});

test("without the patch the same hunt catches nothing, and the gate says that the bug was missed", async () => {
  const bug = bugNamed("inetpeer-gc-worker-no-grace-period");
  // A patch that changes a comment only.
  const harmless = {
    ...bug,
    patch: bug.patch.replace(
      /--- a\/[\s\S]*/,
      "--- a/impl/sync/ticks.ts\n+++ b/impl/sync/ticks.ts\n@@ -1,1 +1,1 @@\n-/** Ticks of the clock: unsigned 32-bit numbers that wrap round, kept in int32 words. */\n+/** Ticks. */\n",
    ),
  };
  const report = await hunt(harmless, { searches: SEARCHES, executionsMax: 500 });
  expect(report.outcomes.every(({ caught, violation }) => !caught && violation === undefined)).toBe(true);
  expect(statisticsOf(bug, report, 2)).toMatchObject({
    outcome: "missed",
    because: "grace-period or memory-safety is not violated in peers-collector-against-old-root",
  });
});

test("a search stops hunting once enough have caught the bug", async () => {
  const { outcomes } = await hunt(bugNamed("inetpeer-ipid-range-overlap"), {
    searches: [...SEARCHES, ...SEARCHES],
    executionsMax: 100,
    catchesEnough: 2,
  });
  expect(outcomes).toHaveLength(2);
});

test("a hunt that is called off ends its thread", async () => {
  const controller = new AbortController();
  const hunting = hunt(
    bugNamed("inetpeer-dtime-tearing"),
    { searches: [{ strategy: "random", seed: 1 }], executionsMax: 1e9 },
    controller.signal,
  );
  controller.abort();
  await expect(hunting).rejects.toThrow("was stopped");
});

test("a bug that shrinks to more preemptions than its patch says counts as missed", () => {
  const bug = bugNamed("inetpeer-ipid-range-overlap");
  const outcome = { strategy: "pos", seed: 1, executions: 3, accesses: 30, caught: true };
  const counterexample = {
    property: "linearizability",
    because: "",
    accesses: 6,
    preemptions: 1,
    trace: "",
    story: [],
  };
  expect(statisticsOf(bug, { slug: bug.slug, outcomes: [outcome], counterexample }, 1)).toMatchObject({
    outcome: "missed",
  });
});

test("median and worst are those of the searches that caught the bug", () => {
  const bug = bugNamed("inetpeer-ipid-range-overlap");
  const outcomes = [9, 1, 5, 100].map((executions, seed) => ({
    strategy: "pos",
    seed,
    executions,
    accesses: executions * 10,
    caught: executions < 100,
  }));
  const [pos] = statisticsOf(bug, { slug: bug.slug, outcomes }, 1).strategies;
  expect(pos).toEqual({ strategy: "pos", searches: 4, catches: 3, median: 5, worst: 9, accessesPerExecution: 10 });
});
