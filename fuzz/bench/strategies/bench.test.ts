import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { search } from "#fuzz/search/search.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { toyChecks } from "#fuzz/programs/toy-program.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import { expect, test } from "vitest";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import { reference } from "./reference-figures.ts";
import { spawnedByMain } from "./spawned.ts";
import {
  boundedReference,
  compare,
  formatFigure,
  formatSummary,
  formatTable,
  geometricMean,
  medianOf,
  summarize,
  type Summary,
} from "./summary.ts";
import { runTask, type TaskResult } from "./trials.ts";

const run = promisify(execFile);
const bench = fileURLToPath(new URL("./bench-strategies.ts", import.meta.url));

const result: TaskResult = {
  program: "stack_bad",
  strategy: "random",
  trials: 4,
  schedulesMax: 100,
  schedulesToBug: [1, 2, 9],
  stepsPerRun: 10,
  choicesPerRun: 5,
};

test("the mean and the median are over the trials that found the bug; a trial that did not counts its bound", () => {
  expect(summarize(result)).toMatchObject({ found: 3, mean: 4, median: 2, bounded: (1 + 2 + 9 + 100) / 4 });
  expect(summarize({ ...result, schedulesToBug: [] })).toMatchObject({ found: 0, bounded: 100 });
  expect(summarize({ ...result, schedulesToBug: [] }).mean).toBeUndefined();
});

test("the reference's figures are bounded in the same way", () => {
  expect(boundedReference({ found: 20, mean: 7 }, "random")).toBe(7);
  expect(boundedReference({ found: 11, mean: 4_990 }, "pct2")).toBe((11 * 4_990 + 9 * 10_000) / 20);
  expect(boundedReference({ found: 0 }, "dfs")).toBe(200_000);
  expect(boundedReference({ found: 1, mean: 84 }, "dfs")).toBe(84);
});

test("every reference row is of an existing program", () => {
  for (const { program } of reference) expect(toyProgramNamed(program).name).toBe(program);
});

test("strategies are compared by geometric means over the same programs, and the best by rows", () => {
  const summary = (program: string, strategy: string, bounded: number): Summary => ({
    program,
    strategy,
    trials: 1,
    found: 1,
    bounded,
    stepsPerRun: 1,
    choicesPerRun: 1,
  });
  const comparison = compare([
    summary("stack_bad", "random", 2),
    summary("stack_bad", "pos", 1),
    summary("carter01_bad", "random", 8),
    summary("carter01_bad", "pos", 9),
    summary("SafeStack", "pos", 1),
  ]);
  expect(comparison.rows).toBe(2);
  // The best of the reference is 1.4 on stack_bad and 1.7 on carter01_bad.
  expect(comparison.bestRows).toBe(1);
  expect(comparison.strategies.map(({ strategy, programs }) => [strategy, programs])).toEqual([
    ["random", 2],
    ["pos", 2],
  ]);
  expect(comparison.strategies[0]?.ours).toBeCloseTo(4);
  expect(comparison.strategies[0]?.reference).toBeCloseTo(Math.sqrt(1.7 * 2.3));
  expect(comparison.strategies[1]?.ours).toBeCloseTo(3);
  expect(comparison.strategies[1]?.reference).toBeUndefined();
});

test("means, medians and cells", () => {
  expect(geometricMean([1, 100])).toBeCloseTo(10);
  expect(medianOf([1, 5, 9])).toBe(5);
  expect(medianOf([1, 5])).toBe(3);
  expect(formatSummary(summarize(result))).toBe("4.0 (~2.0, 3/4)");
  expect(formatSummary(summarize({ ...result, schedulesToBug: [] }))).toBe("–");
  expect(formatSummary(summarize({ ...result, trials: 1, schedulesToBug: [84] }))).toBe("84");
  expect(formatFigure({ found: 20, mean: 7 }, "random")).toBe("7.0");
  expect(formatFigure({ found: 11, mean: 4_990 }, "pct2")).toBe("4990 (11/20)");
  expect(formatFigure({ found: 1, mean: 84 }, "dfs")).toBe("84");
  expect(formatFigure({ found: 0 }, "dfs")).toBe("–");
  expect(
    formatTable([
      ["a", "b"],
      ["long", "1"],
    ]),
  ).toBe("a     b\nlong  1");
});

test("trials run once per seed, or once for a strategy that enumerates, and repeat exactly", () => {
  const task = {
    program: "carter01_bad",
    strategy: "pct3",
    trials: 5,
    schedulesMax: 100,
    seed: 1,
    granularity: "accesses",
  } as const;
  const trials = runTask(task);
  expect(trials.schedulesToBug).toHaveLength(5);
  expect(runTask(task)).toEqual(trials);
  expect(runTask({ ...task, strategy: "dfs" })).toMatchObject({
    trials: 1,
    schedulesMax: 200_000,
    schedulesToBug: [2],
  });
});

test("a thread cannot run before main starts it, and its start and end are steps", () => {
  const program = toyProgramNamed("lazy01_bad").corrected?.() ?? toyProgramNamed("lazy01_bad").create();
  const machine = new Machine(spawnedByMain(program), toyChecks);
  machine.run(depthFirst());
  // Three starts by main, then each thread's start, accesses (3 of the checker, 4 of the others), and end.
  expect(machine.steps).toBe(3 + (3 + 2) + (4 + 2) + (4 + 2));
  expect(machine.choices[0]).toBe(0);
  expect(
    runTask({
      program: "lazy01_bad",
      strategy: "random",
      trials: 3,
      schedulesMax: 100,
      seed: 1,
      granularity: "thread starts and ends too",
    }).schedulesToBug,
  ).toHaveLength(3);
  expect(search(machine, depthFirst(), { executionsMax: 2_000 }).violation).toBeUndefined();
});

test("the bench prints a table and saves its figures, the same with any number of workers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const json = join(folder, "deep", "figures.json");
    const narrow = [
      "--programs",
      "account_bad,stack_bad",
      "--strategies",
      "random,delay",
      "--seeds",
      "3",
      "--schedules",
      "200",
    ];
    const { stdout } = await run(process.execPath, [bench, ...narrow, "--json", json]);
    expect(stdout).toContain("  reference");
    expect(stdout).toMatch(/Best of ours ≤ best of the reference on \d of 2 programs/u);
    const alone = await run(process.execPath, [bench, ...narrow, "--json", "-", "--workers", "1"]);
    expect(alone.stdout).toBe(await readFile(json, "utf8"));
    expect(JSON.parse(alone.stdout)).toMatchObject({ seeds: 3, granularity: "accesses", comparison: { rows: 2 } });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the bench refuses unknown names in one line", async () => {
  for (const [args, message] of [
    [["--programs", "nope"], 'no toy program "nope"'],
    [["--strategies", "nope"], 'no strategy "nope"'],
    [["--seeds", "0"], "whole number"],
  ] as const) {
    const failed = await run(process.execPath, [bench, ...args, "--json", "-"]).catch(
      (error: { stderr: string; code: number }) => error,
    );
    expect(failed.stderr).toContain(message);
    expect(failed.stderr).not.toContain("    at ");
    expect(failed).toMatchObject({ code: 2 });
  }
});
