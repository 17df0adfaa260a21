import { expect, test } from "vitest";
import type { HuntReport } from "./hunt.ts";
import { bugNamed } from "#fuzz/bugs/museum.ts";
import { bugResult, bugsOf, huntBug } from "./hunt-bug.ts";

const SLUG = "inetpeer-ipid-range-overlap";
const bug = bugNamed(SLUG);
const counterexample = {
  property: "linearizability",
  because: "no order",
  accesses: 6,
  preemptions: bug.preemptionsMax,
  trace: "",
  story: [],
};
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

test("a bug that two strategies find counts as found, with what the first one did", () => {
  const result = bugResult(bug, report({}));
  expect(result).toMatchObject({
    slug: SLUG,
    outcome: "found",
    property: "linearizability",
    strategy: "pct3",
    executions: 1200,
    preemptions: bug.preemptionsMax,
  });
  expect(result.because).toMatch(/; executions: pct3 1,200, pos 1,200$/);
});

test("one that a single strategy finds, that none finds, or that shrinks too little counts as missed", () => {
  const silent = { strategy: "pos", seed: 1, executions: 20_000, accesses: 9, caught: false };
  const single = bugResult(bug, report({ outcomes: [{ strategy: "pct3", ...caught }, silent] }));
  expect(single.outcome).toBe("missed");
  expect(single.because).toMatch(/; executions: pct3 1,200, pos not in 20,000$/);
  const { counterexample: _, ...nothing } = report({ outcomes: [silent] });
  expect(bugResult(bug, nothing)).toMatchObject({ outcome: "missed" });
  expect(bugResult(bug, nothing).property).toBeUndefined();
  expect(
    bugResult(bug, report({ counterexample: { ...counterexample, preemptions: bug.preemptionsMax + 1 } })).outcome,
  ).toBe("missed");
});

test("bugs are those of the systems asked for", () => {
  expect(bugsOf(new Set(["peers"]))).toContain(SLUG);
  expect(bugsOf(new Set())).toEqual([]);
});

test("a hunt in a thread of its own finds the bug, and one that was called off says nothing", async () => {
  expect(await huntBug(SLUG, 1, 20_000, new AbortController().signal)).toMatchObject({ outcome: "found" });
  const off = new AbortController();
  const hunting = huntBug(SLUG, 1, 20_000, off.signal);
  off.abort();
  expect(await hunting).toBeUndefined();
});
