import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { localEngine } from "../local-engine.fixture.ts";
import { readersPart } from "./readers-part.ts";
import type { ReadersOutcome } from "./readers-task.ts";
import { type DecideFile, runReaders } from "./run-readers.ts";

const UNSTOPPED = { shouldStop: () => false };
/** The profile `full` of `verify` has a hundred thousand. */
const FILES = 600;

test(`${FILES} mutated files of every format give a verdict, or a fault in one line with its position`, async () => {
  const outcome = await runReaders({ seed: 11, files: FILES }, UNSTOPPED);
  if (outcome?.kind !== "holds") throw new Error(outcome?.because ?? "stopped");
  expect(outcome.decided + outcome.refused).toBe(FILES);
  expect(Math.min(outcome.decided, outcome.refused)).toBeGreaterThan(FILES / 20);
});

/** Readers with their own fault, for any file that contains a certain word. */
function broken(word: string, fault: () => Awaited<ReturnType<DecideFile>>): DecideFile {
  return async (path) => (readFileSync(path).includes(word) ? fault() : { kind: "decided" });
}

test.each([
  [
    () => {
      throw new TypeError("x is undefined\n    at reader.ts");
    },
    /TypeError: x is undefined$/,
  ],
  [() => ({ kind: "fault" as const, fault: "it is bad" }), /a fault without its position.*: it is bad$/],
])("readers that throw, or omit the position, are found with a small file", async (fault, because) => {
  const outcome = await runReaders({ seed: 1, files: 2_000 }, UNSTOPPED, broken("txn", fault));
  if (outcome?.kind !== "violated") throw new Error("nothing was found");
  expect(outcome.because).toMatch(because);
  expect(Buffer.from(outcome.file, "base64").toString()).toContain("txn");
});

test("a stopped run has no outcome", async () => {
  expect(await runReaders({ seed: 1, files: 50 }, { shouldStop: () => true })).toBeUndefined();
});

async function partOf(files: number, run: (task: { seed: number; files: number }) => ReadersOutcome | undefined) {
  const saved = new Map<string, string>();
  const engine = localEngine(2, { readers: run });
  const result = await readersPart(3, files).run({
    perform: engine.part(0).perform,
    stopReason: engine.stopReason,
    pathOf: String,
    save: (file, content) => void saved.set(file, Buffer.from(content).toString()),
    saveTrace: () => undefined,
  });
  return { result, saved };
}

test("many files are split into jobs, each with its own seed, and counted together", async () => {
  const tasks: { seed: number; files: number }[] = [];
  const { result } = await partOf(4_500, (task) => {
    tasks.push(task);
    return { kind: "holds", decided: task.files - 10, refused: 10 };
  });
  expect(tasks.map(({ files }) => files)).toEqual([2_000, 2_000, 500]);
  expect(new Set(tasks.map(({ seed }) => seed)).size).toBe(3);
  expect(result).toMatchObject({
    kind: "readers",
    readers: { verdict: "holds", files: 4_500, because: "4,470 verdicts, 30 files refused in a line" },
  });
});

test("an unreported file violates the part and is saved; a stopped part has no result", async () => {
  const { result, saved } = await partOf(10, () => ({
    kind: "violated",
    because: "EDN: TypeError",
    model: "queue",
    file: Buffer.from("{:process").toString("base64"),
  }));
  if (result?.kind !== "readers") throw new Error("no result");
  expect(result.readers).toMatchObject({ verdict: "violated", because: "EDN: TypeError", model: "queue" });
  expect(saved).toEqual(new Map([[result.readers.file, "{:process"]]));
  expect((await partOf(10, () => undefined)).result).toBeUndefined();
});
