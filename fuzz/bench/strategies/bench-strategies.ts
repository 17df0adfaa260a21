/**
 * Schedules until the known bug, for each toy program with a bug and each strategy, beside the figures of another
 * engine.
 *
 * Run by `npm run bench:strategies`. The numbers depend on the seeds alone; only the time depends on the host.
 */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { Piscina } from "piscina";
import { buggedPrograms, toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import { strategyNamed } from "#fuzz/strategies/strategies.ts";
import {
  reference,
  REFERENCE_SCHEDULES,
  REFERENCE_TRIALS,
  type ReferenceRow,
  referenceStrategies,
} from "./reference-figures.ts";
import type { Granularity } from "./spawned.ts";
import {
  compare,
  type Comparison,
  formatFigure,
  formatNumber,
  formatSummary,
  formatTable,
  summarize,
  type Summary,
} from "./summary.ts";
import { runTask, type Task, type TaskResult } from "./trials.ts";

const STRATEGIES = ["random", "pct2", "pct3", "pct5", "urw", "pos", "surw", "delay", "dfs"];

interface Options {
  readonly programs: readonly string[];
  readonly strategies: readonly string[];
  readonly seeds: number;
  readonly schedules: number;
  readonly workers: number;
  readonly starts?: true;
  readonly json: string;
}

const command = new Command("bench:strategies")
  .description("Counts the schedules that each strategy needs to find the known bug of each toy program.")
  .option(
    "--programs <names>",
    'programs, separated by commas; "all" for those without reference figures too',
    names,
    reference.map(({ program }) => program),
  )
  .option("--strategies <names>", "strategies, separated by commas", names, STRATEGIES)
  .option("--seeds <n>", "trials of each, one per seed", wholeNumber, REFERENCE_TRIALS)
  .option("--schedules <n>", "schedules per trial", wholeNumber, REFERENCE_SCHEDULES)
  .option("--workers <n>", "threads to run on", wholeNumber, 2)
  .option(
    "--starts",
    "start the threads from a main thread, and count starts and ends as steps, as the other engine does",
  )
  .option(
    "--json <file>",
    'file for the figures; "-" is standard output, and suppresses all other output',
    "reports/out/bench-strategies.json",
  )
  .addHelpText(
    "after",
    "\nExamples:\n  npm run bench:strategies\n  npm run bench:strategies -- --programs reorder_10_bad,stack_bad " +
      "--seeds 100\n  npm run bench:strategies -- --strategies pct3,surw --json -",
  )
  .exitOverride()
  .action(run);

async function run(options: Options): Promise<void> {
  const programs = options.programs.includes("all") ? buggedPrograms.map(({ name }) => name) : options.programs;
  // Refuse unknown names here, before any worker starts.
  for (const name of programs) toyProgramNamed(name);
  for (const name of options.strategies) strategyNamed(name);
  const granularity: Granularity = options.starts === true ? "thread starts and ends too" : "accesses";
  const tasks = programs.flatMap((program) =>
    options.strategies.map((strategy): Task => ({
      program,
      strategy,
      trials: options.seeds,
      schedulesMax: options.schedules,
      seed: 1,
      granularity,
    })),
  );
  const results = await runAll(tasks, options.workers);
  const unexpected = results.find((result) => result.unexpected !== undefined);
  if (unexpected !== undefined)
    throw new Error(
      `${unexpected.program}: ${unexpected.strategy} found something else than its bug: ${unexpected.unexpected}`,
    );
  const summaries = results.map(summarize);
  const comparison = compare(summaries);
  const json = `${JSON.stringify({ granularity, seeds: options.seeds, schedules: options.schedules, summaries, comparison }, undefined, 2)}\n`;
  if (options.json === "-") {
    process.stdout.write(json);
    return;
  }
  print(programs, options.strategies, summaries, comparison);
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(`${options.json}.new`, json);
  await rename(`${options.json}.new`, options.json);
  console.log(`\nfigures in ${options.json}`);
}

/** Runs the tasks; results come in the order of the tasks. With one worker, on the calling thread. */
async function runAll(tasks: readonly Task[], workerCount: number): Promise<readonly TaskResult[]> {
  if (workerCount === 1) return tasks.map((task) => runTask(task));
  const pool = new Piscina<Task, TaskResult>({
    filename: new URL("./trial-worker.ts", import.meta.url).href,
    minThreads: workerCount,
    maxThreads: workerCount,
  });
  let done = 0;
  try {
    return await Promise.all(
      tasks.map(async (task) => {
        const result = await pool.run(task);
        done++;
        if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${tasks.length}`);
        return result;
      }),
    );
  } finally {
    await pool.destroy();
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }
}

function print(
  programs: readonly string[],
  strategies: readonly string[],
  summaries: readonly Summary[],
  comparison: Comparison,
): void {
  const cellOf = (program: string, strategy: string) =>
    summaries.find((summary) => summary.program === program && summary.strategy === strategy);
  console.log(
    "Schedules to the first bug: mean (~median, trials that found it if not all), below the reference's mean; – " +
      "never.\n",
  );
  const rows: string[][] = [["program", "steps", "choices", ...strategies]];
  for (const program of programs) {
    const first = cellOf(program, strategies[0] ?? "");
    rows.push([
      program,
      formatNumber(first?.stepsPerRun ?? 0),
      formatNumber(first?.choicesPerRun ?? 0),
      ...strategies.map((strategy) => {
        const summary = cellOf(program, strategy);
        return summary === undefined ? "" : formatSummary(summary);
      }),
    ]);
    const row = reference.find((candidate) => candidate.program === program);
    if (row !== undefined)
      rows.push(["  reference", "", "", ...strategies.map((strategy) => referenceCell(row, strategy))]);
  }
  console.log(formatTable(rows));
  console.log(`\nSteps and choices are those of a run of ${strategies[0]}, on average.`);
  console.log(
    "\nGeometric mean over the programs with reference figures (a trial without the bug counts its bound):\n",
  );
  const means = comparison.strategies.map((mean) => {
    const verdict = mean.reference === undefined ? "" : mean.ours <= mean.reference ? "no worse" : "WORSE";
    return [
      mean.strategy,
      formatNumber(mean.ours),
      mean.reference === undefined ? "" : formatNumber(mean.reference),
      verdict,
    ];
  });
  console.log(formatTable([["strategy", "ours", "reference", ""], ...means]));
  console.log(`\nBest of ours ≤ best of the reference on ${comparison.bestRows} of ${comparison.rows} programs.`);
}

function referenceCell(row: ReferenceRow, strategy: string): string {
  const known = referenceStrategies.find((name) => name === strategy);
  return known === undefined ? "" : formatFigure(row.figures[known], known);
}

function names(list: string): string[] {
  return list.split(",");
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number ≥ 1.");
  return value;
}

try {
  await command.parseAsync();
} catch (error) {
  // Commander has already reported what it refuses itself; help is not an error.
  if (!(error instanceof CommanderError))
    console.error(`bench:strategies: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
}
