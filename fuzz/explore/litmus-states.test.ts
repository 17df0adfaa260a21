/** The explorer under lkmm against the axioms, by final states: the kernel's litmus tests, our own, and random ones. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomLitmus } from "#model/memory/litmus/random-litmus.ts";
import { lkmm } from "#model/memory/lkmm.ts";
import { compareOnLitmus } from "./compare-random-litmus.ts";
import { axiomaticStates, disagreements } from "./litmus-states.ts";

const OURS = join(import.meta.dirname, "../../model/memory/litmus/tests");
const OTHERS = join(import.meta.dirname, "../../../shared/data/litmus");

function textsIn(folder: string): [string, string][] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".litmus"));
  return files.map((name) => [name.replace(/\.litmus$/u, ""), readFileSync(join(folder, name), "utf8")]);
}

/** Tests with final states that only executions with a cycle of program order and reads-from have, and those states. */
function statesOfCycles(folder: string): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const [name, text] of textsIn(folder)) {
    const { all, acyclic } = axiomaticStates(text, lkmm);
    const differing = [...all].filter((state) => !acyclic.has(state));
    if (differing.length > 0) found[name] = differing;
  }
  return found;
}

test("our 28 tests have the final states of the axioms, except those of cycles, each execution exactly once", () => {
  const texts = textsIn(OURS);
  expect(texts).toHaveLength(28);
  expect(texts.map(([name, text]) => [name, disagreements(text, lkmm)])).toEqual(texts.map(([name]) => [name, []]));
  expect(Object.keys(statesOfCycles(OURS))).toEqual([
    "own-LB+cmpxchg-old-operand",
    "own-LB+xchg_relaxed-rfi-data",
    "own-ctrl-through-register-direct",
    "own-plain-copy-cycle",
    "own-trylock-failure-both-branches",
  ]);
});

test.skipIf(!existsSync(OTHERS))(
  "the 250 kernel tests have the final states of the axioms, except those of cycles (skips without them)",
  () => {
    const texts = textsIn(OTHERS);
    expect(texts).toHaveLength(250);
    expect(
      texts.flatMap(([name, text]) => (disagreements(text, lkmm) ?? ["refused"]).map((line) => `${name}: ${line}`)),
    ).toEqual([]);
  },
  120_000,
);

test("300 random litmus tests have the final states of the axioms, except those of cycles", () => {
  let compared = 0;
  fc.assert(
    fc.property(randomLitmus, (text) => {
      const found = compareOnLitmus(text);
      if (found === undefined) return;
      compared++;
      expect(found, text).toEqual([]);
    }),
    { numRuns: 300, seed: 11 },
  );
  expect(compared).toBeGreaterThan(150);
}, 120_000);
