/**
 * The accesses of an execution that a story shows, and those that it folds into "… 5 accesses".
 *
 * A row's weight is its relevance to the violation. The lightest are folded first, until the story is short enough;
 * adjacent rows of one thread fold into one line.
 */
import type { AccessRow, Execution, Row } from "./recorded-execution.ts";

/** A shown row, or several adjacent folded ones. */
export type StoryLine =
  | { readonly kind: "shown"; readonly row: Row }
  | { readonly kind: "folded"; readonly rows: readonly Row[] };

export interface FoldOptions {
  /** Most lines of the story. */
  readonly rowsMax: number;
  /** Steps of the accesses that are known to matter. */
  readonly matters?: ReadonlySet<number>;
}

const WEIGHT = {
  /** Data that no other thread touches. */
  private: 1,
  /** A word that another thread writes, or reads when this one writes it. */
  shared: 2,
  /** Locks, allocations and frees, invocations, and switches between threads. */
  structure: 3,
  /** The object of the violation. */
  culprit: 4,
  /** An access whose order matters. */
  matters: 5,
  /** The last access. */
  end: 6,
} as const;

/** Accesses to locks, objects and grace periods rather than data. */
const STRUCTURE = /^(spin|mutex|allocate|free|synchronizeRcu|callRcu|await)/;

/** Folds the least relevant rows, until at most `rowsMax` lines are left if possible. */
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
    if ((weights[index] as number) < least) run.push(row);
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
    // All responses together rule out an order of the operations.
    if (row.kind === "end" && violation?.property === "linearizability") return WEIGHT.end;
    if (row.kind !== "access") return row.kind === "begin" ? WEIGHT.structure : WEIGHT.shared;
    if (matters.has(row.step)) return WEIGHT.matters;
    if (violation?.object !== undefined && concerns(row, violation.object)) return WEIGHT.culprit;
    if (STRUCTURE.test(row.access) || isSwitch(rows, index)) return WEIGHT.structure;
    return sharing.has(row.place) ? WEIGHT.shared : WEIGHT.private;
  });
}

/** Does the access change the object, release it, or obtain a pointer to it? */
function concerns(row: AccessRow, object: string): boolean {
  return (row.object === object && row.writes) || row.effect.split(" ").includes(object);
}

/** Does the adjacent row belong to another thread? */
function isSwitch(rows: readonly Row[], index: number): boolean {
  const thread = rows[index]?.thread;
  return rows[index - 1]?.thread !== thread || rows[index + 1]?.thread !== thread;
}

/** Places that several threads access and at least one writes. */
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
