/**
 * Which accesses of an execution a story tells, and which it folds into "… 5 accesses".
 *
 * A row's weight says how much it has to do with what went wrong. The lightest are folded first, until the story is
 * short enough; neighbours of one thread fold into one line.
 */
import type { AccessRow, Execution, Row } from "./recorded-execution.ts";

/** A row that is shown, or several in a row that are not. */
export type StoryLine =
  | { readonly kind: "shown"; readonly row: Row }
  | { readonly kind: "folded"; readonly rows: readonly Row[] };

export interface FoldOptions {
  /** Lines the story may have. */
  readonly rowsMax: number;
  /** Steps of the accesses that are known to matter. */
  readonly matters?: ReadonlySet<number>;
}

const WEIGHT = {
  /** Data that nobody else touches. */
  private: 1,
  /** A word that another thread writes, or reads when this one writes it. */
  shared: 2,
  /** Locks, objects coming and going, operations that begin, and where one thread hands over to another. */
  structure: 3,
  /** The object that went wrong. */
  culprit: 4,
  /** An access whose order is known to matter. */
  matters: 5,
  /** The last access. */
  end: 6,
} as const;

/** Accesses that are about locks, objects and grace periods rather than data. */
const STRUCTURE = /^(spin|mutex|allocate|free|synchronizeRcu|callRcu|await)/;

/** Folds what has least to do with the violation, until at most `rowsMax` lines are left where that is possible. */
export function foldRows(execution: Execution, { rowsMax, matters = new Set() }: FoldOptions): StoryLine[] {
  const { rows } = execution;
  const weights = rowWeights(execution, matters);
  for (let least: number = WEIGHT.private; least <= WEIGHT.end; least++) {
    const lines = fold(rows, weights, least, "a thread");
    if (lines.length <= rowsMax) return lines;
  }
  return fold(rows, weights, WEIGHT.end, "all threads");
}

function fold(
  rows: readonly Row[],
  weights: readonly number[],
  least: number,
  within: "a thread" | "all threads",
): StoryLine[] {
  const lines: StoryLine[] = [];
  let run: Row[] = [];
  const flush = (): void => {
    const [only] = run;
    if (only !== undefined) lines.push(run.length === 1 ? { kind: "shown", row: only } : { kind: "folded", rows: run });
    run = [];
  };
  for (const [index, row] of rows.entries()) {
    if (within === "a thread" && run[0] !== undefined && run[0].thread !== row.thread) flush();
    if ((weights[index] ?? 0) < least) run.push(row);
    else {
      flush();
      lines.push({ kind: "shown", row });
    }
  }
  flush();
  return lines;
}

function rowWeights({ rows, violation }: Execution, matters: ReadonlySet<number>): number[] {
  const sharing = sharedPlaces(rows);
  return rows.map((row, index) => {
    if (index === rows.length - 1) return WEIGHT.end;
    // Against an order of the operations speak the responses, all of them.
    if (row.kind === "end" && violation?.property === "linearizability") return WEIGHT.end;
    if (row.kind !== "access") return row.kind === "begin" ? WEIGHT.structure : WEIGHT.shared;
    if (matters.has(row.step)) return WEIGHT.matters;
    if (violation?.object !== undefined && concerns(row, violation.object)) return WEIGHT.culprit;
    if (STRUCTURE.test(row.access) || isSwitch(rows, index)) return WEIGHT.structure;
    return sharing.has(row.place) ? WEIGHT.shared : WEIGHT.private;
  });
}

/** Does the access change the object, let it go, or come by a pointer to it? */
function concerns(row: AccessRow, object: string): boolean {
  return (row.object === object && row.writes) || row.effect.split(" ").includes(object);
}

/** Is the neighbour another thread's? */
function isSwitch(rows: readonly Row[], index: number): boolean {
  const thread = rows[index]?.thread;
  return rows[index - 1]?.thread !== thread || rows[index + 1]?.thread !== thread;
}

/** Places that several threads touch and at least one of them writes. */
function sharedPlaces(rows: readonly Row[]): Set<string> {
  const threads = new Map<string, Set<number>>();
  const written = new Set<string>();
  for (const row of rows) {
    if (row.kind !== "access") continue;
    threads.set(row.place, (threads.get(row.place) ?? new Set()).add(row.thread));
    if (row.writes) written.add(row.place);
  }
  return new Set([...written].filter((place) => (threads.get(place)?.size ?? 0) > 1));
}
