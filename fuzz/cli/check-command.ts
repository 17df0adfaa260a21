import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Scalar } from "#model/object-shape.ts";
import { type CheckOutcome, type CheckTask, CONDITIONS } from "#fuzz/campaign/history/check-task.ts";
import { parseDuration } from "./duration.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
  readonly model: string;
  readonly initial?: Scalar;
  readonly condition: CheckTask["condition"];
  /** Milliseconds. */
  readonly time?: number;
  readonly json?: string;
  readonly page?: string;
  readonly whole?: true;
  readonly search?: true;
  readonly out: string;
}

/** `quiesce check`: is a recorded history linearizable? */
export function checkCommand(): Command {
  return namedCommand("check", "Jepsen logs, EDN, porcupine's kv logs or JSON lines; gzip or plain")
    .requiredOption("--model <name|module.ts>", "a built-in model (below), or a module that exports `model`")
    .option("--initial <json>", "what registers hold at first", parseScalar)
    .addOption(new Option("--condition <name>", "what is checked").choices(CONDITIONS).default("linearizability"))
    .option("--time <duration>", "say unknown of a file that takes longer, such as 10s", parseDuration)
    .option("--json <file>", "write verdicts as JSON; - is standard output, instead of the text")
    .option("--page <file.html>", "draw the counterexample of the first violation")
    .option("--out <folder>", "folder of the page that shows all reports", "reports/out")
    .option("--whole", "do not check key by key")
    .option("--search", "search even where a monitor could decide")
    .addHelpText(
      "after",
      `
Models: register, cas-register, kv-map, set, queue, stack, priority-queue, mutex, multi-register, counter.
Registers start as 0; as nil in Jepsen logs; texts as "".
A module exports \`model\` (see model/model.ts), and may export \`read({ f, key, argument, output })\`, which gives
{ operation, response } of a recorded operation, or undefined to leave it out; without it the operation is
{ kind: f, key, value: argument } and the response is the output.

Exit codes: 0 all explained, 1 a violation, 2 bad input, 3 something unknown.

Examples:
  quiesce check etcd_001.log --model cas-register
  quiesce check --page reports/out/history.html queue.jsonl.gz --model queue
  quiesce check --json - --time 10s runs/*.edn --model multi-register
  quiesce check history.jsonl --model ./my-model.ts`,
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
  | { readonly seconds: number; readonly outcome: CheckOutcome }
  | { readonly error: string }
);

async function run(files: readonly string[], options: Options): Promise<void> {
  const { openEngine } = await import("#fuzz/campaign/engine.ts");
  const { writeWholeFile } = await import("#fuzz/host/write-file.ts");
  const { loadModel } = await import("#fuzz/subjects/load-model.ts");
  const { outcomeText } = await import("#reports/history-verdict.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { updatePage } = await import("#fuzz/campaign/page/update-page.ts");
  const { drawnHistory } = await import("#reports/history-drawing.ts");
  const { pageLine } = await import("./page-line.ts");
  const { writeJson } = await import("./write-json.ts");

  await loadModel(options.model); // a wrong name is refused before anything is read
  const rows: Row[] = [];
  const engine = openEngine({ workers: 1 });
  const progress = (text: string): void => {
    if (process.stderr.isTTY && files.length > 1) process.stderr.write(`\r\u001B[K${text}`);
  };
  let hasPage = false;
  try {
    for (const [at, file] of files.entries()) {
      progress(`${at + 1} of ${files.length}: ${visibleText(file)}`);
      const done = await engine.perform({ kind: "history", task: taskOf(file, options) });
      progress("");
      // What was decided before an interruption is still to be written.
      if (done === undefined || engine.stopReason() !== undefined) break;
      const answer = done.outcome;
      if (answer.kind === "fault") {
        process.stderr.write(`quiesce: ${visibleText(answer.fault)}\n`);
        rows.push({ file, error: answer.fault });
        continue;
      }
      const { outcome, seconds } = answer;
      rows.push({ file, seconds, outcome });
      if (options.json !== "-") process.stdout.write(`${outcomeText(file, outcome)}\n`);
      if (options.page === undefined || hasPage || !("orders" in outcome)) continue;
      const { historyPage } = await import("#reports/history-page.ts");
      writeWholeFile(options.page, historyPage(outcome, file));
      hasPage = true;
    }
  } finally {
    await engine.close();
  }
  if (options.page !== undefined && !hasPage)
    process.stderr.write("quiesce: check: --page: no violation was explained, so there is nothing to draw\n");
  writeJson(options.json, `${JSON.stringify({ histories: rows })}\n`);
  const histories = rows.flatMap((row) => ("outcome" in row ? [drawnHistory(row.file, row.outcome)] : []));
  const text = `${JSON.stringify({ format: "quiesce-histories", histories })}\n`;
  const page = await updatePage(resolve(options.out), [{ name: "histories.json", text }]);
  // For people: programs read a line a file, and nothing else.
  if (process.stderr.isTTY) process.stderr.write(`${pageLine(page)}\n`);
  process.exitCode = exitCodeOf(rows, files.length);
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

function exitCodeOf(rows: readonly Row[], files: number): ExitCode {
  if (rows.some((row) => "outcome" in row && row.outcome.kind === "violated")) return EXIT.violated;
  if (rows.some((row) => "error" in row)) return EXIT.usage;
  return rows.length < files || rows.some((row) => "outcome" in row && row.outcome.kind === "unknown")
    ? EXIT.unfinished
    : EXIT.verified;
}
