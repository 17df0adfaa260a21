/** An execution that goes round for ever: its round is told once. */
import { accessText, type Row } from "./recorded-execution.ts";

/** Rows of a round at most. */
const ROUND_MAX = 200;

/** Rounds in a row that make an endless loop. */
const ROUNDS_MIN = 3;

export interface Repetition {
  /** The rows up to the end of the first round. */
  readonly rows: readonly Row[];
  /** Rows of a round, and how often it is gone round again. */
  readonly round: number;
  readonly again: number;
}

/**
 * The round in which the rows end, if they end in one; whatever values its accesses find. O(rows × rows of a round).
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
