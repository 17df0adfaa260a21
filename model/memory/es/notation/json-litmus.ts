/**
 * Reads tests in JSON: one buffer, typed arrays over it, agents as lists of statements.
 *
 * Numbers stand for BigInts where arrays hold BigInts. A comparison is 1 or 0.
 */

import type { z } from "zod";
import { LitmusError, positionAt } from "../../litmus/litmus-error.ts";
import {
  assignedRegisters,
  type Agent,
  type AgentProgram,
  type Expression,
  type Statement,
  type View,
} from "../agent-program.ts";
import {
  elementFormats,
  isAtomic,
  isElementType,
  isWaitable,
  show,
  type ElementType,
  type Value,
} from "../element-type.ts";
import { parseJsonText, showPath, type JsonPath } from "./json-text.ts";
import { jsonOperators } from "./json-operators.ts";
import {
  jsonTest,
  type JsonExpression,
  type JsonStatement,
  type JsonTest,
  type SimpleStatement,
} from "./json-shape.ts";
import { AGENTS_MAX, BYTES_MAX, STATEMENTS_MAX } from "./test-limits.ts";

/** @throws LitmusError with line, column and path of the error */
export function parseJsonLitmus(text: string): AgentProgram {
  const { value, placeOf } = parseJsonText(text);
  const fail: Fail = (path, message) => {
    const where = path.length === 0 ? "" : `${showPath(path)}: `;
    throw new LitmusError(`${where}${message}`, positionAt(text, placeOf(path)));
  };
  const checked = jsonTest.safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return fail(issue?.path ?? [], issue === undefined ? "is not a test" : reasonOf(issue));
  }
  return new Reader(checked.data, fail, placeOf).program();
}

type Fail = (path: JsonPath, message: string) => never;

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_union" && "options" in issue) {
    return `is not an operation: there are ${issue.options?.map(String).join(", ") ?? ""}`;
  }
  if (issue.code === "unrecognized_keys") return `has no meaning here: ${issue.keys.join(", ")}`;
  return issue.message.replace(/^Invalid input: e/, "e");
}

class Reader {
  readonly #test: JsonTest;
  readonly #fail: Fail;
  readonly #placeOf: (path: JsonPath) => number;
  readonly #views: ReadonlyMap<string, View>;
  #statements = 0;

  constructor(test: JsonTest, fail: Fail, placeOf: (path: JsonPath) => number) {
    this.#test = test;
    this.#fail = fail;
    this.#placeOf = placeOf;
    this.#views = this.#readViews();
  }

  program(): AgentProgram {
    const { name, bytes, agents, init = [], final = [], domain = [] } = this.#test;
    if (bytes > BYTES_MAX) this.#fail(["bytes"], `${bytes} bytes are too many: a test has at most ${BYTES_MAX}`);
    if (agents.length > AGENTS_MAX) {
      this.#fail(["agents"], `${agents.length} agents are too many: a test has at most ${AGENTS_MAX}`);
    }
    return {
      name,
      bytes,
      setUp: init.map((store, i) => this.#access({ op: "write", ...store }, ["init", i])),
      agents: agents.map((body, i): Agent => {
        const read = this.#body(body, ["agents", i]);
        return { name: String(i), body: read, registers: assignedRegisters(read) };
      }),
      final: final.map((place, i) => this.#access({ op: "read", ...place, reg: String(i) }, ["final", i])),
      finalColumns: final.map(({ array, index }) => `${array}[${index}]`),
      unassigned: 0,
      domain,
      condition: undefined,
    };
  }

  #readViews(): ReadonlyMap<string, View> {
    const { arrays, bytes } = this.#test;
    const entries = Object.entries(arrays).map(([name, { type, offset, length }]): [string, View] => {
      const path = ["arrays", name];
      if (!isElementType(type)) {
        return this.#fail(
          [...path, "type"],
          `no element type ${type}: there are ${Object.keys(elementFormats).join(", ")}`,
        );
      }
      const { size } = elementFormats[type];
      if (offset % size !== 0)
        this.#fail([...path, "offset"], `${offset} is not a multiple of ${size}, the size of ${type}`);
      if (offset + length * size > bytes) {
        this.#fail([...path, "length"], `${length} elements from byte ${offset} on end beyond the ${bytes} bytes`);
      }
      const view = { name, type, start: offset, stride: size, count: length, littleEndian: true, isDataView: false };
      return [name, view];
    });
    return new Map(entries);
  }

  #body(body: readonly JsonStatement[], path: JsonPath): readonly Statement[] {
    return body.map((statement, i) => this.#statement(statement, [...path, i]));
  }

  #statement(statement: JsonStatement, path: JsonPath): Statement {
    if (++this.#statements > STATEMENTS_MAX) this.#fail(path, `a test has at most ${STATEMENTS_MAX} statements`);
    const at = this.#placeOf(path);
    switch (statement.op) {
      case "let":
        return { kind: "let", register: statement.reg, value: expressionOf(statement.value), at };
      case "if":
        return {
          kind: "if",
          condition: expressionOf(statement.cond),
          thenBranch: this.#body(statement.then, [...path, "then"]),
          elseBranch: this.#body(statement.else ?? [], [...path, "else"]),
          at,
        };
      case "dvget":
      case "dvset": {
        const view = this.#dataView(statement.type, path);
        const index = this.#index("byte", statement.byte, view, path);
        if (statement.op === "dvget") {
          return { kind: "read", isSeqCst: false, view, index, register: statement.reg, at };
        }
        const value = this.#element(view.type, statement.value, [...path, "value"]);
        return { kind: "write", isSeqCst: false, view, index, value, register: undefined, at };
      }
      default:
        return this.#access(statement, path);
    }
  }

  #access(statement: ArrayStatement, path: JsonPath): Statement {
    const view = this.#views.get(statement.array);
    if (view === undefined) {
      const names = [...this.#views.keys()].join(", ");
      return this.#fail([...path, "array"], `no array ${JSON.stringify(statement.array)}: there are ${names}`);
    }
    const { type } = view;
    const place = { view, index: this.#index("index", statement.index, view, path), at: this.#placeOf(path) };
    switch (statement.op) {
      case "read":
        return { kind: "read", isSeqCst: false, ...place, register: statement.reg };
      case "write":
        return {
          kind: "write",
          isSeqCst: false,
          ...place,
          value: this.#element(type, statement.value, [...path, "value"]),
          register: undefined,
        };
      case "wait":
      case "notify":
        if (!isWaitable(type)) {
          this.#fail(
            [...path, "array"],
            `Atomics.${statement.op} takes Int32 and BigInt64 arrays, and ${view.name} is ${type}`,
          );
        }
        break;
      default:
        if (!isAtomic(type)) {
          this.#fail(
            [...path, "array"],
            `Atomics.${statement.op} takes arrays of integers, and ${view.name} is ${type}`,
          );
        }
    }
    switch (statement.op) {
      case "load":
        return { kind: "read", isSeqCst: true, ...place, register: statement.reg };
      case "store":
        return {
          kind: "write",
          isSeqCst: true,
          ...place,
          value: this.#element(type, statement.value, [...path, "value"]),
          register: statement.reg,
        };
      case "compareExchange":
        return {
          kind: "compareExchange",
          ...place,
          expected: this.#element(type, statement.expected, [...path, "expected"]),
          value: this.#element(type, statement.value, [...path, "value"]),
          register: statement.reg,
        };
      case "wait":
        return {
          kind: "wait",
          ...place,
          value: this.#element(type, statement.value, [...path, "value"]),
          mayTimeOut: statement.timeout !== undefined,
          register: statement.reg,
        };
      case "notify":
        return { kind: "notify", ...place, count: Math.max(statement.count ?? Infinity, 0), register: statement.reg };
      default:
        return {
          kind: "modify",
          operation: statement.op,
          ...place,
          value: this.#element(type, statement.value, [...path, "value"]),
          register: statement.reg,
        };
    }
  }

  /** The expression as an element of an array: numbers stand for BigInts in arrays of these. */
  #element(type: ElementType, expression: JsonExpression, path: JsonPath): Expression {
    const inner = expressionOf(expression);
    const { holds } = elementFormats[type];
    const apply = (value: Value): Value => {
      if (typeof value === "bigint") {
        return holds === "bigint" ? value : Number(holds === "integer" ? BigInt.asIntN(32, value) : value);
      }
      if (holds !== "bigint") return value;
      return Number.isInteger(value) ? BigInt(Number(value)) : this.#fail(path, `${show(value)} is not a whole number`);
    };
    if (inner.kind === "literal") return { kind: "literal", value: apply(inner.value) };
    return { kind: "operation", operator: { symbol: type, apply }, operands: [inner] };
  }

  #dataView(type: string, path: JsonPath): View {
    if (!isElementType(type) || type === "Uint8Clamped") {
      const types = Object.keys(elementFormats).filter((name) => name !== "Uint8Clamped");
      return this.#fail([...path, "type"], `no type ${type} of a DataView: there are ${types.join(", ")}`);
    }
    const count = Math.max(this.#test.bytes - elementFormats[type].size + 1, 0);
    return { name: "dv", type, start: 0, stride: 1, count, littleEndian: true, isDataView: true };
  }

  #index(key: "index" | "byte", index: number, { name, count, type }: View, path: JsonPath): Expression {
    if (index >= count) {
      const last = count === 0 ? "it has none" : `the last is ${count - 1}`;
      this.#fail([...path, key], `${index} is out of range of ${name}, as ${type}: ${last}`);
    }
    return { kind: "literal", value: index };
  }
}

type ArrayStatement = Extract<SimpleStatement, { readonly array: string }>;

function expressionOf(expression: JsonExpression): Expression {
  if (typeof expression !== "object") return { kind: "literal", value: expression };
  if ("reg" in expression) return { kind: "register", name: expression.reg };
  const operands = [expressionOf(expression.a), expressionOf(expression.b)];
  return { kind: "operation", operator: jsonOperators[expression.op], operands };
}
