/**
 * The cost of checking histories of transactions: CPU seconds and peak memory of a whole process that reads, or
 * generates, a history and checks it, for growing lengths.
 *
 *     npm run bench:transactions [-- <part of a case's name>]
 *
 * Histories come from a simulated database with a fixed seed: generated event by event, or read from files of JSON
 * lines or EDN. A million transactions must be decided in 60 s and 4 GB; ten times as many must not take much more than
 * ten times as long.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkTransactions } from "#properties/transactions/check-transactions.ts";
import type { TransactionModel } from "#properties/transactions/transaction-model.ts";
import { readTransactions } from "#properties/transactions/read-transactions.ts";
import type { SimulatedLevel } from "#properties/transactions/simulated-database.ts";
import { simulateTransactions } from "#properties/transactions/simulate-transactions.ts";
import type { TransactionEvent } from "#properties/transactions/transaction-event.ts";
import { createTransactionReader } from "#properties/transactions/transaction-history.ts";

const SECONDS_MAX = 60;
const MEMORY_MAX_MB = 4096;
const LENGTHS = [10_000, 100_000, 1_000_000] as const;
/** Largest growth of the time when the length grows tenfold. */
const GROWTH_MAX = 14;

interface Case {
  readonly model: TransactionModel;
  readonly database: SimulatedLevel;
  readonly source: "memory" | "json" | "edn";
  /** Whether the history is strictly serializable. */
  readonly expected: "holds" | "violated";
}

const CASES: readonly Case[] = [
  { model: "list-append", database: "strict-serializable", source: "memory", expected: "holds" },
  { model: "list-append", database: "serializable", source: "memory", expected: "violated" },
  { model: "list-append", database: "snapshot-isolation", source: "memory", expected: "violated" },
  { model: "list-append", database: "read-uncommitted", source: "memory", expected: "violated" },
  { model: "rw-register", database: "strict-serializable", source: "memory", expected: "holds" },
  { model: "rw-register", database: "read-committed", source: "memory", expected: "violated" },
  { model: "list-append", database: "strict-serializable", source: "json", expected: "holds" },
  { model: "list-append", database: "strict-serializable", source: "edn", expected: "holds" },
];

function nameOf({ model, database, source }: Case): string {
  return `${model}, ${database} database, ${source === "memory" ? "in memory" : `from ${source}`}`;
}

function eventsOf({ model, database }: Case, transactions: number): Generator<TransactionEvent> {
  return simulateTransactions({
    model,
    level: database,
    seed: 5,
    transactions,
    processes: 20,
    keys: 10,
    writesPerKey: 100,
    operationsMax: 4,
    failsOneIn: 50,
    unknownOneIn: 200,
  });
}

function lineOf({ process, type, value, line }: TransactionEvent, source: Case["source"]): string {
  if (source === "json") return JSON.stringify({ process, type, f: "txn", value, index: line - 1 });
  const edn = JSON.stringify(value)
    .replaceAll(/"(\w+)"/g, ":$1")
    .replaceAll(",", " ")
    .replaceAll("null", "nil");
  return `{:process ${process}, :type :${type}, :f :txn, :value ${edn}, :index ${line - 1}}`;
}

/** The file is written by another process, whose time and memory do not count. */
function writeHistory(each: Case, transactions: number, path: string): void {
  const file = openSync(path, "w");
  let lines: string[] = [];
  for (const event of eventsOf(each, transactions)) {
    lines.push(lineOf(event, each.source));
    if (lines.length < 10_000) continue;
    writeSync(file, `${lines.join("\n")}\n`);
    lines = [];
  }
  writeSync(file, `${lines.join("\n")}\n`);
  closeSync(file);
}

async function decide(each: Case, transactions: number, path: string): Promise<void> {
  const reader = createTransactionReader(each.model, path);
  if (each.source === "memory") for (const event of eventsOf(each, transactions)) reader.add(event);
  else await readTransactions(path, (event) => reader.add(event));
  const made = process.cpuUsage();
  const verdict = checkTransactions(reader.end(), {
    levels: ["strict-serializable"],
    assumptions: ["writes-follow-reads"],
  });
  const checked = process.cpuUsage(made);
  if (verdict.kind !== each.expected) throw new Error(`the verdict is ${verdict.kind}, and must be ${each.expected}`);
  process.stdout.write(
    JSON.stringify({
      seconds: seconds(process.cpuUsage()),
      checkSeconds: seconds(checked),
      memoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

interface Figure {
  readonly seconds: number;
  readonly checkSeconds: number;
  readonly memoryMb: number;
}

function inProcess(what: "write" | "decide", each: Case, transactions: number, path: string): string {
  const child = spawnSync(
    process.execPath,
    [import.meta.filename, "--only", what, nameOf(each), String(transactions), path],
    { encoding: "utf8" },
  );
  if (child.status === 0) return child.stdout;
  throw new Error(child.stderr.match(/Error: .*/)?.[0] ?? `ended by ${child.signal ?? child.status}`);
}

function measure(each: Case, folder: string): boolean {
  let before: number | undefined;
  let isMet = true;
  for (const transactions of LENGTHS) {
    const path = join(folder, "history");
    if (each.source !== "memory") inProcess("write", each, transactions, path);
    const figure = JSON.parse(inProcess("decide", each, transactions, path)) as Figure;
    const growth = before === undefined ? undefined : figure.seconds / before;
    before = figure.seconds;
    const isOver =
      figure.seconds > SECONDS_MAX || figure.memoryMb > MEMORY_MAX_MB || (growth !== undefined && growth > GROWTH_MAX);
    isMet &&= !isOver;
    const cells = [
      nameOf(each).padEnd(58),
      transactions.toLocaleString("en").padStart(9),
      figure.seconds.toFixed(2).padStart(7),
      figure.checkSeconds.toFixed(2).padStart(7),
      String(figure.memoryMb).padStart(6),
      (growth === undefined ? "" : `×${growth.toFixed(1)}`).padStart(6),
    ];
    process.stdout.write(`${cells.join(" ")}${isOver ? "  NOT MET" : ""}\n`);
  }
  return isMet;
}

const [chosen, what, name, length, path = ""] = process.argv.slice(2);
if (chosen === "--only") {
  const only = CASES.find((each) => nameOf(each) === name);
  if (only === undefined) throw new RangeError(`there is no case ${name}`);
  if (what === "write") writeHistory(only, Number(length), path);
  else await decide(only, Number(length), path);
} else {
  const folder = mkdtempSync(join(tmpdir(), "bench-transactions-"));
  try {
    process.stdout.write(`${"case".padEnd(58)} ${"length".padStart(9)}   CPU s   check     MB growth\n`);
    const met = CASES.filter((each) => chosen === undefined || nameOf(each).includes(chosen)).map((each) =>
      measure(each, folder),
    );
    process.exitCode = met.every(Boolean) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
