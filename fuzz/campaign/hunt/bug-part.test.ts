import { expect, test } from "vitest";
import { bugNamed } from "#fuzz/bugs/museum.ts";
import { localEngine } from "../local-engine.fixture.ts";
import { bugPart, bugResult, bugsOf } from "./bug-part.ts";
import type { HuntReport, HuntTask } from "./hunt-task.ts";

const SLUG = "inetpeer-ipid-range-overlap";
const bug = bugNamed(SLUG);
const counterexample = { property: "linearizability", because: "no order", preemptions: bug.preemptionsMax };
const caught = {
  seed: 1,
  executions: 1200,
  accesses: 9,
  caught: true,
  violation: { property: "linearizability", because: "no order" },
};

function report(changes: Partial<HuntReport>): HuntReport {
  return {
    slug: SLUG,
    outcomes: [
      { strategy: "pct3", ...caught },
      { strategy: "pos", ...caught },
    ],
    counterexample,
    ...changes,
  };
}

test("a bug that two strategies find counts as found, with the first one's counterexample", () => {
  const result = bugResult(bug, report({}));
  expect(result).toMatchObject({
    slug: SLUG,
    outcome: "found",
    property: "linearizability",
    strategy: "pct3",
    executions: 1200,
    preemptions: bug.preemptionsMax,
  });
  expect(result.because).toBe(
    "linearizability in peers-identifiers with 0 preemptions; executions: pct3 1,200, pos 1,200",
  );
});

test("a bug found by one strategy or none, or with too many preemptions, counts as missed", () => {
  const silent = { strategy: "pos", seed: 1, executions: 20_000, accesses: 9, caught: false };
  const single = bugResult(bug, report({ outcomes: [{ strategy: "pct3", ...caught }, silent] }));
  expect(single.outcome).toBe("missed");
  expect(single.because).toMatch(/; executions: pct3 1,200, pos not in 20,000$/);
  const { counterexample: _, ...nothing } = report({ outcomes: [silent] });
  expect(bugResult(bug, nothing)).toMatchObject({ outcome: "missed" });
  expect(bugResult(bug, nothing).property).toBeUndefined();
  expect(bugResult(bug, report({ counterexample: { ...counterexample, preemptions: 1 } }))).toMatchObject({
    outcome: "missed",
    because: expect.stringContaining("with 1 preemption, where its patch allows 0;"),
  });
});

test("only bugs of the requested systems are hunted", () => {
  expect(bugsOf(new Set(["peers"])).map(({ slug }) => slug)).toContain(SLUG);
  expect(bugsOf(new Set())).toEqual([]);
});

test("a hunt that fails leaves its bug missed, with the reason", () => {
  expect(bugResult(bug, { slug: SLUG, outcomes: [], failed: "it cannot be loaded" })).toEqual({
    slug: SLUG,
    system: "peers",
    scenario: "peers-identifiers",
    outcome: "missed",
    because: "the hunt itself fails: it cannot be loaded",
  });
});

test("a bug is looked for until two strategies have found it, each from its own seed", async () => {
  const tasks: HuntTask[] = [];
  const engine = localEngine(1, {
    bug: (task) => {
      tasks.push(task);
      return report({});
    },
  });
  const files = { pathOf: String, save() {}, saveTrace: () => undefined };
  for (const seed of [1, 1, 2]) {
    const { perform } = engine.part(0);
    const result = await bugPart(bug, seed, 20_000).run({ ...files, perform, stopReason: engine.stopReason });
    expect(result).toMatchObject({ kind: "bug", bug: { outcome: "found" } });
  }
  const [first, again, other] = tasks;
  expect(first).toMatchObject({ bug: { slug: SLUG }, bounds: { executionsMax: 20_000, catchesEnough: 2 } });
  expect(new Set(first?.bounds.searches.map(({ seed }) => seed)).size).toBe(5);
  expect(again).toEqual(first);
  expect(other?.bounds.searches[0]?.seed).not.toBe(first?.bounds.searches[0]?.seed);
});
