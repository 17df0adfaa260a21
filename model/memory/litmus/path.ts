/** One way through one process: its events, their dependencies, and the conditions for it to be taken. */

import type { EventKind, Tag } from "../event.ts";
import type { Pair } from "../relation.ts";
import type { SymbolicValue } from "./value.ts";

export interface PathEvent {
  readonly kind: Exclude<EventKind, "IW">;
  readonly tag: Tag | undefined;
  readonly rmw: boolean;
  /** Absent for fences. */
  readonly address: SymbolicValue | undefined;
  /** The value it reads (an unknown) or writes; absent for fences, lock events and grace periods. */
  readonly value: SymbolicValue | undefined;
  /** Statements are numbered in the order of execution. */
  readonly statement: number;
  /** Offset of the operation in the text. */
  readonly at: number;
}

/** A branch taken: `value` is true or not. */
export interface Constraint {
  readonly value: SymbolicValue;
  readonly holds: boolean;
}

/** Indices are into `events`. */
export interface Path {
  readonly events: readonly PathEvent[];
  /** Program order inside statements, by data flow; between statements their numbers determine it. */
  readonly flow: readonly Pair[];
  readonly addr: readonly Pair[];
  readonly data: readonly Pair[];
  readonly ctrl: readonly Pair[];
  readonly rmw: readonly Pair[];
  readonly constraints: readonly Constraint[];
  /** Every operation computed, used or not: all must be legal. */
  readonly computed: readonly SymbolicValue[];
  /** Final values of the registers that were assigned. */
  readonly registers: ReadonlyMap<string, SymbolicValue>;
}
