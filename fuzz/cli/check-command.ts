import { type Command, Option } from "commander";
import type { Engine } from "#fuzz/campaign/engine.ts";
import { type CheckResult, type CheckTask, CONDITIONS } from "#fuzz/campaign/history/check-task.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { RecordedOutcome } from "#reports/history-recording.ts";
import type { TransactionsResult } from "#fuzz/campaign/history/transactions-task.ts";
import type { TransactionsStopped } from "#properties/transactions/check-transactions.ts";
import type { TransactionModel } from "#properties/transactions/transaction-model.ts";
import { CHECK_HELP } from "./check-help.ts";
import { exclusionsOf, initialOf, parseCapacity } from "./history-options.ts";
import { parseAssumptions, parseLevels, requireFitting, transactionModelNamed } from "./transaction-options.ts";
import type { TransactionOptions } from "./transaction-options.ts";
import { parseDuration } from "./duration.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { namedCommand } from "./command-names.ts";

interface Options extends TransactionOptions {
  readonly model: string;
  readonly initial?: string;
  readonly capacity?: number;
  readonly exclude?: readonly string[];
  readonly condition: CheckTask["condition"];
  /** Milliseconds. */
  readonly time?: number;
  readonly json?: string;
  readonly page?: string;
  readonly whole?: true;
  readonly search?: true;
}

/** `quiesce check`: is a recorded history linearizable? */
export function checkCommand(): Command {
  return namedCommand("check", "files of the formats below; gzip or plain")
    .requiredOption("--model <name|module.ts>", "a built-in model (below), or a module that exports `model`")
    .option("--initial <json>", 'initial contents: null, true, a number, a text, :a; for a bank {"0": 10} or 10')
    .option("--capacity <values>", "most values that a queue, stack or deque holds", parseCapacity)
    .option(
      "--exclude <function…>",
      "leave out a function (drain), or a client (client=7); the verdict counts them",
      also,
    )
    .addOption(
      new Option("--condition <name>", "the condition to check").choices(CONDITIONS).default("linearizability"),
    )
    .option("--time <duration>", "report unknown for a file that takes longer, such as 10s", parseDuration)
    .option("--json <file>", "write verdicts as JSON; - replaces the text on standard output")
    .option("--page <file.html>", "draw the counterexample of the first violation")
    .option("--whole", "do not check key by key")
    .option("--search", "search even where a monitor could decide")
    .option("--consistency <levels>", "for transactions: levels to check (default: strict-serializable)", parseLevels)
    .option("--assume <assumptions>", "for rw-register: what to assume", parseAssumptions)
    .addHelpText("after", CHECK_HELP)
    .action(run);
}

function also(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

type Decided<Result> = Omit<Extract<Result, { kind: "decided" }>, "kind">;
type ObjectRow = { readonly file: string } & Decided<CheckResult>;
type TransactionsRow = { readonly file: string } & (
  | Decided<TransactionsResult>
  | { readonly outcome: TransactionsStopped; readonly seconds: number }
);
/** The row written for a file. */
type Row = ObjectRow | TransactionsRow | { readonly file: string; readonly error: string };

/** Worker threads are slow to start, so they start only when needed. */
type OpenEngine = () => Promise<Engine>;

/** Decides a file; undefined once the run is stopped. */
type Judge = (file: string) => Promise<Row | undefined>;

async function run(files: readonly string[], options: Options, command: Command): Promise<void> {
  const { exactJsonText } = await import("#reports/exact-json-text.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { writeJson } = await import("./write-json.ts");

  const given = command.options.map((option) => option.attributeName());
  requireFitting(
    options.model,
    given.filter((name) => command.getOptionValueSource(name) === "cli"),
  );
  let opened: Engine | undefined;
  const engine: OpenEngine = async () => {
    const { openEngine } = await import("#fuzz/campaign/engine.ts");
    return (opened ??= openEngine({ workers: 1 }));
  };
  const rows: Row[] = [];
  const progress = (text: string): void => {
    if (process.stderr.isTTY && files.length > 1) process.stderr.write(`\r\u001B[K${text}`);
  };
  let hasPage = false;
  try {
    // Refuse a wrong name before reading anything.
    const transactions = transactionModelNamed(options.model);
    const judge =
      transactions === undefined
        ? await objectJudge(engine, options, files.length === 1)
        : transactionsJudge(engine, transactions, options);
    for (const [at, file] of files.entries()) {
      progress(`${at + 1} of ${files.length}: ${visibleText(file)}`);
      const row = await judge(file);
      progress("");
      // Verdicts reached before an interruption are still written.
      if (row === undefined) break;
      rows.push(row);
      if ("error" in row) process.stderr.write(`quiesce: ${visibleText(row.error)}\n`);
      else if (options.json !== "-") process.stdout.write(`${await rowText(row)}\n`);
      if (options.page !== undefined && !hasPage) hasPage = await writePage(options.page, row);
    }
  } finally {
    await opened?.close();
  }
  if (options.page !== undefined && !hasPage)
    process.stderr.write("quiesce: check: --page: no violation was explained, so there is nothing to draw\n");
  writeJson(options.json, `${exactJsonText({ histories: rows })}\n`);
  process.exitCode = exitCodeOf(rows, files.length);
}

/**
 * @param isAlone whether there is only one file: waiting for its end then loses nothing
 * @throws InputError at options that the model does not have
 */
async function objectJudge(open: OpenEngine, options: Options, isAlone: boolean): Promise<Judge> {
  const { loadModel } = await import("#fuzz/subjects/load-model.ts");
  const model = await loadModel(options.model);
  if (options.capacity !== undefined && model.hasCapacity !== true)
    throw new InputError(`check: --capacity: the model ${options.model} has none`);
  const { decideAtOnce } = await import("#fuzz/campaign/history/decide-at-once.ts");
  const onWorker = async (task: CheckTask): Promise<CheckResult | undefined> => {
    const engine = await open();
    const done = await engine.perform({ kind: "history", task });
    return engine.stopReason() === undefined ? done?.outcome : undefined;
  };
  const task = {
    model: options.model,
    initial: await initialOf(options.initial, model, options.model),
    capacity: options.capacity,
    exclude: await exclusionsOf(options.exclude),
    condition: options.condition,
    timeMs: options.time,
    keys: options.whole === true ? "whole" : "split",
    method: options.search === true ? "search" : "automatic",
  } as const;
  return async (file) => {
    const result = (isAlone ? await decideAtOnce({ ...task, file }) : undefined) ?? (await onWorker({ ...task, file }));
    if (result === undefined) return undefined;
    if (result.kind === "fault") return { file, error: result.fault };
    const { outcome, recording, lines, seconds } = result;
    return { file, seconds, outcome, recording, lines };
  };
}

function transactionsJudge(open: OpenEngine, model: TransactionModel, options: Options): Judge {
  const { consistency: levels = ["strict-serializable"], assume: assumptions = ["writes-follow-reads"] } = options;
  const { time: timeMs = Infinity } = options;
  return async (file) => {
    const engine = await open();
    const job = { kind: "transactions", task: { file, model, levels, assumptions } } as const;
    const done = await engine.perform(job, { millisecondsMax: () => timeMs });
    if (engine.stopReason() !== undefined) return undefined;
    if (done === undefined) {
      const outcome = { kind: "unknown", model, asked: levels, because: "time" } as const;
      return { file, seconds: timeMs / 1000, outcome };
    }
    if (done.outcome.kind === "fault") return { file, error: done.outcome.fault };
    const { outcome, reading, seconds } = done.outcome;
    return { file, seconds, outcome, reading };
  };
}

async function rowText(row: ObjectRow | TransactionsRow): Promise<string> {
  if (!("recording" in row)) {
    const { transactionsText } = await import("#reports/transactions-text.ts");
    return transactionsText(row.file, row.outcome, "reading" in row ? row.reading : undefined);
  }
  const { outcomeText } = await import("#reports/history-verdict.ts");
  return outcomeText(row.file, row.outcome, recordedOf(row));
}

/** @returns whether there was a counterexample to draw */
async function writePage(path: string, row: Row): Promise<boolean> {
  if (!("recording" in row) || !("orders" in row.outcome)) return false;
  const { historyPage } = await import("#reports/history-page.ts");
  const { writeWholeFile } = await import("#fuzz/host/write-file.ts");
  writeWholeFile(path, historyPage(row.outcome, row.file, recordedOf(row)));
  return true;
}

function recordedOf({ outcome, recording, lines }: ObjectRow): RecordedOutcome {
  return { recording, lines, prefix: "prefix" in outcome ? outcome.prefix : undefined };
}

function exitCodeOf(rows: readonly Row[], files: number): ExitCode {
  if (rows.some((row) => "outcome" in row && row.outcome.kind === "violated")) return EXIT.violated;
  if (rows.some((row) => "error" in row)) return EXIT.usage;
  return rows.length < files || rows.some((row) => "outcome" in row && row.outcome.kind === "unknown")
    ? EXIT.unfinished
    : EXIT.verified;
}
