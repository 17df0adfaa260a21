/** An execution that loops for ever: its round is shown once. */
import { accessText, type Row } from "./recorded-execution.ts";

/** Most rows of a round. */
const ROUND_MAX = 200;

/** Consecutive rounds that count as an endless loop. */
const ROUNDS_MIN = 3;

export interface Repetition {
  /** The rows up to the end of the first round. */
  readonly rows: readonly Row[];
  /** Rows of a round, and the number of its repetitions. */
  readonly round: number;
  readonly again: number;
}

/**
 * The repeated round at the end of the rows, if any, whatever values its accesses find. O(rows × rows of a round).
 */
export function repetitionOf(rows: readonly Row[]): Repetition | undefined {
  const names = rows.map((row) => `${row.thread} ${row.kind} ${row.kind === "access" ? accessText(row) : row.text}`);
  for (let round = 1; round <= Math.min(ROUND_MAX, Math.floor(rows.length / ROUNDS_MIN)); round++) {
    let start = rows.length - round;
    while (start > 0 && names[start - 1] === names[start - 1 + round]) start--;
    const again = Math.floor((rows.length - start) / round) - 1;
    if (again >= ROUNDS_MIN - 1) return { rows: rows.slice(0, start + round), round, again };
  }
  return undefined;
}
