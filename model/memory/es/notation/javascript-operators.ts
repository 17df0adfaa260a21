/**
 * The operators of JavaScript that agents may use: the language's own, on any values that memory and waits give, with
 * the errors that it throws.
 */

import { LitmusError, positionAt } from "../../litmus/litmus-error.ts";
import type { Expression } from "../agent-program.ts";
import type { Value } from "../element-type.ts";

export type Apply = (...operands: readonly Value[]) => Value;

// They are written for numbers, so that TypeScript lets them be written, and take every value, as in the language.
const ofTwo: Readonly<Record<string, (a: number, b: number) => Value>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
  "===": (a, b) => a === b,
  "!==": (a, b) => a !== b,
  "==": (a, b) => a == b,
  "!=": (a, b) => a != b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "&&": (a, b) => a && b,
  "||": (a, b) => a || b,
  "??": (a, b) => a ?? b,
};

const ofOne: Readonly<Record<string, (a: number) => Value>> = {
  "!": (a) => !a,
  "-": (a) => -a,
  "+": (a) => +a,
  "~": (a) => ~a,
  "++": (a) => ++a,
  "--": (a) => --a,
  Number: (a) => Number(a),
  BigInt: (a) => BigInt(a),
};

export function binaryOperator(symbol: string): Apply | undefined {
  return Object.hasOwn(ofTwo, symbol) ? (ofTwo[symbol] as Apply) : undefined;
}

export function unaryOperator(symbol: string): Apply | undefined {
  return Object.hasOwn(ofOne, symbol) ? (ofOne[symbol] as Apply) : undefined;
}

export const CONDITIONAL: Apply = (condition, a, b) => (condition ? a : b);

/**
 * The operation, or its result if all operands are literals. If the language throws, the test is rejected.
 *
 * @param at offset in the text
 */
export function operation(
  symbol: string,
  apply: Apply,
  operands: readonly Expression[],
  { text, at }: { readonly text: string; readonly at: number },
): Expression {
  const checked: Apply = (...values) => {
    try {
      return apply(...values);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)) throw error;
      throw new LitmusError(`${symbol}: ${error.message}`, positionAt(text, at));
    }
  };
  const values = operands.flatMap((operand) => (operand.kind === "literal" ? [operand.value] : []));
  if (values.length === operands.length) return { kind: "literal", value: checked(...values) };
  return { kind: "operation", operator: { symbol, apply: checked }, operands };
}
