import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { mutationReport, type MutationTerms } from "#reports/mutation-report.ts";
import type { TriedMutant } from "#reports/tried-mutant.ts";
import { type EarlierVerdicts, earlierVerdicts } from "./earlier-verdicts.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-mutants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FILE = "impl/sync/refcount.ts";
const TERMS: MutationTerms = { seed: 1, executionsMax: 200, systems: { dst: "a", peers: "b" } };

function tried(number: number, rest: Partial<TriedMutant>): TriedMutant {
  return {
    file: FILE,
    number,
    mutator: "BooleanLiteral",
    original: "true",
    replacement: "false",
    start: { line: 1, column: 1 },
    end: { line: 1, column: 5 },
    atLoad: false,
    status: "killed",
    reachedBy: ["dst-one", "peers-one"],
    milliseconds: 5,
    ...rest,
  };
}

const KILLED = tried(0, { killedBy: "dst-one", because: "leak: an object (in dst-one, after 1 execution)" });
const SURVIVED = tried(1, { status: "survived", because: "survived 9 executions" });
const TIMED_OUT = tried(2, { status: "timeout" });
const UNREACHED = tried(3, { status: "not-reached", reachedBy: [] });
const UNDECIDED = tried(4, { status: "undecided" });
const ALL = [KILLED, SURVIVED, TIMED_OUT, UNREACHED, UNDECIDED];

const path = join(folder, "mutants.json");
const checks = new Map([
  ["dst", ["dst-one"]],
  ["peers", ["peers-one"]],
]);
writeFileSync(path, JSON.stringify(mutationReport(ALL, new Map([[FILE, ""]]), checks, TERMS)));

function statuses(verdicts: EarlierVerdicts): readonly (string | undefined)[] {
  return ALL.map((mutant) => verdicts(mutant)?.status);
}

const quiet = (): void => {};

test("where all is as it was, every verdict of a mutant that was tried to its end is taken over as it was", () => {
  const verdicts = earlierVerdicts(path, TERMS, quiet);
  expect(statuses(verdicts)).toEqual(["killed", "survived", "timeout", undefined, undefined]);
  expect(verdicts(KILLED)).toEqual({
    status: "killed",
    because: KILLED.because,
    killedBy: "dst-one",
    milliseconds: 5,
    isTakenOver: true,
  });
});

test("when the gate of another system changes, a kill stands, and a survivor that it reaches does not", () => {
  const verdicts = earlierVerdicts(path, { ...TERMS, systems: { dst: "a", peers: "changed" } }, quiet);
  expect(statuses(verdicts)).toEqual(["killed", undefined, undefined, undefined, undefined]);
});

test("when the gate that killed it changes, a kill does not stand", () => {
  const verdicts = earlierVerdicts(path, { ...TERMS, systems: { dst: "changed", peers: "b" } }, quiet);
  expect(verdicts(KILLED)).toBeUndefined();
  expect(earlierVerdicts(path, { ...TERMS, systems: { peers: "b" } }, quiet)(KILLED)).toBeUndefined();
});

test("a survivor that other checks reach now does not stand", () => {
  const verdicts = earlierVerdicts(path, TERMS, quiet);
  expect(verdicts({ ...SURVIVED, reachedBy: ["dst-one", "peers-one", "peers-two"] })).toBeUndefined();
  expect(verdicts({ ...SURVIVED, reachedBy: ["dst-one"] })).toBeUndefined();
});

test("of another seed, of more executions, of no result at all nothing is taken over, and why is told", () => {
  const notes: string[] = [];
  const note = (line: string): void => void notes.push(line);
  writeFileSync(join(folder, "other.json"), "{}");
  for (const [file, terms] of [
    [path, { ...TERMS, seed: 2 }],
    [path, { ...TERMS, executionsMax: 1_000 }],
    [join(folder, "none.json"), TERMS],
    [join(folder, "other.json"), TERMS],
  ] as const)
    expect(statuses(earlierVerdicts(file, terms, note))).toEqual(ALL.map(() => undefined));
  expect(notes.map((line) => line.replaceAll(folder, "out"))).toEqual([
    "nothing is taken over: its seed is 1",
    "nothing is taken over: its --executions is 200",
    "nothing is taken over: there is no out/none.json",
    "nothing is taken over: out/other.json is no result of quiesce mutants",
  ]);
});
