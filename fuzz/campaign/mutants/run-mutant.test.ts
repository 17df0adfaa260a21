import { afterAll, expect, test } from "vitest";
import { systems } from "#fuzz/systems/all-systems.ts";
import { workerPool } from "../worker-pool.ts";
import { checksOf } from "./gate-check.ts";
import { instrumentedFile } from "./instrument-file.ts";
import type { CheckReference, MutantOutcome, ReachOutcome } from "./mutants-task.ts";

// One thread for all: what one mutant leaves must not disturb the next.
const pool = workerPool(1);
afterAll(() => pool.close());

const FILE = "impl/native/lock.ts";
const bounds = { seed: 1, executionsMax: 20 };
const { mutants, source } = await instrumentedFile(FILE);
const checks = checksOf("native-sync").filter(({ name }) => /lock|sequential/.test(name));

function numberOf(text: string, mutator: string, replacement: string): number {
  const line = source.split("\n").findIndex((one) => one.includes(text)) + 1;
  const found = mutants.find(
    (one) => one.start.line === line && one.mutator === mutator && one.replacement === replacement,
  );
  if (found === undefined) throw new Error(`${text} has no ${mutator} ${replacement}`);
  return found.number;
}

async function reach(checks: readonly CheckReference[]): Promise<ReachOutcome> {
  const outcome = await pool.run({ kind: "reach", task: { files: [FILE], checks, bounds } });
  if (outcome === undefined) throw new Error("it was stopped");
  return outcome;
}

async function tryMutant(mutant: number, atLoad = false): Promise<Omit<MutantOutcome, "milliseconds">> {
  const outcome = await pool.run({ kind: "mutant", task: { file: FILE, mutant, atLoad, checks, bounds } });
  if (outcome === undefined) throw new Error("it was stopped");
  const { milliseconds: _, ...rest } = outcome;
  return rest;
}

const RELEASES = numberOf("yield* wakeOne(list, lock)", "StatementRemoval", "");
const NOBODY_HOLDS = numberOf("lockWord & ~CONTENDED", "UnaryOperator", "CONTENDED");
const LOOKS_FIRST = numberOf("if (found === FREE) {", "ConditionalExpression", "true");
const BIT = numberOf("seen !== found", "EqualityOperator", "seen === found");

test("a check reaches what it runs, holds without a mutant, and reaches the same again", async () => {
  const first = await reach(checks);
  expect(first.kind).toBe("done");
  expect(first.checks.map(({ fails }) => fails)).toEqual(checks.map(() => undefined));
  const reached = new Set(first.checks.flatMap(({ reached }) => reached[FILE] ?? []));
  expect([RELEASES, LOOKS_FIRST, BIT].every((number) => reached.has(number))).toBe(true);
  // Only the library calls it, and no check does.
  expect(reached.has(NOBODY_HOLDS)).toBe(false);
  const again = await reach(checks);
  expect({ ...again, milliseconds: 0 }).toEqual({ ...first, milliseconds: 0 });
});

test("a lock that wakes nobody is killed, by a property, in a check", async () => {
  const { kind, kill } = await tryMutant(RELEASES);
  expect([kind, kill?.property]).toEqual(["killed", "deadlock"]);
  expect(checks.map(({ name }) => name)).toContain(kill?.check);
  expect(kill?.executions).toBeGreaterThan(0);
});

test("a mutant that changes nothing survives, and so does code without a mutant", async () => {
  // A cmpxchg on a lock that is not free fails, and gives back what the look would have found.
  expect((await tryMutant(LOOKS_FIRST)).kind).toBe("survived");
  expect((await tryMutant(mutants.length)).kind).toBe("survived");
});

test("a mutant that is reached while modules load is loaded anew, and leaves later ones alone", async () => {
  expect((await tryMutant(RELEASES, true)).kind).toBe("killed");
  expect((await tryMutant(LOOKS_FIRST, true)).kind).toBe("survived");
  expect((await tryMutant(mutants.length)).kind).toBe("survived");
});

test("an outcome is the same whatever the thread has done before", async () => {
  const fresh = workerPool(1);
  const task = { file: FILE, mutant: RELEASES, atLoad: false, checks, bounds };
  const first = await fresh.run({ kind: "mutant", task }).finally(fresh.close);
  expect({ ...(await tryMutant(RELEASES)), milliseconds: 0 }).toEqual({ ...first, milliseconds: 0 });
});

test("every system has its scenarios and both forms of conformance for checks", () => {
  for (const { name, scenarios } of systems) {
    const names = checksOf(name).map((check) => check.name);
    expect(names.slice(0, scenarios.length)).toEqual(scenarios.map((scenario) => scenario.name));
    expect(names.slice(scenarios.length)).toEqual([`${name}-conformance-sequential`, `${name}-conformance-concurrent`]);
  }
});
