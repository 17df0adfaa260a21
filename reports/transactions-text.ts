/** The verdict on one history of transactions, as readable text: each anomaly with its shortest case. */
import type { TransactionsOutcome, TransactionsVerdict } from "#properties/transactions/check-transactions.ts";
import type { ShownAnomaly, ShownStep, ShownTransaction } from "#properties/transactions/shown-anomaly.ts";
import { isForbidden } from "#properties/transactions/consistency-levels.ts";
import type { Level } from "#properties/transactions/consistency-levels.ts";
import type { TransactionFile } from "#properties/transactions/read-transactions.ts";
import { readingText } from "./history-recording.ts";
import { visibleText } from "./visible-text.ts";

/**
 * Lines without a final newline.
 *
 * @param reading a summary of the file's contents, if known
 */
export function transactionsText(file: string, verdict: TransactionsOutcome, reading?: TransactionFile): string {
  if ("because" in verdict) return `unknown  ${visibleText(file)}  ${verdict.model}: stopped at its time bound`;
  const { kind, model, asked, anomalies, notes } = verdict;
  const read = reading === undefined ? "" : `; read as ${readingText(reading)}`;
  const head = `${visibleText(file)}  ${model}, ${transactionCount(verdict)}${read}`;
  const lines = [`${kind === "violated" ? "VIOLATED" : kind.padEnd(8)} ${head}`];
  for (const level of asked) lines.push(`  ${level}: ${levelText(level, verdict)}`);
  for (const anomaly of anomalies) lines.push("", ...anomalyLines(anomaly));
  if (anomalies.length > 0) lines.push("");
  const weakest = verdict.not.length === 0 ? "" : `; the weakest that do not: ${verdict.not.join(", ")}`;
  lines.push(`  the strongest levels that still hold: ${verdict.strongest.join(", ") || "none"}${weakest}`);
  for (const note of notes) lines.push(`  note: ${visibleText(note)}`);
  return lines.join("\n");
}

function transactionCount({ committed, indeterminate, aborted }: TransactionsVerdict): string {
  const all = committed + indeterminate + aborted;
  const others = [
    ...(indeterminate === 0 ? [] : [`${indeterminate} info`]),
    ...(aborted === 0 ? [] : [`${aborted} fail`]),
  ];
  const outcomes = others.length === 0 ? "" : ` (${[`${committed} ok`, ...others].join(", ")})`;
  return `${all} transaction${all === 1 ? "" : "s"}${outcomes}`;
}

function levelText(level: Level, { levels, anomalies }: TransactionsVerdict): string {
  const verdict = levels[level] ?? "unknown";
  if (verdict !== "violated") return verdict;
  const all = anomalies.map(({ anomaly }) => anomaly);
  const reasons = all.filter((anomaly) => isForbidden(anomaly, level));
  return `violated by ${(reasons.length === 0 ? all : reasons).join(", ")}`;
}

function anomalyLines({
  anomaly,
  meaning,
  knownAs,
  count,
  transactions,
  because,
  steps,
  isShortest,
}: ShownAnomaly): string[] {
  const name = knownAs === undefined ? meaning : `${knownAs}; ${meaning}`;
  return [
    `  ${anomaly}: ${name}${countText(count, steps !== undefined)}`,
    ...table(transactions.map(transactionRow)),
    ...(because === undefined ? [] : [`    ${visibleText(because)}`]),
    ...table((steps ?? []).map(stepRow)),
    ...(isShortest === false ? ["    there may be a shorter cycle: the search stopped at its bound"] : []),
  ];
}

function countText(count: number, isCycle: boolean): string {
  if (count === 1) return "";
  return isCycle ? ` (in ${count} parts of the dependency graph; the shortest:)` : ` (${count} cases; the first:)`;
}

function transactionRow({ name, line, process, outcome, operations }: ShownTransaction): string[] {
  return [name, `line ${line}`, `process ${visibleText(String(process))}`, outcome, visibleText(operations)];
}

function stepRow({ from, to, kind, because }: ShownStep): string[] {
  return [`${from} → ${to}`, kind, visibleText(because)];
}

/** All columns but the last as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) => {
    const cells = row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] as number)));
    return `    ${cells.join("  ")}`;
  });
}
