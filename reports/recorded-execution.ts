import type { Location } from "./result.ts";

/** One recorded execution, access by access, with names in place of numbers. */
export interface Execution {
  readonly scenario: string;
  /** Names of the threads by number; those of RCU callbacks come after the program's own. */
  readonly threads: readonly string[];
  readonly rows: readonly Row[];
  readonly violation?: ExecutionViolation;
}

interface ExecutionViolation {
  readonly property: string;
  readonly because: string;
  /** The object or lock concerned, such as `peer#2`, if any. */
  readonly object?: string;
}

/** A procedure on the call stack of an access: where it makes the access, or calls the next procedure. */
export interface Frame extends Location {
  /** Its name in the source; empty where it has none. */
  readonly procedure: string;
}

/** The events, in the order in which they happened. */
export type Row = AccessRow | OperationRow;

export interface AccessRow {
  readonly kind: "access";
  /** Accesses of the execution before this one. */
  readonly step: number;
  readonly thread: number;
  /** The access function, as in the source: `readOnce`. */
  readonly access: string;
  /** What it concerns: `peer#1.refcount`, the lock, the freed object; empty if nothing. */
  readonly place: string;
  /** The object that `place` lies in: `peer#1`. */
  readonly object: string;
  /** Value read or written: `1`, `0 → 1`, `→ peer#2`; empty if none. */
  readonly effect: string;
  /** Whether it wrote the word, took or released the lock, changed the slab. */
  readonly writes: boolean;
  /** Resources that the thread holds afterwards: locks, references, `rcu` for a read-side critical section. */
  readonly holds: readonly string[];
  /** Line of the source, if recorded. */
  readonly location?: Location;
}

/** An operation begins or responds. */
export interface OperationRow {
  readonly kind: "begin" | "end";
  readonly step: number;
  readonly thread: number;
  /** The operation's number in the program. */
  readonly operation: number;
  /** `getPeer 1.1.1.1`, or the response. */
  readonly text: string;
}

/** The access without its effect: `readOnce peer#1.refcount`. A strict replay compares these. */
export function accessText({ access, place }: Pick<AccessRow, "access" | "place">): string {
  return place === "" ? access : `${access} ${place}`;
}
