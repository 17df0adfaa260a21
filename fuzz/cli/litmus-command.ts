import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { parseDuration } from "./duration.ts";
import type { Explanation } from "#model/memory/litmus/explain-litmus.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { PageLitmus } from "#reports/page-data.ts";
import type { Expectation } from "./litmus-expectations.ts";
import type { FileOutcome } from "#fuzz/campaign/litmus/decide-files.ts";
import { countOfFiles } from "./litmus-progress.ts";
import { parseExecutions } from "./whole-number.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly model: string;
  readonly json?: string;
  readonly show?: string;
  readonly explain?: true;
  readonly expect?: string;
  readonly maxCandidates?: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly out: string;
}

/** `quiesce litmus`: what a memory model says of litmus tests. */
export function litmusCommand(): Command {
  return namedCommand("litmus", "litmus tests, or folders of them")
    .addOption(new Option("--model <name>", "memory model").choices(["lkmm", "sc", "tso", "ra"]).default("lkmm"))
    .option("--json <file>", "write verdicts as JSON; - is standard output, instead of the text")
    .option("--show <file.svg>", "draw a witness, or the cycle that forbids it (one test only)")
    .option("--explain", "say in words which axiom forbids the condition, edge by edge, or show a witness")
    .option("--out <folder>", "folder of the page that shows all reports", "reports/out")
    .option("--expect <expected.json>", "compare with expected verdicts, states and flags")
    .option("--max-candidates <n>", "give a test up after so many candidates, complete or partial", parseExecutions)
    .option("--time <duration>", "leave undecided what is not decided by then, such as 10s", parseDuration)
    .addHelpText(
      "after",
      `
Exit codes: 0 all decided, 1 an answer differs from --expect, 2 bad input, 3 something undecided.

Examples:
  quiesce litmus MP.litmus
  quiesce litmus --explain --show reports/out/mp.svg MP.litmus
  quiesce litmus --json - --expect tests/expected.json tests/
  quiesce litmus --model sc tests/`,
    )
    .action(run);
}

/** One test as `--json` prints it; one that was not decided says so instead of a verdict. */
type Row = { readonly file: string } & (
  | {
      readonly name: string;
      readonly verdict: string;
      readonly states: number;
      readonly flags: readonly string[];
      readonly seconds: number;
    }
  | { readonly undecided: string }
  | { readonly error: string }
);

/** How often something other than success was met. */
interface Counts {
  differing: number;
  refused: number;
  undecided: number;
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const { litmusFiles, readLitmus, testKey } = await import("#fuzz/campaign/litmus/litmus-files.ts");
  const { differenceFrom, readExpectations } = await import("./litmus-expectations.ts");
  const { decideFiles } = await import("#fuzz/campaign/litmus/decide-files.ts");
  const { openEngine } = await import("#fuzz/campaign/engine.ts");
  const { litmusText } = await import("#reports/litmus-text.ts");
  const { drawnExplanation } = await import("#reports/drawn-execution.ts");
  const { updatePage } = await import("#fuzz/campaign/page/update-page.ts");
  const { pageLine } = await import("./page-line.ts");

  const files = litmusFiles(paths);
  if (options.show !== undefined && files.length !== 1) {
    throw new InputError(`litmus: --show draws one test, and ${files.length} are given`);
  }
  const expected: ReadonlyMap<string, Expectation> =
    options.expect === undefined ? new Map() : readExpectations(options.expect);
  const task = {
    modelName: options.model,
    candidatesMax: options.maxCandidates,
    deadline: options.time === undefined ? undefined : Date.now() + options.time,
  };
  const isTextShown = options.json !== "-";
  const rows: Row[] = [];
  const shown: PageLitmus[] = [];
  const counts: Counts = { differing: 0, refused: 0, undecided: 0 };

  const engine = openEngine({ workers: Math.min(availableParallelism(), files.length) });
  const progress = countOfFiles(files.length, process.stderr, () => Date.now());
  try {
    const outcomes = decideFiles(files, { task, engine, onDecided: progress.show });
    for await (const { file, outcome } of outcomes) {
      progress.clear();
      rows.push(rowOf(file, outcome));
      complain(file, outcome, counts);
      if (outcome.kind !== "decided") continue;
      for (const { message, position } of outcome.warnings) {
        process.stderr.write(`${file}:${position.line}:${position.column}: warning: ${message}\n`);
      }
      if (isTextShown) process.stdout.write(`${litmusText(outcome, outcome.seconds)}\n`);
      const wanted = expected.get(testKey(file));
      const difference =
        wanted === undefined ? undefined : differenceFrom(wanted, { ...outcome, states: outcome.states.length });
      if (difference !== undefined) {
        counts.differing++;
        process.stderr.write(`${file}: ${difference}\n`);
      } else if (options.expect !== undefined && wanted === undefined) {
        process.stderr.write(`${file}: warning: ${options.expect} expects nothing of ${testKey(file)}\n`);
      }
      const test = shownTest(file, options.model, readLitmus(file), outcome);
      shown.push(test);
      const isExplained = options.explain === true || options.show !== undefined;
      if (!isExplained || engine.stopReason() !== undefined) continue;
      const explanation = await explain(file, options, async (text) => {
        const job = { kind: "litmus-explanation", task: { ...task, text } } as const;
        return (await engine.perform(job))?.outcome;
      });
      // What was decided before an interrupted explanation is still to be written.
      if (explanation === undefined && engine.stopReason() !== undefined) counts.undecided++;
      if (explanation !== undefined && explanation.kind !== "impossible")
        shown[shown.length - 1] = { ...test, drawn: drawnExplanation(explanation) };
    }
  } finally {
    progress.clear();
    await engine.close();
  }
  const { writeJson } = await import("./write-json.ts");
  writeJson(options.json, `${JSON.stringify({ tests: rows })}\n`);
  const text = `${JSON.stringify({ format: "quiesce-litmus", tests: shown })}\n`;
  const page = await updatePage(resolve(options.out), [{ name: "litmus.json", text }]);
  // For people: scripts read what the reference tool prints, and nothing else.
  if (process.stderr.isTTY) process.stderr.write(`${pageLine(page)}\n`);
  if (files.length > 1) process.stderr.write(`${summary(rows, counts)}\n`);
  process.exitCode = exitCodeFor(counts);
}

/** A test as the page shows it, yet without an execution. */
function shownTest(
  file: string,
  model: string,
  read: { readonly text: string } | { readonly because: string },
  { name, verdict, states, flags }: Extract<FileOutcome, { kind: "decided" }>,
): PageLitmus {
  return { file, name, model, verdict, states, flags, ...("text" in read && { text: read.text }) };
}

function rowOf(file: string, outcome: FileOutcome): Row {
  switch (outcome.kind) {
    case "decided": {
      const { name, verdict, states, flags, seconds } = outcome;
      return { file, name, verdict, states: states.length, flags, seconds };
    }
    case "undecided":
      return { file, undecided: outcome.because };
    case "interrupted":
      return { file, undecided: "interrupted" };
    case "unreadable":
      return { file, error: outcome.because };
    case "refused":
      return { file, error: `${outcome.position.line}:${outcome.position.column}: ${outcome.message}` };
  }
}

/** Says on standard error why a test has no verdict. */
function complain(file: string, outcome: FileOutcome, counts: Counts): void {
  switch (outcome.kind) {
    case "decided":
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
      counts.undecided++;
      process.stderr.write(`${file}: undecided: ${outcome.because}; raise --max-candidates or --time\n`);
      return;
    case "interrupted":
      counts.undecided++;
  }
}

function exitCodeFor({ differing, refused, undecided }: Counts): ExitCode {
  if (differing > 0) return EXIT.violated;
  if (refused > 0) return EXIT.usage;
  return undecided > 0 ? EXIT.unfinished : EXIT.verified;
}

function summary(rows: readonly Row[], { differing, refused, undecided }: Counts): string {
  const decided = rows.length - refused - undecided;
  const parts = [`${decided} of ${rows.length} litmus tests decided`];
  if (differing > 0) parts.push(`${differing} not as expected`);
  if (refused > 0) parts.push(`${refused} refused`);
  if (undecided > 0) parts.push(`${undecided} undecided`);
  return parts.join(", ");
}

/** Says, and draws, why the verdict is what it is; returns the explanation, if one was found. */
async function explain(
  file: string,
  options: Options,
  find: (text: string) => Promise<Explanation | undefined>,
): Promise<Explanation | undefined> {
  const { memoryModels } = await import("#model/memory/models.ts");
  const { readLitmus } = await import("#fuzz/campaign/litmus/litmus-files.ts");
  const model = memoryModels.get(options.model);
  const read = readLitmus(file);
  if (model === undefined || "because" in read) return undefined;
  const explanation = await find(read.text);
  if (explanation === undefined) {
    process.stderr.write(`${file}: no explanation found within the bounds\n`);
    return undefined;
  }
  if (options.explain === true) {
    const { executionStory } = await import("#reports/execution-story.ts");
    // With --json - standard output is for machines alone.
    (options.json === "-" ? process.stderr : process.stdout).write(`${executionStory(explanation, model)}\n`);
  }
  if (options.show === undefined) return explanation;
  if (explanation.kind === "impossible") {
    throw new InputError("litmus: --show: no execution gives the values of the condition, so there is nothing to draw");
  }
  const { executionSvg } = await import("#reports/execution-graph.ts");
  const { writeWholeFile } = await import("#fuzz/host/write-file.ts");
  writeWholeFile(options.show, await executionSvg(explanation));
  return explanation;
}
