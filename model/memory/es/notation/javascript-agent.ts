/**
 * Turns an agent's JavaScript into statements: each access to shared memory becomes a separate statement, in the order
 * in which the language makes them; registers and operations on them remain.
 *
 * Rejected as impossible to follow: loops, calls, assignments inside expressions, built-in methods of arrays.
 */

import type * as t from "@babel/types";
import type { Expression, Statement, View } from "../agent-program.ts";
import { encode } from "../element-type.ts";
import {
  argumentsOf,
  readAtomics,
  readDataView,
  UNDEFINED,
  type CallSurroundings,
  type Target,
} from "./javascript-calls.ts";
import { constantOf, type DeclaredMemory, type Refuse } from "./javascript-memory.ts";
import { binaryOperator, CONDITIONAL, operation, unaryOperator } from "./javascript-operators.ts";

const BUILT_IN = "makes several accesses, in its own order: write them one by one";

export interface AgentSurroundings {
  readonly memory: DeclaredMemory;
  readonly text: string;
  readonly refuse: Refuse;
}

export class AgentReader implements CallSurroundings {
  readonly #memory: DeclaredMemory;
  readonly #text: string;
  readonly refuse: Refuse;
  readonly #locals = new Map<string, { readonly isConstant: boolean }>();
  /** Statements of the block that is being read. */
  #block: Statement[] = [];
  #hidden = 0;

  constructor({ memory, text, refuse }: AgentSurroundings) {
    this.#memory = memory;
    this.#text = text;
    this.refuse = refuse;
  }

  /** Registers that the source declares, sorted. */
  get registers(): readonly string[] {
    return [...this.#locals.keys()].toSorted();
  }

  /** @throws LitmusError where the source cannot be followed */
  read(body: readonly t.Statement[]): readonly Statement[] {
    return this.#inBlock(() => body.forEach((statement) => this.#statement(statement)));
  }

  push(statement: Statement): void {
    this.#block.push(statement);
  }

  #inBlock(act: () => void): readonly Statement[] {
    const outer = this.#block;
    const inner: Statement[] = [];
    this.#block = inner;
    act();
    this.#block = outer;
    return inner;
  }

  #statement(statement: t.Statement): void {
    switch (statement.type) {
      case "VariableDeclaration":
        for (const declarator of statement.declarations) this.#declare(declarator, statement.kind === "const");
        return;
      case "ExpressionStatement":
        this.#effect(statement.expression);
        return;
      case "BlockStatement":
        for (const inner of statement.body) this.#statement(inner);
        return;
      case "EmptyStatement":
        return;
      case "IfStatement": {
        const condition = this.value(statement.test);
        const branch = (inner: t.Statement | null | undefined): readonly Statement[] =>
          inner === null || inner === undefined ? [] : this.#inBlock(() => this.#statement(inner));
        const thenBranch = branch(statement.consequent);
        const elseBranch = branch(statement.alternate);
        this.push({ kind: "if", condition, thenBranch, elseBranch, at: statement.start ?? 0 });
        return;
      }
      case "ReturnStatement":
        if (statement.argument !== null && statement.argument !== undefined) {
          this.refuse(
            statement,
            "an agent's registers are its outcome: assign the value to a const, and return nothing",
          );
        }
        this.push({ kind: "return", at: statement.start ?? 0 });
        return;
      case "WhileStatement":
      case "DoWhileStatement":
      case "ForStatement":
      case "ForOfStatement":
      case "ForInStatement":
        return this.refuse(statement, "loops are not supported: write out the iterations");
      default:
        return this.refuse(
          statement,
          `an agent makes accesses, computes and branches: ${statement.type} is none of these`,
        );
    }
  }

  #declare({ id, init }: t.VariableDeclarator, isConstant: boolean): void {
    if (id.type !== "Identifier") return this.refuse(id, "destructuring is not supported: declare one name at a time");
    if (this.#locals.has(id.name)) this.refuse(id, `${id.name} is declared twice in this agent: use another name`);
    if (this.#memory.lookUp(id.name) !== undefined) this.refuse(id, `${id.name} is declared outside: use another name`);
    const value: Expression = init === null || init === undefined ? UNDEFINED : this.value(init, id.name);
    this.#locals.set(id.name, { isConstant });
    this.#assign(id.name, value, id.start ?? 0);
  }

  #assign(register: string, value: Expression, at: number): void {
    // A read that has already put its result there needs no move.
    if (value.kind === "register" && value.name === register) return;
    this.push({ kind: "let", register, value, at });
  }

  // ---- Statements that are expressions

  #effect(expression: t.Expression): void {
    switch (expression.type) {
      case "AssignmentExpression":
        this.#assignment(expression);
        return;
      case "UpdateExpression":
        if (expression.argument.type === "Identifier") {
          const { name } = this.#assignable(expression.argument);
          this.#assign(
            name,
            this.#apply(expression.operator, [{ kind: "register", name }], expression),
            expression.start ?? 0,
          );
        } else this.#update(expression);
        return;
      default:
        this.value(expression);
    }
  }

  #assignment({ left, right, operator, start }: t.AssignmentExpression): void {
    const at = start ?? 0;
    const symbol = operator.slice(0, -1);
    if (symbol === "&&" || symbol === "||" || symbol === "??") {
      this.refuse(left, `${operator} may or may not write: write an if`);
    }
    if (left.type === "Identifier") {
      const { name } = this.#assignable(left);
      const old: Expression = { kind: "register", name };
      if (symbol === "") this.#assign(name, this.value(right, name), at);
      else this.#assign(name, this.#apply(symbol, [old, this.value(right)], left), at);
      return;
    }
    if (left.type !== "MemberExpression") return this.refuse(left, "this cannot be assigned to here");
    const target = this.element(left);
    if (symbol === "") {
      this.#write(target, this.value(right), right);
      return;
    }
    const old = this.#readFrom(target);
    this.#write(target, this.#apply(symbol, [old, this.value(right)], left), right);
  }

  #assignable(identifier: t.Identifier): t.Identifier {
    const local = this.#locals.get(identifier.name);
    if (local === undefined)
      this.refuse(identifier, `${identifier.name} is not a variable of this agent: declare it with let`);
    if (local?.isConstant === true) this.refuse(identifier, `${identifier.name} is a const: declare it with let`);
    return identifier;
  }

  /** `x[i]++` and the like: a read, then a write. */
  #update({ argument, operator, prefix }: t.UpdateExpression): Expression {
    if (argument.type !== "MemberExpression") return this.refuse(argument, ASSIGNMENT_INSIDE);
    const target = this.element(argument);
    const old = this.#readFrom(target);
    const updated = this.#apply(operator, [old], argument);
    this.#write(target, updated, argument);
    return prefix ? updated : old;
  }

  // ---- Values

  /** @param into the register that takes the result, if the expression is an access */
  value(expression: t.Node, into?: string): Expression {
    const constant = constantOf(expression);
    if (constant !== undefined) return { kind: "literal", value: constant };
    switch (expression.type) {
      case "Identifier":
        return this.#identifier(expression);
      case "UnaryExpression":
        return this.#apply(expression.operator, [this.value(expression.argument)], expression);
      case "BinaryExpression":
        return this.#apply(
          expression.operator,
          [this.value(expression.left), this.value(expression.right)],
          expression,
        );
      case "LogicalExpression":
        return this.#logical(expression);
      case "ConditionalExpression":
        return this.#conditional(expression);
      case "MemberExpression":
        return this.#member(expression, into);
      case "CallExpression":
        return this.#call(expression, into);
      case "UpdateExpression":
        return this.#update(expression);
      case "AssignmentExpression":
        return this.refuse(expression, ASSIGNMENT_INSIDE);
      default:
        return this.refuse(expression, `${expression.type} is not supported in an agent`);
    }
  }

  #identifier(identifier: t.Identifier): Expression {
    const { name } = identifier;
    if (this.#locals.has(name)) return { kind: "register", name };
    if (name === "undefined") return UNDEFINED;
    if (name === "NaN" || name === "Infinity") return { kind: "literal", value: Number(name) };
    const declared = this.#memory.lookUp(name);
    if (declared?.kind === "constant") return { kind: "literal", value: declared.value };
    if (declared !== undefined)
      return this.refuse(identifier, `${name} is memory, not a value: access an element of it`);
    return this.refuse(identifier, `${name} is not declared before it is used`);
  }

  #apply(symbol: string, operands: readonly Expression[], node: t.Node): Expression {
    const apply = operands.length === 1 ? unaryOperator(symbol) : binaryOperator(symbol);
    if (apply === undefined) return this.refuse(node, `the operator ${symbol} is not supported`);
    return operation(symbol, apply, operands, { text: this.#text, at: node.start ?? 0 });
  }

  /** The right side takes place only if the left does not decide: that is a branch, if it makes accesses. */
  #logical({ left, right, operator, start }: t.LogicalExpression): Expression {
    const at = start ?? 0;
    const first = this.value(left);
    let second: Expression = UNDEFINED;
    const inner = this.#inBlock(() => (second = this.value(right)));
    if (inner.length === 0) return this.#apply(operator, [first, second], right);
    const register = this.#newRegister();
    this.push({ kind: "let", register, value: first, at });
    const goesOn: readonly Statement[] = [...inner, { kind: "let", register, value: second, at }];
    const result: Expression = { kind: "register", name: register };
    const condition = operator === "??" ? this.#apply("===", [result, UNDEFINED], left) : result;
    const isOr = operator === "||";
    this.push({ kind: "if", condition, thenBranch: isOr ? [] : goesOn, elseBranch: isOr ? goesOn : [], at });
    return result;
  }

  #conditional({ test, consequent, alternate, start }: t.ConditionalExpression): Expression {
    const at = start ?? 0;
    const condition = this.value(test);
    const values: Expression[] = [];
    const [thenBranch, elseBranch] = [consequent, alternate].map((branch) =>
      this.#inBlock(() => values.push(this.value(branch))),
    );
    const [whenTrue = UNDEFINED, whenFalse = UNDEFINED] = values;
    if (thenBranch?.length === 0 && elseBranch?.length === 0) {
      return operation("?:", CONDITIONAL, [condition, whenTrue, whenFalse], { text: this.#text, at });
    }
    const register = this.#newRegister();
    const ending = (value: Expression): Statement => ({ kind: "let", register, value, at });
    this.push({
      kind: "if",
      condition,
      thenBranch: [...(thenBranch ?? []), ending(whenTrue)],
      elseBranch: [...(elseBranch ?? []), ending(whenFalse)],
      at,
    });
    return { kind: "register", name: register };
  }

  /** A register that no source can name. */
  #newRegister(): string {
    return `%${this.#hidden++}`;
  }

  #call(call: t.CallExpression, into: string | undefined): Expression {
    const { callee } = call;
    if (callee.type === "Identifier" && (callee.name === "Number" || callee.name === "BigInt")) {
      const [argument] = argumentsOf(call, { shape: `${callee.name}(VALUE)`, least: 1, most: 1 }, this.refuse);
      return this.#apply(callee.name, [this.value(argument ?? call)], call);
    }
    if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") {
      return this.refuse(call, "an agent calls nothing but Atomics and DataViews: write out what the function does");
    }
    const { object, property } = callee;
    if (object.type !== "Identifier") return this.refuse(call, `${property.name} of this is not supported`);
    const register = into ?? this.#newRegister();
    if (object.name === "Atomics") return readAtomics(property.name, call, register, this);
    const declared = this.#memory.lookUp(object.name);
    if (declared?.kind === "dataView") return readDataView(declared, property.name, call, register, this);
    if (declared?.kind === "array") return this.refuse(call, `${object.name}.${property.name}() ${BUILT_IN}`);
    return this.refuse(call, `${object.name} is not memory that the test declares`);
  }

  // ---- Accesses

  #member(member: t.MemberExpression, into: string | undefined): Expression {
    const { object, property, computed } = member;
    if (!computed && object.type === "Identifier" && property.type === "Identifier") {
      const declared = this.#memory.lookUp(object.name);
      if (declared?.kind === "array" && property.name === "length")
        return { kind: "literal", value: declared.view.count };
      return this.refuse(member, `${object.name}.${property.name} is not supported in an agent`);
    }
    return this.#readFrom(this.element(member), into);
  }

  /**
   * `x[i]`.
   *
   * @throws LitmusError if it is not an element of an array that the test declares
   */
  element(node: t.Node): Target {
    if (node.type !== "MemberExpression" || !node.computed) {
      return this.refuse(node, "an access is to an element of an array that the test declares: x[i]");
    }
    return this.target(node.object, node.property);
  }

  target(array: t.Node, index: t.Node, isAllowed: (view: View) => void = () => {}): Target {
    if (array.type !== "Identifier") return this.refuse(array, "expected the name of an array that the test declares");
    const declared = this.#memory.lookUp(array.name);
    if (declared?.kind !== "array")
      return this.refuse(array, `${array.name} is not a typed array that the test declares`);
    const { view } = declared;
    isAllowed(view);
    return { view, index: this.index(view, index), at: array.start ?? 0 };
  }

  /** An index, which is rejected at once if it is a constant and out of range. */
  index({ name, count, type }: View, node: t.Node): Expression {
    const index = this.value(node);
    if (index.kind !== "literal") return index;
    const { value } = index;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < count) return index;
    const last = count === 0 ? "it has none" : `they go from 0 to ${count - 1}`;
    return this.refuse(node, `${String(value)} is not an index of ${name}, as ${type}: ${last}`);
  }

  #readFrom(target: Target, into: string = this.#newRegister()): Expression {
    this.push({ kind: "read", isSeqCst: false, ...target, register: into });
    return { kind: "register", name: into };
  }

  #write(target: Target, value: Expression, node: t.Node): void {
    this.requireElement(target.view, value, node);
    this.push({ kind: "write", isSeqCst: false, ...target, value, register: undefined });
  }

  /** A constant of the wrong kind need not wait for an execution. */
  requireElement({ type }: View, value: Expression, node: t.Node): void {
    if (value.kind !== "literal") return;
    try {
      encode(type, value.value, true);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.refuse(node, error.message);
    }
  }
}

const ASSIGNMENT_INSIDE = "an assignment inside an expression is not supported: make it a separate statement";
