/** Turns the calls that an agent may make into accesses: of Atomics, and of the methods of a DataView. */

import type * as t from "@babel/types";
import type { Expression, Statement, View } from "../agent-program.ts";
import {
  elementFormats,
  isAtomic,
  isElementType,
  isWaitable,
  toAtomicValue,
  type Modification,
} from "../element-type.ts";
import type { DataViewOf, Refuse } from "./javascript-memory.ts";

/** The target of an access, in terms of registers. */
export interface Target {
  readonly view: View;
  readonly index: Expression;
  /** Offset in the text. */
  readonly at: number;
}

/** The reader of the expressions around a call, which collects the statements that the call becomes. */
export interface CallSurroundings {
  readonly refuse: Refuse;
  value(node: t.Node): Expression;
  /** The element of a typed array that the test declares. */
  target(array: t.Node, index: t.Node, isAllowed?: (view: View) => void): Target;
  /** An index, which is rejected at once if it is a constant out of range. */
  index(view: View, node: t.Node): Expression;
  /** Rejects a constant that no element of the view can hold. */
  requireElement(view: View, value: Expression, node: t.Node): void;
  push(statement: Statement): void;
}

export const UNDEFINED: Expression = { kind: "literal", value: undefined };

const MODIFICATIONS: ReadonlyMap<string, Modification> = new Map(
  (["add", "sub", "and", "or", "xor", "exchange"] as const).map((name) => [name, name]),
);

/** How many arguments a call takes, and how it is written. */
interface Shape {
  readonly shape: string;
  readonly least: number;
  readonly most: number;
}

export function argumentsOf(call: t.CallExpression, { shape, least, most }: Shape, refuse: Refuse): readonly t.Node[] {
  const given = call.arguments;
  if (given.length < least || given.length > most) refuse(call, `${given.length} arguments: write ${shape}`);
  const spread = given.find(({ type }) => type === "SpreadElement");
  if (spread !== undefined) refuse(spread, "spread arguments are not supported");
  return given;
}

/**
 * `Atomics.NAME(…)`.
 *
 * @param register takes the result
 */
export function readAtomics(
  name: string,
  call: t.CallExpression,
  register: string,
  reader: CallSurroundings,
): Expression {
  const result: Expression = { kind: "register", name: register };
  const given = (least: number, ...names: readonly string[]): readonly t.Node[] =>
    argumentsOf(call, { shape: `Atomics.${name}(${names.join(", ")})`, least, most: names.length }, reader.refuse);
  const requiring = (isAllowed: (view: View) => boolean, expected: string) => (view: View) => {
    if (!isAllowed(view)) reader.refuse(call, `Atomics.${name} takes ${expected}, and ${view.name} is ${view.type}`);
  };
  const integers = requiring(({ type }) => isAtomic(type), "arrays of integers");
  const waitable = requiring(({ type }) => isWaitable(type), "Int32 and BigInt64 arrays");

  const modification = MODIFICATIONS.get(name);
  if (modification !== undefined) {
    const [array = call, index = call, argument = call] = given(3, "ARRAY", "INDEX", "VALUE");
    const target = reader.target(array, index, integers);
    const value = operandOf(target, argument, reader);
    reader.push({ kind: "modify", operation: modification, ...target, value, register });
    return result;
  }
  switch (name) {
    case "load": {
      const [array = call, index = call] = given(2, "ARRAY", "INDEX");
      reader.push({ kind: "read", isSeqCst: true, ...reader.target(array, index, integers), register });
      return result;
    }
    case "store": {
      const [array = call, index = call, argument = call] = given(3, "ARRAY", "INDEX", "VALUE");
      const target = reader.target(array, index, integers);
      const value = operandOf(target, argument, reader);
      reader.push({ kind: "write", isSeqCst: true, ...target, value, register });
      return result;
    }
    case "compareExchange": {
      const [array = call, index = call, wanted = call, replacement = call] = given(
        4,
        "ARRAY",
        "INDEX",
        "EXPECTED",
        "VALUE",
      );
      const target = reader.target(array, index, integers);
      const expected = operandOf(target, wanted, reader);
      const value = operandOf(target, replacement, reader);
      reader.push({ kind: "compareExchange", ...target, expected, value, register });
      return result;
    }
    case "wait": {
      const [array = call, index = call, argument = call, timeout] = given(3, "ARRAY", "INDEX", "VALUE", "TIMEOUT");
      const target = reader.target(array, index, waitable);
      const value = operandOf(target, argument, reader);
      const limit = timeout === undefined ? Infinity : constantNumber(timeout, "a timeout", reader);
      // NaN is no limit, and neither is a missing argument.
      const mayTimeOut = !Number.isNaN(limit) && limit !== Infinity;
      reader.push({ kind: "wait", ...target, value, mayTimeOut, register });
      return result;
    }
    case "notify": {
      const [array = call, index = call, argument] = given(2, "ARRAY", "INDEX", "COUNT");
      const target = reader.target(array, index, waitable);
      const limit = argument === undefined ? Infinity : constantNumber(argument, "a count", reader);
      const count = Number.isNaN(limit) ? 0 : Math.max(Math.trunc(limit), 0);
      reader.push({ kind: "notify", ...target, count, register });
      return result;
    }
    case "pause":
      return UNDEFINED;
    case "waitAsync":
      return reader.refuse(call, "Atomics.waitAsync is not supported: write Atomics.wait");
    default:
      return reader.refuse(call, `Atomics.${name} is not supported`);
  }
}

/** An argument that Atomics convert before they use it. */
function operandOf({ view }: Target, argument: t.Node, reader: CallSurroundings): Expression {
  const value = reader.value(argument);
  reader.requireElement(view, value, argument);
  return value.kind === "literal" ? { kind: "literal", value: toAtomicValue(view.type, value.value) } : value;
}

/** Infinity for undefined. */
function constantNumber(node: t.Node, role: string, reader: CallSurroundings): number {
  const value = reader.value(node);
  if (value.kind === "literal") {
    if (value.value === undefined) return Infinity;
    if (typeof value.value === "number") return value.value;
  }
  return reader.refuse(node, `${role} must be a constant number here`);
}

/**
 * `view.getTYPE(…)` or `view.setTYPE(…)`.
 *
 * @param register takes the result of a read
 */
export function readDataView(
  declared: DataViewOf,
  method: string,
  call: t.CallExpression,
  register: string,
  reader: CallSurroundings,
): Expression {
  const [, direction, type = ""] = /^(get|set)(\w+)$/.exec(method) ?? [];
  if (!isElementType(type) || type === "Uint8Clamped") {
    return reader.refuse(call, `${method} of a DataView makes no access`);
  }
  const isRead = direction === "get";
  const names = isRead ? ["BYTE", "LITTLE_ENDIAN"] : ["BYTE", "VALUE", "LITTLE_ENDIAN"];
  const shape = `${declared.name}.${method}(${names.join(", ")})`;
  const given = argumentsOf(call, { shape, least: names.length - 1, most: names.length }, reader.refuse);
  const view: View = {
    name: declared.name,
    type,
    start: declared.start,
    stride: 1,
    count: Math.max(declared.bytes - elementFormats[type].size + 1, 0),
    littleEndian: isLittleEndian(given[names.length - 1], reader),
    isDataView: true,
  };
  const target = { view, index: reader.index(view, given[0] ?? call), at: call.start ?? 0 };
  if (isRead) {
    reader.push({ kind: "read", isSeqCst: false, ...target, register });
    return { kind: "register", name: register };
  }
  const argument = given[1] ?? call;
  const value = reader.value(argument);
  reader.requireElement(view, value, argument);
  reader.push({ kind: "write", isSeqCst: false, ...target, value, register: undefined });
  return UNDEFINED;
}

/** Big-endian, if the argument is left out. */
function isLittleEndian(node: t.Node | undefined, reader: CallSurroundings): boolean {
  if (node === undefined) return false;
  const value = reader.value(node);
  if (value.kind !== "literal") return reader.refuse(node, "the byte order must be a constant: true or false");
  return Boolean(value.value);
}
