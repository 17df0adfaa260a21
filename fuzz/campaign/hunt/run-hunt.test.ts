import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Bug, bugNamed } from "#fuzz/bugs/museum.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { workerPool } from "../worker-pool.ts";
import { statisticsOf } from "./hunt-statistics.ts";
import { type HuntBounds, type HuntReport, huntTask } from "./hunt-task.ts";

// One thread for all: a hunt must not disturb the next one.
const pool = workerPool(1);
afterAll(() => pool.close());

const SEARCHES = ["pct3", "pos"].map((strategy) => ({ strategy, seed: 1 }));

async function hunt(bug: Bug, bounds: HuntBounds): Promise<HuntReport> {
  const report = await pool.run({ kind: "bug", task: huntTask(bug, bounds) });
  if (report === undefined) throw new Error("it was stopped");
  return report;
}

const noGracePeriod = bugNamed("inetpeer-gc-worker-no-grace-period");

/** The bug with a patch that changes a comment only. */
const harmless: Bug = {
  ...noGracePeriod,
  patch: noGracePeriod.patch.replace(
    /--- a\/[\s\S]*/,
    "--- a/impl/sync/ticks.ts\n+++ b/impl/sync/ticks.ts\n@@ -1,1 +1,1 @@\n-/** Ticks of the clock: unsigned 32-bit numbers that wrap, kept in int32 words. */\n+/** Ticks. */\n",
  ),
};

test("a bug put back is caught with few preemptions, and the files stay as they are", async () => {
  const file = join(projectRoot, "impl/peers/invalidate.ts");
  const before = readFileSync(file, "utf8");
  const report = await hunt(noGracePeriod, { searches: SEARCHES, executionsMax: 20_000 });
  expect(report.outcomes.map(({ caught, violation }) => [caught, violation?.property])).toEqual([
    [true, "data-race"],
    [true, "data-race"],
  ]);
  expect(report.counterexample).toMatchObject({ property: "data-race", preemptions: 0 });
  expect(report.counterexample?.shrunk).toBeUndefined();
  expect(statisticsOf(noGracePeriod, report, 2)).toMatchObject({ outcome: "found", preemptions: 0, story: [] });
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("on request, the counterexample is shrunk, and its trace names the bug", async () => {
  const { counterexample } = await hunt(noGracePeriod, {
    searches: SEARCHES.slice(0, 1),
    executionsMax: 20_000,
    shrinkMax: 100_000,
  });
  expect(counterexample?.preemptions).toBe(0);
  expect(JSON.parse(counterexample?.shrunk?.trace ?? "")).toMatchObject({
    bug: noGracePeriod.slug,
    violation: { property: "data-race" },
  });
  expect(counterexample?.shrunk?.story[0]).toMatch(/^VIOLATED data-race: /);
});

test("without the bug the same hunt catches nothing, in the thread that has just caught it", async () => {
  const report = await hunt(harmless, { searches: SEARCHES, executionsMax: 500 });
  expect(report.outcomes.map(({ caught, violation, executions }) => [caught, violation, executions])).toEqual([
    [false, undefined, 500],
    [false, undefined, 500],
  ]);
  expect(statisticsOf(noGracePeriod, report, 2)).toMatchObject({
    outcome: "missed",
    because: "grace-period or memory-safety or data-race is not violated in peers-collector-against-old-root",
  });
});

test("a hunt gives the same report whatever its thread did before", async () => {
  const bounds = { searches: SEARCHES, executionsMax: 20_000 };
  const others = ["inetpeer-ipid-range-overlap", "ipoib-neigh-cookie-stale-pointer", "dst-free-without-grace"];
  const fresh = workerPool(1);
  const first = await fresh.run({ kind: "bug", task: huntTask(noGracePeriod, bounds) }).finally(fresh.close);
  for (const slug of others) await hunt(bugNamed(slug), bounds);
  expect(await hunt(noGracePeriod, bounds)).toEqual(first);
});

test("it stops hunting once enough searches have caught the bug", async () => {
  const { outcomes } = await hunt(bugNamed("inetpeer-ipid-range-overlap"), {
    searches: [...SEARCHES, ...SEARCHES],
    executionsMax: 100,
    catchesEnough: 2,
  });
  expect(outcomes).toHaveLength(2);
});

test("a patch that does not fit is a fault of the caller", async () => {
  const misfit = { ...harmless, patch: harmless.patch.replace("Ticks of the clock", "Something else") };
  const hunting = hunt(misfit, { searches: SEARCHES, executionsMax: 5 });
  await expect(hunting).rejects.toThrow(InputError);
  await expect(hunting).rejects.toThrow(
    /it does not apply to impl\/sync\/ticks\.ts: hunk 1 \(at line 1\) fits nowhere/,
  );
});

test("code that the patch breaks leaves the bug unfound, with the reason", async () => {
  const broken = { ...harmless, patch: harmless.patch.replace("+/** Ticks. */", "+throw new Error('broken by it');") };
  const report = await hunt(broken, { searches: SEARCHES, executionsMax: 5 });
  expect(report).toMatchObject({ outcomes: [], failed: "broken by it" });
  expect(statisticsOf(noGracePeriod, report, 2)).toMatchObject({
    outcome: "missed",
    because: "the hunt itself fails: broken by it",
  });
});

test("a hunt that is told to stop has no outcome", async () => {
  const own = workerPool(1);
  const task = huntTask(bugNamed("inetpeer-dtime-tearing"), {
    searches: [{ strategy: "random", seed: 1 }],
    executionsMax: 1e9,
  });
  const hunting = own.run({ kind: "bug", task });
  own.stop(() => {});
  expect(await hunting.finally(own.close)).toBeUndefined();
});

const found = { strategy: "pos", seed: 1, executions: 3, accesses: 30, caught: true };

test("a bug whose counterexample has more preemptions than its patch allows counts as missed", () => {
  const bug = bugNamed("inetpeer-ipid-range-overlap");
  const counterexample = { property: "linearizability", because: "", preemptions: 1 };
  expect(statisticsOf(bug, { slug: bug.slug, outcomes: [found], counterexample }, 1)).toMatchObject({
    outcome: "missed",
    because: "linearizability in peers-identifiers with 1 preemption, where its patch allows 0",
  });
});

test("median and worst are those of the searches that caught the bug", () => {
  const bug = bugNamed("inetpeer-ipid-range-overlap");
  const outcomes = [9, 1, 5, 100].map((executions, seed) => ({
    ...found,
    seed,
    executions,
    accesses: executions * 10,
    caught: executions < 100,
  }));
  const [pos] = statisticsOf(bug, { slug: bug.slug, outcomes }, 1).strategies;
  expect(pos).toEqual({ strategy: "pos", searches: 4, catches: 3, median: 5, worst: 9, accessesPerExecution: 10 });
});
