/**
 * The costs of a lookup besides reading: locks, atomic operations, and cache lines that it takes from other CPUs by
 * writing.
 */
import { visibleText } from "./visible-text.ts";

export interface LookupCost {
  readonly system: string;
  /** The lookup's name for readers. */
  readonly lookup: string;
  readonly lockAcquisitions: number;
  /** Read-modify-writes, including those that take locks. */
  readonly atomicOperations: number;
  /** Different lines that it writes, or may write. */
  readonly cacheLinesWritten: number;
  /** Accesses to shared memory of all kinds. */
  readonly accesses: number;
}

/**
 * A line of the table of sizes: the size of a record, and the cache lines that a lookup touches, beside the kernel's
 * figures.
 */
export interface SizeRow {
  readonly system: string;
  /** The record's name for readers. */
  readonly record: string;
  readonly bytes: number;
  /** The lookup whose cache lines are counted. */
  readonly lookup: string;
  /** Lines of 64 bytes that it touches; a mean where it depends on the record. */
  readonly cacheLines: number;
  readonly kernelBytes: number;
  /** The source of the kernel's figure. */
  readonly kernelSource: string;
}

/** The longest critical section for a list of that length. */
export interface LockHoldRow {
  readonly listed: number;
  /**
   * Accesses in the longest critical section, by collector: of a run that keeps all, one that destroys all, a device
   * event.
   */
  readonly softirq: LockHold;
  readonly workqueue: LockHold;
}

export interface LockHold {
  readonly runThatKeeps: number;
  readonly runThatDestroys: number;
  readonly deviceEvent: number;
}

/** The costs of the structures, as `quiesce costs --json` writes them. */
export interface Costs {
  readonly format: "quiesce-costs";
  readonly version: 1;
  readonly sizes: readonly SizeRow[];
  readonly lookups: readonly LookupCost[];
  readonly lockHolds: readonly LockHoldRow[];
}

/** The tables for a terminal, without a final newline. */
export function costsText({ sizes, lookups, lockHolds }: Costs): string {
  return [
    "what a peer's lookup writes",
    ...table(
      ["system", "lookup", "locks", "atomics", "lines written", "accesses"],
      lookups.map(({ system, lookup, lockAcquisitions, atomicOperations, cacheLinesWritten, accesses }) => [
        system,
        lookup,
        lockAcquisitions,
        atomicOperations,
        cacheLinesWritten,
        accesses,
      ]),
    ),
    "",
    "what records take and lookups touch",
    ...table(
      ["system", "record", "bytes", "kernel", "lines touched", "lookup", "the kernel's figure"],
      sizes.map(({ system, record, bytes, kernelBytes, cacheLines, lookup, kernelSource }) => [
        system,
        record,
        bytes,
        kernelBytes,
        cacheLines,
        lookup,
        kernelSource,
      ]),
    ),
    "",
    "accesses under the garbage lock of the destination cache: runs that keep or free all entries, device events",
    ...table(
      ["entries", "softirq keeps", "frees", "event", "work queue keeps", "frees", "event"],
      lockHolds.map(({ listed, softirq, workqueue }) => [
        listed,
        ...[softirq, workqueue].flatMap(({ runThatKeeps, runThatDestroys, deviceEvent }) => [
          runThatKeeps,
          runThatDestroys,
          deviceEvent,
        ]),
      ]),
    ),
  ].join("\n");
}

/** Rows in columns: numbers to the right, with at most two decimals, words to the left. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const texts = rows.map((row) =>
    row.map((cell) => (typeof cell === "number" ? String(Math.round(cell * 100) / 100) : visibleText(cell))),
  );
  const widths = head.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]?.length ?? 0)));
  const isNumber = head.map((_, column) => typeof rows[0]?.[column] === "number");
  const padded = (cell: string, column: number): string => {
    const width = widths[column] as number;
    return isNumber[column] === true ? cell.padStart(width) : cell.padEnd(width);
  };
  const line = (cells: readonly string[]) => `  ${cells.map(padded).join("  ")}`.trimEnd();
  return [line(head), ...texts.map(line)];
}
