/**
 * The values offered to reads in a cycle of values.
 *
 * The model lets such a cycle carry any value at all, "out of thin air". Offered are zero, the constants of the
 * program's writes, the domain that the test names, and the results of the program's own writes on them in at most as
 * many steps as there are writes.
 */

import { LitmusError } from "../litmus/litmus-error.ts";
import {
  statementsIn,
  valueOfExpression,
  type AgentProgram,
  type Expression,
  type Statement,
} from "./agent-program.ts";
import { decode, encode, modify, show, toAtomicValue, type Value } from "./element-type.ts";

/** Values tried, beyond which the search gives up. */
const TRIES_MAX = 200_000;

export class TooManyValues extends Error {}

type WriteStatement = Extract<Statement, { kind: "write" | "modify" | "compareExchange" }>;

/**
 * Each whole number both as a Number and as a BigInt, since a read may return either.
 *
 * @throws TooManyValues beyond a bound
 */
export function inventedValues({ setUp, agents, domain }: AgentProgram): readonly Value[] {
  const bodies = [setUp, ...agents.map(({ body }) => body)];
  const writes = bodies.flatMap((body) => [...statementsIn(body)]).filter(isWriteStatement);
  const offered = new Map<string, Value>();
  const offer = (value: Value): void => {
    for (const form of formsOf(value)) offered.set(show(form), form);
  };
  offer(0);
  domain.forEach(offer);
  for (const { value } of writes) constantsOf(value).forEach(offer);
  let tries = 0;
  for (let step = 0; step < writes.length; step++) {
    const before = [...offered.values()];
    for (const statement of writes) {
      for (const value of resultsOf(statement, before)) {
        if (tries++ > TRIES_MAX) throw new TooManyValues("a cycle of values could carry too many values");
        if (value !== undefined) offer(value);
      }
    }
    if (offered.size === before.length) break;
  }
  return [...offered.values()];
}

function isWriteStatement(statement: Statement): statement is WriteStatement {
  return statement.kind === "write" || statement.kind === "modify" || statement.kind === "compareExchange";
}

function formsOf(value: Value): readonly Value[] {
  if (typeof value === "bigint") return [value, Number(value)];
  return Number.isInteger(value) ? [value, BigInt(Number(value))] : [value];
}

function constantsOf(expression: Expression): readonly Value[] {
  switch (expression.kind) {
    case "literal":
      return [expression.value];
    case "register":
      return [];
    case "operation":
      return expression.operands.flatMap(constantsOf);
  }
}

/** The values that a statement may write if every register, and the element it modifies, holds one of the values. */
function* resultsOf(statement: WriteStatement, values: readonly Value[]): Generator<Value> {
  const { type } = statement.view;
  const registers = [...new Set(registersOf(statement.value))];
  for (const chosen of choicesOf(registers.length, values)) {
    const operand = orNothing(() => valueOfExpression(statement.value, (name) => chosen[registers.indexOf(name)]));
    if (statement.kind === "modify") {
      for (const old of values) {
        yield orNothing(() => {
          const [before, argument] = [old, toAtomicValue(type, operand)].map((value) => encode(type, value, true));
          if (before === undefined || argument === undefined) return undefined;
          return decode(type, modify(statement.operation, type, before, argument), true);
        });
      }
    } else yield orNothing(() => decode(type, encode(type, operand, true), true));
  }
}

function registersOf(expression: Expression): readonly string[] {
  if (expression.kind === "register") return [expression.name];
  return expression.kind === "operation" ? expression.operands.flatMap(registersOf) : [];
}

/** Undefined where the language throws: no execution computes that. */
function orNothing(compute: () => Value): Value {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || error instanceof LitmusError) return undefined;
    throw error;
  }
}

function* choicesOf(count: number, values: readonly Value[]): Generator<readonly Value[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const rest of choicesOf(count - 1, values)) for (const value of values) yield [...rest, value];
}
