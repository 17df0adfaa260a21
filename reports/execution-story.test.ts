import { expect, test } from "vitest";
import type { Explanation } from "#model/memory/explained-execution.ts";
import { explainLitmus } from "#model/memory/litmus/explain-litmus.ts";
import { lkmm } from "#model/memory/lkmm.ts";
import { executionDot } from "./execution-graph.ts";
import { executionStory } from "./execution-story.ts";

function explained(processes: string, condition: string): Explanation {
  const found = explainLitmus(`C t\n{}\n${processes}\n${condition}\n`, lkmm);
  if (found === undefined) throw new Error("no explanation");
  return found;
}

const READS_BACKWARDS =
  "P0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { int r0; int r1; r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); }";

test("a forbidden condition is explained edge by edge, back to its start", () => {
  expect(executionStory(explained(READS_BACKWARDS, "exists (1:r0=1 /\\ 1:r1=0)"))).toBe(
    `t: lkmm forbids every execution in which the condition holds. One breaks the axiom "coherence": the accesses of one variable take place in one order, which respects program order.
  a: W x=1 Once (P0, line 3)
     is read by [rf]
  b: R x=1 Once (P1, line 4)
     comes before, in program order on the same variable, [poLoc]
  c: R x=0 Once (P1, line 4)
     read a value older than that of [fr]
  a: W x=1 Once (P0, line 3), where it began
`,
  );
});

test("a condition that can hold is explained by the values of the reads", () => {
  const story = executionStory(explained(READS_BACKWARDS, "exists (1:r0=0 /\\ 1:r1=1)"));
  expect(story).toContain("lkmm allows this execution");
  expect(story).toContain("  init: IW x=0 (initially)\n     is read by [rf]\n  b: R x=0 Once (P1, line 4)\n");
});

test("a condition with values that nothing writes is impossible in every model", () => {
  const explanation = explained(READS_BACKWARDS, "exists (1:r0=7)");
  expect(executionStory(explanation)).toBe(
    "t: no choice of what the reads read gives the values of the condition, whatever the model.\n",
  );
});

test("a plain access against the order around it is explained as one pair", () => {
  const story = executionStory(
    explained(
      "P0(int *x, int *y) { *x = 1; smp_store_release(y, 1); }\nP1(int *x, int *y) { int r0; int r1; r0 = smp_load_acquire(y); r1 = *x; }",
      "exists (1:r0=1 /\\ 1:r1=0)",
    ),
  );
  expect(story).toContain('the axiom "plain-coherence"');
  expect(story).toContain(
    "  d: R x=0 (P1, line 4)\n     read a value older than that of [fr]\n  a: W x=1 (P0, line 3)\n",
  );
});

test("the graph has one column per process, and marks the cycle", () => {
  const explanation = explained(READS_BACKWARDS, "exists (1:r0=1 /\\ 1:r1=0)");
  if (explanation.kind === "impossible" || explanation.kind === "interleaved") throw new Error(explanation.kind);
  const dot = executionDot(explanation);
  expect(dot).toContain('label="t: forbidden by coherence"');
  expect(dot).toContain("subgraph cluster_0");
  expect(dot).toContain('  e1 -> e2 [label="rf", color=forestgreen, fontcolor=forestgreen, constraint=false];');
  expect(dot).toContain('  e3 -> e1 [label="fr", color=firebrick, fontcolor=firebrick, constraint=false, penwidth=2];');
  expect(executionDot(explanation)).toBe(dot);
});

test("the graph of a witness names it as allowed", () => {
  const explanation = explained(READS_BACKWARDS, "exists (1:r0=1)");
  if (explanation.kind === "impossible" || explanation.kind === "interleaved") throw new Error(explanation.kind);
  expect(executionDot(explanation)).toContain("t: allowed, and the condition holds");
});

test("a search that hits a bound before it finds anything gives no explanation", () => {
  const text = `C t\n{}\n${READS_BACKWARDS}\nexists (1:r0=7)\n`;
  expect(explainLitmus(text, lkmm, { candidatesMax: 1 })).toBeUndefined();
});
