/** Values that depend on the results of reads: expressions over slots. */

import type { Value } from "./element-type.ts";

/** A pure operation of the language, or of a test's own dialect. */
export interface Operator {
  readonly symbol: string;
  readonly apply: (...operands: readonly Value[]) => Value;
}

export type SymbolicValue =
  | { readonly kind: "known"; readonly value: Value }
  /** The result of the read or notify with this slot. */
  | { readonly kind: "slot"; readonly slot: number }
  | { readonly kind: "applied"; readonly operator: Operator; readonly operands: readonly SymbolicValue[] };

/** The value of a slot of which nothing is known. */
export const UNKNOWN = Symbol("unknown");

export function known(value: Value): SymbolicValue {
  return { kind: "known", value };
}

/** The operator's result, computed at once if all operands are known. */
export function applied(operator: Operator, operands: readonly SymbolicValue[]): SymbolicValue {
  const values: Value[] = [];
  for (const operand of operands) {
    if (operand.kind !== "known") return { kind: "applied", operator, operands };
    values.push(operand.value);
  }
  return known(operator.apply(...values));
}

/** The value, once every slot in it is known. */
export function evaluate(
  symbolic: SymbolicValue,
  slotValue: (slot: number) => Value | typeof UNKNOWN,
): Value | typeof UNKNOWN {
  switch (symbolic.kind) {
    case "known":
      return symbolic.value;
    case "slot":
      return slotValue(symbolic.slot);
    case "applied": {
      const values: Value[] = [];
      for (const operand of symbolic.operands) {
        const value = evaluate(operand, slotValue);
        if (value === UNKNOWN) return UNKNOWN;
        values.push(value);
      }
      return symbolic.operator.apply(...values);
    }
  }
}

/** The slots that a value depends on. */
export function slotsIn(symbolic: SymbolicValue): ReadonlySet<number> {
  switch (symbolic.kind) {
    case "known":
      return new Set();
    case "slot":
      return new Set([symbolic.slot]);
    case "applied":
      return new Set(symbolic.operands.flatMap((operand) => [...slotsIn(operand)]));
  }
}
