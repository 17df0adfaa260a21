/**
 * The known facts about unknowns: equations "value read = value written", solved by substitution, with
 * undo for a search.
 *
 * A cyclic equation through an operation has no solution here even if some value
 * would satisfy it; one that only copies leaves its unknowns open.
 */

import { areEqual, isKnown, operate, type Operation, type SymbolicValue } from "./value.ts";

type Equation = readonly [SymbolicValue, SymbolicValue];

/** A state to return to. */
export interface Mark {
  readonly bound: number;
  readonly pending: readonly Equation[];
}

/** From this depth on, shared operands are resolved once instead of once per use. */
const MEMO_DEPTH_MIN = 6;

export class Bindings {
  readonly #values = new Map<number, SymbolicValue>();
  /** Slots in the order in which they were bound. */
  readonly #trail: number[] = [];
  /** Equations that cannot be substituted yet. */
  #pending: readonly Equation[] = [];

  mark(): Mark {
    return { bound: this.#trail.length, pending: this.#pending };
  }

  /** Forgets everything since the mark. */
  undo({ bound, pending }: Mark): void {
    while (this.#trail.length > bound) {
      const slot = this.#trail.pop();
      if (slot !== undefined) this.#values.delete(slot);
    }
    this.#pending = pending;
  }

  /** The value with everything known substituted, and folded. */
  resolve(value: SymbolicValue): SymbolicValue {
    if (value.kind === "unknown") return this.#follow(value, undefined);
    if (value.kind === "operation") return this.#fold(value, value.depth < MEMO_DEPTH_MIN ? undefined : new Map());
    return value;
  }

  #follow(unknown: SymbolicValue, memo: Map<Operation, SymbolicValue> | undefined): SymbolicValue {
    let value = unknown;
    while (value.kind === "unknown") {
      const next = this.#values.get(value.slot);
      if (next === undefined) return value;
      value = next;
    }
    return value.kind === "operation" ? this.#fold(value, memo ?? new Map()) : value;
  }

  #fold(operation: Operation, memo: Map<Operation, SymbolicValue> | undefined): SymbolicValue {
    const seen = memo?.get(operation);
    if (seen !== undefined) return seen;
    const side = (value: SymbolicValue): SymbolicValue => {
      if (value.kind === "unknown") return this.#follow(value, memo);
      return value.kind === "operation" ? this.#fold(value, memo) : value;
    };
    const folded = operate(operation.operator, side(operation.left), side(operation.right));
    memo?.set(operation, folded);
    return folded;
  }

  /** Adds an equation. False if it contradicts what is known. */
  equate(left: SymbolicValue, right: SymbolicValue): boolean {
    const a = this.resolve(left);
    const b = this.resolve(right);
    if (isKnown(a) && isKnown(b)) return areEqual(a, b);
    if (!this.#substitute(a, b)) this.#pending = [...this.#pending, [a, b]];
    return true;
  }

  /** Binds an unknown side to the other, unless that contains it. */
  #substitute(a: SymbolicValue, b: SymbolicValue): boolean {
    if (a.kind === "unknown") {
      if (b.kind === "unknown" && a.slot === b.slot) return true;
      if (!contains(b, a.slot)) {
        this.#values.set(a.slot, b);
        this.#trail.push(a.slot);
        return true;
      }
    }
    if (b.kind === "unknown" && a.kind !== "unknown") return this.#substitute(b, a);
    return false;
  }

  /** Solves the rest. False on a contradiction, or if an operation still hides an unknown. */
  settle(): boolean {
    for (;;) {
      const before = this.#pending;
      if (before.length === 0) return true;
      this.#pending = [];
      for (const [a, b] of before) if (!this.equate(a, b)) return false;
      // Each round solves an equation or ends.
      if (this.#pending.length === before.length) return false;
    }
  }
}

function contains(value: SymbolicValue, slot: number, seen = new Set<Operation>()): boolean {
  if (value.kind === "unknown") return value.slot === slot;
  if (value.kind !== "operation" || seen.has(value)) return false;
  seen.add(value);
  return contains(value.left, slot, seen) || contains(value.right, slot, seen);
}
