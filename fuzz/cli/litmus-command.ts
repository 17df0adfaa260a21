import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "./duration.ts";
import type { Explanation } from "#model/memory/explained-execution.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { Engine } from "#fuzz/campaign/engine.ts";
import type { FileOutcome, TaskOfAll } from "#fuzz/campaign/litmus/decide-files.ts";
import type { TestFile } from "#fuzz/campaign/litmus/litmus-files.ts";
import type { LitmusOutcome } from "#fuzz/campaign/litmus/litmus-task.ts";
import { countOfFiles } from "./litmus-progress.ts";
import { parseExecutions } from "./whole-number.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly model: string;
  readonly json?: string;
  readonly show?: string;
  readonly explain?: true;
  readonly outcome?: Readonly<Record<string, string>>;
  readonly expect?: string;
  readonly maxCandidates?: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly timeEach?: number;
}

/** `quiesce litmus`: the verdicts of a memory model on litmus tests. */
export function litmusCommand(): Command {
  return namedCommand("litmus", "litmus tests, or folders of them")
    .addOption(new Option("--model <name>", "memory model").choices(["lkmm", "sc", "tso", "ra", "es"]).default("lkmm"))
    .option("--json <file>", "write verdicts as JSON; - replaces the text on standard output")
    .option("--show <file.svg>", "draw a witness, or the cycle that forbids it (one test only)")
    .option("--explain", "explain edge by edge which axiom forbids the condition, or show a witness")
    .option("--outcome <entries>", 'with --model es, the outcome to explain: "1:r0=1; 1:r1=0"', parseOutcome)
    .option("--expect <expected.json>", "compare with expected verdicts, states and flags, or outcomes")
    .option(
      "--max-candidates <n>",
      "give up on a test after this many candidates, complete or partial",
      parseExecutions,
    )
    .option(
      "--time <duration>",
      "end the run after this time, such as 10s; the remaining tests stay undecided",
      parseDuration,
    )
    .option("--time-each <duration>", "leave a test undecided after this time, such as 5s", parseDuration)
    .addHelpText(
      "after",
      `
Kernel tests are *.litmus files. With --model es, tests are agents in JSON (*.json) or in JavaScript (*.litmus.js).

Exit codes: 0 every test was decided, 1 a result differs from --expect, 2 bad input, 3 a test is undecided.

Examples:
  quiesce litmus MP.litmus
  quiesce litmus --explain --show reports/out/mp.svg MP.litmus
  quiesce litmus --json - --expect tests/expected.json tests/
  quiesce litmus --model sc tests/
  quiesce litmus --model es --explain MP.litmus.js`,
    )
    .action(run);
}

/** Entries by column, as in the lines of states. */
function parseOutcome(text: string): Readonly<Record<string, string>> {
  const entries = text
    .split(";")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const outcome = new Map<string, string>();
  for (const entry of entries) {
    const [, column, value] = /^(\S+?)\s*=\s*(.*)$/.exec(entry) ?? [];
    if (column !== undefined && value !== undefined) outcome.set(column, value);
  }
  if (outcome.size === 0 || outcome.size < entries.length) {
    throw new InvalidArgumentError('it must be entries such as "1:r0=1; x[0]=2".');
  }
  return Object.fromEntries(outcome);
}

/** Counts of results other than success. */
interface Counts {
  differing: number;
  refused: number;
  undecided: number;
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const { litmusFiles } = await import("#fuzz/campaign/litmus/litmus-files.ts");
  const { decideFiles } = await import("#fuzz/campaign/litmus/decide-files.ts");
  const { openEngine } = await import("#fuzz/campaign/engine.ts");
  const { rowOf } = await import("./litmus-rows.ts");

  const { tests, leftOut } = litmusFiles(paths, options.model);
  requireSense(tests, options);
  const differenceOf = await expectationsOf(options);
  for (const file of leftOut) {
    if (file !== options.expect) process.stderr.write(`${file}: note: this is JSON without agents, and left out\n`);
  }
  const task: TaskOfAll = {
    modelName: options.model,
    candidatesMax: options.maxCandidates,
    outcome: options.outcome,
    // Counted from the start of the process: the caller also waits for its modules to load.
    deadline: options.time === undefined ? undefined : performance.timeOrigin + options.time,
    millisecondsEach: options.timeEach,
  };
  const rows: unknown[] = [];
  const counts: Counts = { differing: 0, refused: 0, undecided: 0 };

  const engine = openEngine({ workers: Math.min(availableParallelism(), tests.length) });
  const progress = countOfFiles(tests.length, process.stderr, () => Date.now());
  try {
    const outcomes = decideFiles(tests, { task, engine, onDecided: progress.show });
    for await (const { test, outcome } of outcomes) {
      progress.clear();
      rows.push(rowOf(test.file, outcome));
      complain(test.file, outcome, counts);
      if (outcome.kind !== "decided" && outcome.kind !== "outcomes") continue;
      if (options.json !== "-") process.stdout.write(`${await textOf(outcome)}\n`);
      const difference = differenceOf(test.file, outcome);
      if (difference !== undefined) {
        counts.differing++;
        process.stderr.write(`${test.file}: ${difference}\n`);
      }
      const isExplained = options.explain === true || options.show !== undefined;
      if (!isExplained || engine.stopReason() !== undefined) continue;
      const explanation = await explain(test, options, { task, engine });
      // Verdicts reached before an interrupted explanation are still written.
      if (explanation === undefined && engine.stopReason() !== undefined) counts.undecided++;
    }
  } finally {
    progress.clear();
    await engine.close();
  }
  await writeRows(rows, options);
  if (tests.length > 1) process.stderr.write(`${summary(rows.length, counts)}\n`);
  process.exitCode = exitCodeFor(counts);
}

function requireSense(tests: readonly TestFile[], options: Options): void {
  if (options.show !== undefined && tests.length !== 1) {
    throw new InputError(`litmus: --show draws one test, and ${tests.length} are given`);
  }
  if (options.outcome === undefined) return;
  if (options.model !== "es")
    throw new InputError("litmus: --outcome is for --model es: a kernel's test has a condition");
  if (options.explain === undefined && options.show === undefined) {
    throw new InputError("litmus: --outcome says what to explain: add --explain or --show");
  }
}

type Decided = Extract<LitmusOutcome, { kind: "decided" | "outcomes" }>;

/** Describes how a result differs from `--expect`. */
async function expectationsOf({
  expect,
  model,
}: Options): Promise<(file: string, result: Decided) => string | undefined> {
  if (expect === undefined) return () => undefined;
  const { testKey } = await import("#fuzz/campaign/litmus/litmus-files.ts");
  const compareWith =
    <Wanted>(expected: ReadonlyMap<string, Wanted>, compare: (wanted: Wanted, result: Decided) => string | undefined) =>
    (file: string, result: Decided): string | undefined => {
      const wanted = expected.get(testKey(file));
      if (wanted !== undefined) return compare(wanted, result);
      process.stderr.write(`${file}: warning: ${expect} expects nothing of ${testKey(file)}\n`);
      return undefined;
    };
  if (model === "es") {
    const { differenceFromOutcomes, readOutcomeExpectations } = await import("./outcome-expectations.ts");
    return compareWith(readOutcomeExpectations(expect), (wanted, result) =>
      result.kind === "outcomes" ? differenceFromOutcomes(wanted, result) : undefined,
    );
  }
  const { differenceFrom, readExpectations } = await import("./litmus-expectations.ts");
  return compareWith(readExpectations(expect), (wanted, result) =>
    result.kind === "decided" ? differenceFrom(wanted, { ...result, states: result.states.length }) : undefined,
  );
}

async function textOf(result: Decided): Promise<string> {
  if (result.kind === "decided") {
    const { litmusText } = await import("#reports/litmus-text.ts");
    return litmusText(result, result.seconds);
  }
  const { outcomesText } = await import("#reports/outcomes-text.ts");
  return outcomesText(result, result.seconds);
}

/** Reports on standard error what is wrong with a test, or why it has no verdict. */
function complain(file: string, outcome: FileOutcome, counts: Counts): void {
  switch (outcome.kind) {
    case "outcomes":
      return;
    case "decided":
      for (const { message, position } of outcome.warnings) {
        process.stderr.write(`${file}:${position.line}:${position.column}: warning: ${message}\n`);
      }
      if (outcome.noExecution !== undefined) {
        process.stderr.write(`${file}: warning: there is no execution: ${outcome.noExecution}\n`);
      }
      return;
    case "refused":
      counts.refused++;
      process.stderr.write(`${file}:${outcome.position.line}:${outcome.position.column}: ${outcome.message}\n`);
      return;
    case "unreadable":
      counts.refused++;
      process.stderr.write(`${file}: ${outcome.because}\n`);
      return;
    case "undecided":
    case "late": {
      counts.undecided++;
      const because = outcome.kind === "late" ? "time is up" : outcome.because;
      process.stderr.write(`${file}: undecided: ${because}; raise --max-candidates, --time or --time-each\n`);
      return;
    }
    case "interrupted":
      counts.undecided++;
  }
}

function exitCodeFor({ differing, refused, undecided }: Counts): ExitCode {
  if (differing > 0) return EXIT.violated;
  if (refused > 0) return EXIT.usage;
  return undecided > 0 ? EXIT.unfinished : EXIT.verified;
}

function summary(total: number, { differing, refused, undecided }: Counts): string {
  const decided = total - refused - undecided;
  const parts = [`${decided} of ${total} litmus tests decided`];
  if (differing > 0) parts.push(`${differing} not as expected`);
  if (refused > 0) parts.push(`${refused} refused`);
  if (undecided > 0) parts.push(`${undecided} undecided`);
  return parts.join(", ");
}

async function writeRows(rows: readonly unknown[], { json }: Options): Promise<void> {
  if (json === undefined) return;
  const { exactJson } = await import("#reports/exact-json.ts");
  const { writeJson } = await import("./write-json.ts");
  writeJson(json, `${exactJson({ tests: rows })}\n`);
}

/** Explains, and draws, the result; returns the explanation, if one was found. */
async function explain(
  test: TestFile,
  options: Options,
  { task: ofAll, engine }: { readonly task: TaskOfAll; readonly engine: Engine },
): Promise<Explanation | undefined> {
  const { millisecondsFor, taskOf } = await import("#fuzz/campaign/litmus/decide-files.ts");
  const task = taskOf(test, ofAll);
  if ("because" in task) return undefined;
  const job = { kind: "litmus-explanation", task } as const;
  const explanation = (await engine.perform(job, { millisecondsMax: () => millisecondsFor(task) }))?.outcome;
  if (explanation === undefined) {
    process.stderr.write(`${test.file}: no explanation found within the bounds\n`);
    return undefined;
  }
  if (options.explain === true) {
    const { executionStory } = await import("#reports/execution-story.ts");
    // With --json -, standard output is for programs alone.
    (options.json === "-" ? process.stderr : process.stdout).write(`${executionStory(explanation)}\n`);
  }
  if (options.show !== undefined) await draw(explanation, options.show);
  return explanation;
}

async function draw(explanation: Explanation, path: string): Promise<void> {
  if (explanation.kind === "interleaved") {
    throw new InputError("litmus: --show: every outcome is that of an interleaving: choose one with --outcome");
  }
  if (explanation.kind === "impossible") {
    throw new InputError(
      `litmus: --show: no execution gives the values of ${explanation.sought}, so there is nothing to draw`,
    );
  }
  const { executionSvg } = await import("#reports/execution-graph.ts");
  const { writeWholeFile } = await import("#fuzz/host/write-file.ts");
  writeWholeFile(path, await executionSvg(explanation));
}
