/** Parses the processes of a litmus test: a small part of C, and the kernel's primitives. */

import type { Cursor } from "./cursor.ts";
import { kernelCounterpart } from "./c11-atomics.ts";
import { primitives } from "./primitives.ts";
import type { BinaryOperator, Call, Expression, Process, Statement } from "./syntax.ts";

/** `P0(int *x) { … }`; the cursor is at its name or at `void`. */
export function parseProcess(cursor: Cursor, expected: number): Process {
  cursor.skipType();
  const name = cursor.word(`P${expected}`);
  if (name.text !== `P${expected}`) {
    const digits = /^P(\d+)$/.exec(name.text)?.[1];
    if (digits !== undefined && Number(digits) < expected) cursor.fail(`${name.text} is defined twice`, name.at);
    cursor.fail(`expected P${expected}, found ${JSON.stringify(name.text)}: processes are numbered in order`, name.at);
  }
  cursor.expect("(");
  const parameters: string[] = [];
  while (!cursor.is(")")) {
    if (!cursor.skipType()) cursor.failExpecting("the type of a parameter");
    const parameter = cursor.word("the name of a parameter");
    refuseArray(cursor, parameter.text);
    if (parameters.includes(parameter.text)) cursor.fail(`parameter ${parameter.text} is named twice`, parameter.at);
    parameters.push(parameter.text);
    if (!cursor.accept(",") && !cursor.is(")")) cursor.failExpecting('"," or ")"');
  }
  cursor.expect(")");
  return { parameters, body: parseBlock(cursor) };
}

function parseBlock(cursor: Cursor): Statement[] {
  cursor.expect("{");
  const statements: Statement[] = [];
  while (!cursor.is("}")) {
    if (cursor.peek().kind === "end") cursor.failExpecting('"}"');
    statements.push(...cursor.nested(() => parseStatement(cursor)));
  }
  cursor.expect("}");
  return statements;
}

/** Declarations are no statement, blocks are several. */
function parseStatement(cursor: Cursor): Statement[] {
  const { text, kind, at } = cursor.peek();
  if (text === "{") return parseBlock(cursor);
  if (text === ";") {
    cursor.take();
    return [];
  }
  if (text === "if") return [parseIf(cursor)];
  if (text === "while" || text === "for" || text === "do") {
    cursor.fail(`${text}: loops are not supported, write out the iterations`, at);
  }
  if (text === "*") return [parseStore(cursor)];
  if (text === "(") return [parseDropped(cursor)];
  if (cursor.skipType()) {
    const register = cursor.word("the name of a register");
    if (cursor.accept(";")) return [];
    return [parseAssignment(cursor, register.text, at)];
  }
  if (kind !== "word") cursor.failExpecting("a statement");
  if (cursor.peek(1).text === "(") {
    const call = parseCall(cursor);
    cursor.expect(";");
    return [{ kind: "evaluate", value: call, at }];
  }
  cursor.take();
  return [parseAssignment(cursor, text, at)];
}

/** @throws LitmusError at a `[` */
export function refuseArray(cursor: Cursor, name: string): void {
  if (!cursor.is("[")) return;
  cursor.fail(
    `arrays are not supported: write a variable for each element, such as ${name}0 and ${name}1`,
    cursor.peek().at,
  );
}

function parseAssignment(cursor: Cursor, register: string, at: number): Statement {
  refuseArray(cursor, register);
  cursor.expect("=", '"=" or a call');
  const value = parseExpression(cursor);
  cursor.expect(";");
  return { kind: "assign", register, value, at };
}

function parseStore(cursor: Cursor): Statement {
  const { at } = cursor.expect("*");
  const address = parseTarget(cursor);
  cursor.expect("=");
  const value = parseExpression(cursor);
  cursor.expect(";");
  return { kind: "store", address, value, at };
}

/** The part after the first `*` of a store. */
function parseTarget(cursor: Cursor): Expression {
  const { at } = cursor.peek();
  if (cursor.accept("*")) return { kind: "load", address: cursor.nested(() => parseTarget(cursor)), at };
  if (cursor.accept("(")) {
    const address = parseExpression(cursor);
    cursor.expect(")");
    return address;
  }
  return { kind: "register", name: cursor.word("a pointer").text, at };
}

function parseDropped(cursor: Cursor): Statement {
  const { at } = cursor.expect("(");
  cursor.expect("void", '"void"');
  cursor.expect(")");
  const value = parseExpression(cursor);
  cursor.expect(";");
  return { kind: "evaluate", value, at };
}

function parseIf(cursor: Cursor): Statement {
  const { at } = cursor.expect("if");
  cursor.expect("(");
  const condition = parseExpression(cursor);
  cursor.expect(")");
  const thenBranch = cursor.nested(() => parseStatement(cursor));
  const elseBranch = cursor.accept("else") ? cursor.nested(() => parseStatement(cursor)) : [];
  return { kind: "if", condition, thenBranch, elseBranch, at };
}

/** Operators from the loosest to the tightest; comparisons do not chain. */
const LEVELS: readonly { readonly operators: readonly (BinaryOperator | "||" | "&&")[]; readonly chains: boolean }[] = [
  { operators: ["||"], chains: true },
  { operators: ["&&"], chains: true },
  { operators: ["|"], chains: true },
  { operators: ["^"], chains: true },
  { operators: ["&"], chains: true },
  { operators: ["==", "!=", "<", ">", "<=", ">="], chains: false },
  { operators: ["+", "-"], chains: true },
  { operators: ["*", "/"], chains: true },
];

function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => parseLevel(cursor, 0));
}

function parseLevel(cursor: Cursor, level: number): Expression {
  const rule = LEVELS[level];
  if (rule === undefined) return parseOperand(cursor);
  let left = parseLevel(cursor, level + 1);
  for (;;) {
    const { text, at } = cursor.peek();
    const operator = rule.operators.find((candidate) => candidate === text);
    if (operator === undefined) return left;
    cursor.take();
    const right = parseLevel(cursor, level + 1);
    left =
      operator === "||" || operator === "&&"
        ? logical(cursor, { operator, left, right, at })
        : { kind: "binary", operator, left, right, at };
    if (!rule.chains) return left;
  }
}

/** Rejects an access on the right side, which would take place only if the left side does not decide. */
function logical(
  cursor: Cursor,
  { operator, left, right, at }: { operator: "||" | "&&"; left: Expression; right: Expression; at: number },
): Expression {
  if (makesAccess(right)) {
    cursor.fail(`the right side of ${operator} makes an access only if the left side does not decide: write an if`, at);
  }
  const isTrue = (operand: Expression): Expression => ({
    kind: "binary",
    operator: "!=",
    left: operand,
    right: { kind: "number", value: 0, at },
    at,
  });
  return { kind: "binary", operator: operator === "||" ? "|" : "&", left: isTrue(left), right: isTrue(right), at };
}

function makesAccess(expression: Expression): boolean {
  if (expression.kind === "binary") return makesAccess(expression.left) || makesAccess(expression.right);
  return expression.kind === "load" || expression.kind === "call";
}

/** Unary operators as the binary operation that each stands for. */
const UNARY: Readonly<Record<string, (operand: Expression, at: number) => Expression>> = {
  "!": (left, at) => ({ kind: "binary", operator: "==", left, right: { kind: "number", value: 0, at }, at }),
  "~": (left, at) => ({ kind: "binary", operator: "^", left, right: { kind: "number", value: -1, at }, at }),
  "-": (right, at) => ({ kind: "binary", operator: "-", left: { kind: "number", value: 0, at }, right, at }),
};

function parseOperand(cursor: Cursor): Expression {
  const { kind, text, at } = cursor.peek();
  const isNegative = text === "-" && cursor.peek(1).kind === "number";
  if (kind === "number" || isNegative) return { kind: "number", value: cursor.integer(), at };
  const unary = kind === "symbol" ? UNARY[text] : undefined;
  if (unary !== undefined) {
    cursor.take();
    return unary(
      cursor.nested(() => parseOperand(cursor)),
      at,
    );
  }
  if (text === "*") {
    cursor.take();
    return { kind: "load", address: cursor.nested(() => parseOperand(cursor)), at };
  }
  if (text === "(") {
    cursor.take();
    if (cursor.skipType()) {
      cursor.expect(")");
      return cursor.nested(() => parseOperand(cursor));
    }
    const inner = parseExpression(cursor);
    cursor.expect(")");
    return inner;
  }
  if (kind !== "word") cursor.failExpecting("an expression");
  if (cursor.peek(1).text !== "(") {
    cursor.take();
    refuseArray(cursor, text);
    return { kind: "register", name: text, at };
  }
  const call = parseCall(cursor);
  if (primitives.get(text)?.hasResult !== true) cursor.fail(`${text} has no result, so it must be a statement`, at);
  return call;
}

function parseCall(cursor: Cursor): Call {
  const { text: name, at } = cursor.take();
  const signature = primitives.get(name);
  if (signature === undefined) {
    const counterpart = kernelCounterpart(name, cursor.textBefore(/^memory_order_\w+$/, ")"));
    const instead = counterpart === undefined ? "" : `; write ${counterpart}`;
    cursor.fail(`${name} is not supported: the memory model does not define it${instead}`, at);
  }
  cursor.expect("(");
  const operands: Expression[] = [];
  while (!cursor.is(")")) {
    operands.push(parseExpression(cursor));
    if (!cursor.accept(",") && !cursor.is(")")) cursor.failExpecting('"," or ")"');
  }
  cursor.expect(")");
  const { arity } = signature;
  if (operands.length !== arity) {
    cursor.fail(`${name} takes ${arity} ${arity === 1 ? "argument" : "arguments"}, found ${operands.length}`, at);
  }
  const [first, ...rest] = operands;
  if (!signature.dereferenced || first === undefined)
    return { kind: "call", name, primitive: signature.primitive, operands, at };
  if (first.kind !== "load")
    cursor.fail(`${name} wants a dereference as its first argument, as in ${name}(*p…)`, first.at);
  return { kind: "call", name, primitive: signature.primitive, operands: [first.address, ...rest], at };
}
