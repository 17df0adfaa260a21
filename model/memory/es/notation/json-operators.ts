/** The operators of tests in JSON: on BigInts if one of the two operands is one. A comparison is 1 or 0. */

import type { Value } from "../element-type.ts";
import type { Operator } from "../symbolic-value.ts";
import type { OperatorName } from "./json-shape.ts";

function toBigInt(value: Value): bigint {
  return typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value) || 0));
}

export const jsonOperators: Readonly<Record<OperatorName, Operator>> = {
  "+": arithmetic(
    "+",
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  "-": arithmetic(
    "-",
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  "*": arithmetic(
    "*",
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  "&": arithmetic(
    "&",
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  "|": arithmetic(
    "|",
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  "^": arithmetic(
    "^",
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  "==": comparison(
    "==",
    (a, b) => a === b,
    (a, b) => a === b,
  ),
  "!=": comparison(
    "!=",
    (a, b) => a !== b,
    (a, b) => a !== b,
  ),
  "<": comparison(
    "<",
    (a, b) => a < b,
    (a, b) => a < b,
  ),
  ">": comparison(
    ">",
    (a, b) => a > b,
    (a, b) => a > b,
  ),
};

/** On BigInts if one of the two is one. */
function arithmetic(
  symbol: OperatorName,
  ofNumbers: (a: number, b: number) => number,
  ofBigInts: (a: bigint, b: bigint) => bigint,
): Operator {
  return {
    symbol,
    apply: (a, b) =>
      typeof a === "bigint" || typeof b === "bigint"
        ? ofBigInts(toBigInt(a), toBigInt(b))
        : ofNumbers(Number(a), Number(b)),
  };
}

function comparison(
  symbol: OperatorName,
  ofNumbers: (a: number, b: number) => boolean,
  ofBigInts: (a: bigint, b: bigint) => boolean,
): Operator {
  return {
    symbol,
    apply: (a, b) => {
      const isWide = typeof a === "bigint" || typeof b === "bigint";
      return Number(isWide ? ofBigInts(toBigInt(a), toBigInt(b)) : ofNumbers(Number(a), Number(b)));
    },
  };
}
