/**
 * Values of litmus tests, known or not yet: integers of 32 bits, addresses, unknowns that stand for
 * the results of reads, and operations on those.
 *
 * Folding does exactly as much as the reference simulator: `r ^ r` is 0 for an unknown r and
 * `r - r` is not, which decides whether values that justify themselves cyclically exist.
 */

import type { BinaryOperator } from "./syntax.ts";

export interface IntegerValue {
  readonly kind: "integer";
  readonly value: number;
}

/** The address of a variable; with an offset, it is equal to no variable. */
export interface AddressValue {
  readonly kind: "address";
  readonly variable: string;
  readonly offset: number;
}

export interface Unknown {
  readonly kind: "unknown";
  /** Different for each read of each path. */
  readonly slot: number;
}

export type Operator = BinaryOperator | "andnot";

export interface Operation {
  readonly kind: "operation";
  readonly operator: Operator;
  readonly left: SymbolicValue;
  readonly right: SymbolicValue;
  /** Operations below it, to bound recursion. */
  readonly depth: number;
}

/** An illegal computation, such as a quotient by 0. */
interface Illegal {
  readonly kind: "illegal";
  readonly because: string;
}

export type KnownValue = IntegerValue | AddressValue;
export type SymbolicValue = KnownValue | Unknown | Operation | Illegal;

export function integer(value: number): IntegerValue {
  return { kind: "integer", value: value | 0 };
}

export function addressOf(variable: string): AddressValue {
  return { kind: "address", variable, offset: 0 };
}

export function isKnown(value: SymbolicValue): value is KnownValue {
  return value.kind === "integer" || value.kind === "address";
}

export function areEqual(a: KnownValue, b: KnownValue): boolean {
  if (a.kind === "integer") return b.kind === "integer" && a.value === b.value;
  return b.kind === "address" && a.variable === b.variable && a.offset === b.offset;
}

/** Whether a condition of this value holds: integers but 0, and every address. */
export function isTrue(value: KnownValue): boolean {
  return value.kind === "address" || value.value !== 0;
}

const DEPTH_MAX = 1_000;

/** `left operator right`, folded as far as possible. */
export function operate(operator: Operator, left: SymbolicValue, right: SymbolicValue): SymbolicValue {
  if (left.kind === "illegal") return left;
  if (right.kind === "illegal") return right;
  if (left.kind === "integer" && right.kind === "integer") return onIntegers(operator, left.value, right.value);
  if (isKnown(left) && isKnown(right)) return onAddresses(operator, left, right);
  if (left.kind === "unknown" && right.kind === "unknown" && left.slot === right.slot) {
    if (operator === "^") return integer(0);
    if (operator === "==") return integer(1);
  }
  if (operator === "+" || operator === "|") {
    if (left.kind === "unknown" && isZero(right)) return left;
    if (right.kind === "unknown" && isZero(left)) return right;
  }
  const depth = 1 + Math.max(depthOf(left), depthOf(right));
  if (depth > DEPTH_MAX) return { kind: "illegal", because: `an expression of more than ${DEPTH_MAX} operations` };
  return { kind: "operation", operator, left, right, depth };
}

function depthOf(value: SymbolicValue): number {
  return value.kind === "operation" ? value.depth : 0;
}

function isZero(value: SymbolicValue): boolean {
  return value.kind === "integer" && value.value === 0;
}

function onIntegers(operator: Operator, a: number, b: number): SymbolicValue {
  switch (operator) {
    case "+":
      return integer(a + b);
    case "-":
      return integer(a - b);
    case "*":
      return integer(Math.imul(a, b));
    case "/":
      return b === 0 ? { kind: "illegal", because: "a division by zero" } : integer(Math.trunc(a / b));
    case "&":
      return integer(a & b);
    case "|":
      return integer(a | b);
    case "^":
      return integer(a ^ b);
    case "andnot":
      return integer(a & ~b);
    case "==":
      return integer(Number(a === b));
    case "!=":
      return integer(Number(a !== b));
    case "<":
      return integer(Number(a < b));
    case ">":
      return integer(Number(a > b));
    case "<=":
      return integer(Number(a <= b));
    case ">=":
      return integer(Number(a >= b));
  }
}

/** At least one of the two is an address. */
function onAddresses(operator: Operator, a: KnownValue, b: KnownValue): SymbolicValue {
  const same = areEqual(a, b);
  if (operator === "==") return integer(Number(same));
  if (operator === "!=") return integer(Number(!same));
  if (same && (operator === "^" || operator === "-")) return integer(0);
  if (a.kind === "address" && b.kind === "integer") {
    if (operator === "+") return { ...a, offset: (a.offset + b.value) | 0 };
    if (operator === "-") return { ...a, offset: (a.offset - b.value) | 0 };
    if (operator === "|" && b.value === 0) return a;
    if (b.value === 0 && (operator === "<" || operator === ">")) return integer(Number(operator === ">"));
  }
  if (a.kind === "integer" && b.kind === "address") {
    if (operator === "+") return { ...b, offset: (b.offset + a.value) | 0 };
    if (operator === "|" && a.value === 0) return b;
    if (a.value === 0 && (operator === "<" || operator === ">")) return integer(Number(operator === "<"));
  }
  return { kind: "illegal", because: `${operator} on the address of a variable` };
}

/** As a state prints it. */
export function showValue(value: SymbolicValue): string {
  switch (value.kind) {
    case "integer":
      return String(value.value);
    case "address":
      return value.offset === 0 ? value.variable : `${value.variable}+${value.offset}`;
    case "unknown":
      return `S${value.slot}`;
    case "operation":
      return `(${showValue(value.left)} ${value.operator} ${showValue(value.right)})`;
    case "illegal":
      return value.because;
  }
}
