/**
 * Compares the explorer with the axioms of lkmm on random litmus tests. Run `node fuzz/explore/compare-random-litmus.ts
 * 3000 1` with the number of tests and a seed. Exit code 1 if they disagree.
 */
import fc from "fast-check";
import { checkLitmus } from "#model/memory/litmus/check-litmus.ts";
import { LitmusError } from "#model/memory/litmus/litmus-error.ts";
import { randomLitmus } from "#model/memory/litmus/random-litmus.ts";
import { lkmm } from "#model/memory/lkmm.ts";
import { disagreements } from "./litmus-states.ts";

/** Steps of the axiomatic search of one test; a test that needs more is skipped. */
const CANDIDATES_MAX = 20_000;

/** Undefined for a test that is invalid, misuses a lock, or takes the axioms too long. */
export function compareOnLitmus(text: string): string[] | undefined {
  try {
    const result = checkLitmus(text, lkmm, { candidatesMax: CANDIDATES_MAX });
    if (result.kind === "undecided" || result.flags.includes("unmatched-unlock")) return undefined;
    return disagreements(text, lkmm);
  } catch (error) {
    if (error instanceof LitmusError) return undefined;
    throw error;
  }
}

function main(tests: number, seed: number): void {
  let compared = 0;
  let differing = 0;
  for (const text of fc.sample(randomLitmus, { numRuns: tests, seed })) {
    const lines = compareOnLitmus(text);
    if (lines === undefined) continue;
    compared++;
    if (lines.length === 0) continue;
    differing++;
    process.stdout.write(`${text}\n${lines.join("\n")}\n\n`);
  }
  process.stdout.write(`${tests} random litmus tests, seed ${seed}: ${compared} compared, ${differing} differ\n`);
  process.exitCode = differing === 0 ? 0 : 1;
}

if (import.meta.main) main(Number(process.argv[2] ?? 3000), Number(process.argv[3] ?? 1));
