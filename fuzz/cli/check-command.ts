import { Command, InvalidArgumentError, Option } from "commander";
import { type CheckOutcome, type CheckTask, CONDITIONS } from "#fuzz/campaign/history/check-task.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { Exclusion } from "#properties/histories/exclusion.ts";
import type { ReadableModel } from "#properties/histories/readable-model.ts";
import type { Recording } from "#properties/histories/recording.ts";
import { parseDuration } from "./duration.ts";
import { EXIT, type ExitCode } from "#fuzz/host/exit-code.ts";
import { namedCommand } from "./command-names.ts";

interface Options {
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
    .option("--initial <json>", 'what it holds at first: null, true, a number, a text, :a; of a bank {"0": 10} or 10')
    .option("--capacity <values>", "values that a queue, stack or deque holds at most", parseCapacity)
    .option(
      "--exclude <function…>",
      "leave out a function (drain), or a client (client=7); the verdict counts them",
      also,
    )
    .addOption(new Option("--condition <name>", "what is checked").choices(CONDITIONS).default("linearizability"))
    .option("--time <duration>", "say unknown of a file that takes longer, such as 10s", parseDuration)
    .option("--json <file>", "write verdicts as JSON; - is standard output, instead of the text")
    .option("--page <file.html>", "draw the counterexample of the first violation")
    .option("--whole", "do not check key by key")
    .option("--search", "search even where a monitor could decide")
    .addHelpText("after", HELP)
    .action(run);
}

const HELP = `
Models, with their functions:
  register                     read, write (r, w; get, put)
  cas-register                 read, write, cas [old new] (c)
  kv-map                       get, put, append by key: [key], [key value], or a key of its own
  multi-register               txn of [:read k v] and [:write k v]
  queue, stack                 push, pop (enqueue, dequeue; offer, poll); --capacity
  deque                        push-front, push-back, pop-front, pop-back (addFirst, lpush …); --capacity
  priority-queue               push, pop: smallest first; --capacity
  double-ended-priority-queue  push, pop-min, pop-max; --capacity
  set                          add, remove, has (contains); read of the whole set
  counter                      increment, decrement, add n, read; add-and-get, get-and-add
  mutex                        acquire, release (lock, unlock), by anybody
  owner-mutex                  the same, by the owner: the argument, or else the client
  bank, bank-with-overdraft    transfer {from, to, amount}, read of all balances; the first read tells what there is
  All but kv-map, multi-register and the banks may be many by key: [key value], [key nil], [key [old new]].

Formats, told by the shape of the file:
  Jepsen: history.edn (maps, with tags or without), history.txt, logs of all its versions
  JSON objects with Jepsen's keys (process, type, f, value), one a line, in an array, or in an object that holds it
  JSON objects, one an event (client, type, f, argument or output), or one an operation (client, f, argument, output,
  call, return; names that mean the same are known)
  JSON arrays [client, f, argument, output, call, return]
  CSV with a header that names such columns
  porcupine: operations and events as JSON or as Go prints them (%+v, %#v, source); visualization data, or its page
Every line is an operation, a note (Jepsen's nemesis, other lines of a log), or an error. Events stand in the order in
which they happened; those with an index and without a process are all of one client. Numbers and times keep every
digit; equal numbers are one value (5, 5.0, 5N); keywords are no texts.

Values and outcomes:
  Registers start as 0; as nil in Jepsen's logs and history.txt. Texts of a kv-map start as "", as 0 in JSON arrays.
  nil as the value read: in EDN and JSON with Jepsen's keys nobody saw it (as in Knossos), unless --initial is null;
  everywhere else it is the value nil. A pop that answers nil found nothing.
  What fails (:fail) has never happened, but a cas in the first kind of log (INFO  jepsen.util - …): it ran, and found
  another value. What ends with :info, or not at all, may have happened or not.
  An operation that answers false was refused: a push was (with --capacity: the container was full), an acquire found
  the lock taken, a cas found another value; a write, append, increment or transfer is left out, and counted.

A module exports \`model\` (see model/model.ts), and may export \`read({ f, key, argument, output })\`, which gives
{ operation, response } of a recorded operation, or undefined to leave it out; without it the operation is
{ kind: f, key, value: argument } and the response is the output. Keywords come as literals (model/literal.ts).

Exit codes: 0 all explained, 1 a violation, 2 bad input or no operations, 3 something unknown.

Examples:
  quiesce check etcd_001.log --model cas-register
  quiesce check --page reports/out/history.html queue.jsonl.gz --model queue
  quiesce check --json - --time 10s runs/*.edn --model multi-register
  quiesce check history.jsonl --model ./my-model.ts`;

function parseCapacity(text: string): number {
  const capacity = Number(text);
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw new InvalidArgumentError("it must be a whole number ≥ 1.");
  return capacity;
}

function also(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** @throws InputError if the model has no such option, or its value is none */
async function initialOf(text: string | undefined, { initial }: ReadableModel, name: string): Promise<unknown> {
  if (text === undefined) return undefined;
  if (initial === undefined) throw new InputError(`check: --initial: the model ${name} starts in one way only`);
  const { valueOfText } = await import("#properties/histories/value-of-text.ts");
  const value = valueOfText(text);
  if (value === undefined || !initial.fits(value))
    throw new InputError(`check: --initial ${text}: it must be ${initial.what}`);
  return value;
}

async function exclusionsOf(texts: readonly string[] = []): Promise<readonly Exclusion[]> {
  const { exclusionOf } = await import("#properties/histories/exclusion.ts");
  return texts.map((text) => {
    const exclusion = exclusionOf(text);
    if (exclusion === undefined)
      throw new InputError(`check: --exclude ${JSON.stringify(text)}: it must be a function's name, or client=<name>`);
    return exclusion;
  });
}

type Row = { readonly file: string } & (
  | {
      readonly seconds: number;
      readonly outcome: CheckOutcome;
      readonly recording: Recording;
      readonly lines: Readonly<Record<number, number>>;
    }
  | { readonly error: string }
);

async function run(files: readonly string[], options: Options): Promise<void> {
  const { openEngine } = await import("#fuzz/campaign/engine.ts");
  const { writeWholeFile } = await import("#fuzz/host/write-file.ts");
  const { loadModel } = await import("#fuzz/subjects/load-model.ts");
  const { exactJsonText } = await import("#reports/exact-json-text.ts");
  const { outcomeText } = await import("#reports/history-verdict.ts");
  const { visibleText } = await import("#reports/visible-text.ts");
  const { writeJson } = await import("./write-json.ts");

  const model = await loadModel(options.model); // a wrong name is refused before anything is read
  if (options.capacity !== undefined && model.hasCapacity !== true)
    throw new InputError(`check: --capacity: the model ${options.model} has none`);
  const initial = await initialOf(options.initial, model, options.model);
  const exclude = await exclusionsOf(options.exclude);
  const rows: Row[] = [];
  const engine = openEngine({ workers: 1 });
  const progress = (text: string): void => {
    if (process.stderr.isTTY && files.length > 1) process.stderr.write(`\r\u001B[K${text}`);
  };
  let hasPage = false;
  try {
    for (const [at, file] of files.entries()) {
      progress(`${at + 1} of ${files.length}: ${visibleText(file)}`);
      const task = { ...taskOf(file, options), initial, exclude };
      const done = await engine.perform({ kind: "history", task });
      progress("");
      // What was decided before an interruption is still to be written.
      if (done === undefined || engine.stopReason() !== undefined) break;
      const answer = done.outcome;
      if (answer.kind === "fault") {
        process.stderr.write(`quiesce: ${visibleText(answer.fault)}\n`);
        rows.push({ file, error: answer.fault });
        continue;
      }
      const { outcome, seconds, recording, lines } = answer;
      rows.push({ file, seconds, outcome, recording, lines });
      const recorded = { recording, lines, prefix: "prefix" in outcome ? outcome.prefix : undefined };
      if (options.json !== "-") process.stdout.write(`${outcomeText(file, outcome, recorded)}\n`);
      if (options.page === undefined || hasPage || !("orders" in outcome)) continue;
      const { historyPage } = await import("#reports/history-page.ts");
      writeWholeFile(options.page, historyPage(outcome, file, recorded));
      hasPage = true;
    }
  } finally {
    await engine.close();
  }
  if (options.page !== undefined && !hasPage)
    process.stderr.write("quiesce: check: --page: no violation was explained, so there is nothing to draw\n");
  writeJson(options.json, `${exactJsonText({ histories: rows })}\n`);
  process.exitCode = exitCodeOf(rows, files.length);
}

function taskOf(
  file: string,
  { model, capacity, condition, time, whole, search }: Options,
): Omit<CheckTask, "initial" | "exclude"> {
  return {
    file,
    model,
    capacity,
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
