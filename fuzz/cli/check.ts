import { Command, InvalidArgumentError, Option } from "commander";
import type { Scalar } from "#model/object-shape.ts";
import type { TransactionsOutcome } from "#properties/transactions/check-transactions.ts";
import type { CheckAnswer, CheckOutcome, CheckTask } from "#fuzz/campaign/history/check-worker.ts";
import type { TransactionsDecided } from "#fuzz/campaign/history/transactions-pool.ts";
import { parseDuration } from "./duration.ts";
import {
  parseAssumptions,
  parseLevels,
  requireFitting,
  transactionModelNamed,
  TRANSACTIONS_HELP,
} from "./transaction-options.ts";
import type { TransactionOptions } from "./transaction-options.ts";
import { CommandError, EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { onInterruption } from "#fuzz/host/interruption.ts";

interface Options extends TransactionOptions {
  readonly model: string;
  readonly initial?: Scalar;
  readonly condition: Condition;
  /** Milliseconds. */
  readonly time?: number;
  readonly json?: string;
  readonly page?: string;
  readonly whole?: true;
  readonly search?: true;
}

const CONDITIONS = ["linearizability", "sequential", "quiescent", "serializability"] as const;
type Condition = (typeof CONDITIONS)[number];

/** `quiesce check`: is a recorded history linearizable? */
export function checkCommand(): Command {
  return new Command("check")
    .description("Check recorded histories of a concurrent object: is every answer explained by some order?")
    .argument("<histories...>", "Jepsen logs, EDN, porcupine's kv logs or JSON lines; gzip or plain")
    .requiredOption("--model <name|module.ts>", "a built-in model (below), or a module that exports `model`")
    .option("--initial <json>", "what registers hold at first", parseScalar)
    .addOption(new Option("--condition <name>", "what is checked").choices(CONDITIONS).default("linearizability"))
    .option("--time <duration>", "say unknown of a file that takes longer, such as 10s", parseDuration)
    .option("--json <file>", "write verdicts as JSON; - is standard output, instead of the text")
    .option("--page <file.html>", "draw the counterexample of the first violation")
    .option("--whole", "do not check key by key")
    .option("--search", "search even where a monitor could decide")
    .option("--consistency <levels>", "of transactions: levels to check (default: strict-serializable)", parseLevels)
    .option("--assume <assumptions>", "of rw-register: what to take for granted", parseAssumptions)
    .addHelpText(
      "after",
      `
Models: register, cas-register, kv-map, set, queue, stack, priority-queue, mutex, multi-register, counter; of
transactions list-append, rw-register.
Registers start as 0; as nil in Jepsen logs; texts as "".
A module exports \`model\` (see model/model.ts), and may export \`read({ f, key, argument, output })\`, which gives
{ operation, response } of a recorded operation, or undefined to leave it out; without it the operation is
{ kind: f, key, value: argument } and the response is the output.

${TRANSACTIONS_HELP.trimStart()}

Exit codes: 0 all explained, 1 a violation, 2 bad input, 3 something unknown.

Examples:
  quiesce check etcd_001.log --model cas-register
  quiesce check --page reports/out/history.html queue.jsonl.gz --model queue
  quiesce check --json - --time 10s runs/*.edn --model multi-register
  quiesce check history.jsonl --model ./my-model.ts
  quiesce check append.edn --model list-append --consistency snapshot-isolation,repeatable-read`,
    )
    .action(run);
}

function parseScalar(text: string): Scalar {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return value;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('it must be null, true, false, a number or "text".');
}

type Row = { readonly file: string } & (
  | { readonly seconds: number; readonly outcome: CheckOutcome | TransactionsOutcome }
  | { readonly error: string }
);

async function run(files: readonly string[], options: Options, command: Command): Promise<void> {
  const { visibleText } = await import("#reports/visible-text.ts");
  const { outcomeText } = await import("#reports/history-verdict.ts");
  const { transactionsText } = await import("#reports/transactions-text.ts");

  const given = command.options.map((option) => option.attributeName());
  requireFitting(
    options.model,
    given.filter((name) => command.getOptionValueSource(name) === "cli"),
  );
  const judge = await createJudge(options);
  const rows: Row[] = [];
  const interrupt = new AbortController();
  const endWatch = onInterruption(() => interrupt.abort());
  const progress = (text: string): void => {
    if (process.stderr.isTTY && files.length > 1) process.stderr.write(`\r\u001B[K${text}`);
  };
  let hasPage = false;
  try {
    for (const [at, file] of files.entries()) {
      progress(`${at + 1} of ${files.length}: ${visibleText(file)}`);
      const answer = await judge.decide(file, interrupt.signal);
      progress("");
      if (answer.kind === "fault") {
        process.stderr.write(`quiesce: ${visibleText(answer.fault)}\n`);
        rows.push({ file, error: answer.fault });
        continue;
      }
      const { outcome, seconds } = answer;
      rows.push({ file, seconds, outcome });
      if (options.json !== "-")
        process.stdout.write(`${"asked" in outcome ? transactionsText(file, outcome) : outcomeText(file, outcome)}\n`);
      if (options.page === undefined || hasPage || !("orders" in outcome)) continue;
      const { historyPage } = await import("#reports/history-page.ts");
      await write(options.page, historyPage(outcome, file));
      hasPage = true;
    }
  } catch (error) {
    // Interrupted: what was decided before is still to be written.
    if (!interrupt.signal.aborted) throw error;
    progress("");
  } finally {
    endWatch();
    await judge.end();
  }
  if (options.page !== undefined && !hasPage)
    process.stderr.write("quiesce: check: --page: no violation was explained, so there is nothing to draw\n");
  if (options.json !== undefined) await writeJson(rows, options.json);
  process.exitCode = exitCodeOf(rows, files.length);
}

interface Judge {
  decide(file: string, signal: AbortSignal): Promise<CheckAnswer | TransactionsDecided>;
  end(): Promise<void>;
}

/** @throws CommandError at a model that is not there, before anything is read */
async function createJudge(options: Options): Promise<Judge> {
  const transactions = transactionModelNamed(options.model);
  if (transactions !== undefined) {
    const { createTransactionsPool } = await import("#fuzz/campaign/history/transactions-pool.ts");
    const { consistency = ["strict-serializable"], assume = ["writes-follow-reads"], time } = options;
    return createTransactionsPool({ model: transactions, levels: consistency, assumptions: assume }, time);
  }
  const { Piscina } = await import("piscina");
  const { loadModel } = await import("#fuzz/subjects/load-model.ts");
  await loadModel(options.model);
  const pool = new Piscina<CheckTask, CheckAnswer>({
    filename: new URL("../campaign/history/check-worker.ts", import.meta.url).href,
    maxThreads: 1,
  });
  return { decide: (file, signal) => pool.run(taskOf(file, options), { signal }), end: () => pool.destroy() };
}

function taskOf(file: string, { model, initial, condition, time, whole, search }: Options): CheckTask {
  return {
    file,
    model,
    initial,
    condition,
    timeMs: time,
    keys: whole === true ? "whole" : "split",
    method: search === true ? "search" : "automatic",
  };
}

async function writeJson(rows: readonly Row[], path: string): Promise<void> {
  const text = `${JSON.stringify({ histories: rows })}\n`;
  if (path === "-") process.stdout.write(text);
  else await write(path, text);
}

async function write(path: string, text: string): Promise<void> {
  const { writeWholeFile, WriteError } = await import("#reports/write-file.ts");
  try {
    writeWholeFile(path, text);
  } catch (error) {
    throw error instanceof WriteError ? new CommandError(`check: ${error.message}`) : error;
  }
}

function exitCodeOf(rows: readonly Row[], files: number): ExitCode {
  if (rows.some((row) => "outcome" in row && row.outcome.kind === "violated")) return EXIT.violated;
  if (rows.some((row) => "error" in row)) return EXIT.usage;
  return rows.length < files || rows.some((row) => "outcome" in row && row.outcome.kind === "unknown")
    ? EXIT.unfinished
    : EXIT.verified;
}
