/**
 * Reads tests in JavaScript: buffers and views, plain functions as agents, and a condition on the outcomes.
 *
 * ```js
 * const x = new Int32Array(new SharedArrayBuffer(4));
 * x[0] = 1;                          // the main agent, before it starts the others
 * function writer() { x[0] = 2; }    // an agent
 * function reader() { const seen = x[0]; }
 * locations(x[0]);                   // the main agent reads it, after all others have ended
 * exists(reader.seen === 1);         // or forall, or never
 * ```
 */

import { parse } from "@babel/parser";
import type * as t from "@babel/types";
import { LitmusError } from "../../litmus/litmus-error.ts";
import type { Agent, AgentProgram, Condition, Expression, Quantifier, Statement, View } from "../agent-program.ts";
import { statementsIn } from "../agent-program.ts";
import { AgentReader, type AgentSurroundings } from "./javascript-agent.ts";
import { constantOf, DeclaredMemory, refusing, type Refuse } from "./javascript-memory.ts";
import { binaryOperator, CONDITIONAL, operation, unaryOperator, type Apply } from "./javascript-operators.ts";
import { AGENTS_MAX, STATEMENTS_MAX } from "./test-limits.ts";

const QUANTIFIERS: ReadonlySet<string> = new Set<Quantifier>(["exists", "forall", "never"]);

/**
 * @param name of the test, from its file
 * @throws LitmusError with line and column of code that cannot be followed
 */
export function parseJavaScriptLitmus(text: string, name: string): AgentProgram {
  const refuse = refusing(text);
  const reader = new TestReader(name, text, refuse);
  for (const statement of parseProgram(text).body) reader.read(statement);
  return reader.program();
}

function parseProgram(text: string): t.Program {
  try {
    return parse(text, { sourceType: "module" }).program;
  } catch (error) {
    if (error instanceof RangeError) throw new LitmusError("this is nested too deeply", { line: 1, column: 1 });
    if (!(error instanceof SyntaxError) || !("loc" in error)) throw error;
    const { line, column } = error.loc as { readonly line: number; readonly column: number };
    throw new LitmusError(error.message.replace(/ \(\d+:\d+\)$/, ""), { line, column: column + 1 });
  }
}

class TestReader {
  readonly #name: string;
  readonly #text: string;
  readonly #refuse: Refuse;
  readonly #memory: DeclaredMemory;
  readonly #main: AgentReader;
  readonly #setUp: Statement[] = [];
  readonly #agents: Agent[] = [];
  /** Evaluated at the end, when every agent is known. */
  readonly #questions: { readonly kind: string; readonly call: t.CallExpression }[] = [];
  readonly #final = new Map<string, { readonly view: View; readonly index: Expression; readonly at: number }>();

  constructor(name: string, text: string, refuse: Refuse) {
    this.#name = name;
    this.#text = text;
    this.#refuse = refuse;
    this.#memory = new DeclaredMemory(refuse);
    this.#main = new AgentReader(this.#surroundings());
  }

  #surroundings(): AgentSurroundings {
    return { memory: this.#memory, text: this.#text, refuse: this.#refuse };
  }

  read(statement: t.Statement): void {
    switch (statement.type) {
      case "VariableDeclaration":
        if (statement.kind !== "const") this.#refuse(statement, "what all agents share is declared with const");
        for (const declarator of statement.declarations) this.#memory.declare(declarator);
        return;
      case "FunctionDeclaration":
        this.#readAgent(statement);
        return;
      case "ExpressionStatement": {
        const question = questionOf(statement.expression);
        if (question === undefined) this.#setUp.push(...this.#main.read([statement]));
        else this.#questions.push(question);
        return;
      }
      case "EmptyStatement":
        return;
      default:
        this.#refuse(
          statement,
          "the top level of a test declares memory, writes to it, has agents as functions, " +
            "and asks with exists, forall or never",
        );
    }
  }

  #readAgent(agent: t.FunctionDeclaration): void {
    const { id, params, body, async: isAsync, generator } = agent;
    if (id === null || id === undefined) return this.#refuse(agent, "an agent has a name");
    if (isAsync || generator) this.#refuse(agent, `${id.name} must be a plain function`);
    if (params[0] !== undefined)
      this.#refuse(params[0], `${id.name} takes no arguments: agents share what the test declares`);
    if (this.#agents.length === AGENTS_MAX) this.#refuse(agent, `a test has at most ${AGENTS_MAX} agents`);
    const reader = new AgentReader(this.#surroundings());
    const statements = reader.read(body.body);
    this.#agents.push({ name: id.name, body: statements, registers: reader.registers });
    const count = this.#agents.reduce((sum, { body: own }) => sum + [...statementsIn(own)].length, 0);
    if (count > STATEMENTS_MAX) this.#refuse(agent, `a test has at most ${STATEMENTS_MAX} accesses and assignments`);
  }

  program(): AgentProgram {
    if (this.#agents.length === 0) {
      throw new LitmusError("a test has at least one agent: function NAME() { … }", { line: 1, column: 1 });
    }
    let condition: Condition | undefined;
    for (const { kind, call } of this.#questions) {
      if (kind === "locations") {
        for (const place of call.arguments) this.#finalRead(place);
        continue;
      }
      if (condition !== undefined) this.#refuse(call, "a test has one condition");
      const [asked] = call.arguments;
      if (asked === undefined || call.arguments.length > 1) return this.#refuse(call, `${kind}(CONDITION)`);
      condition = {
        quantifier: kind as Quantifier,
        text: this.#text.slice(asked.start ?? 0, asked.end ?? 0),
        expression: this.#condition(asked),
      };
    }
    return {
      name: this.#name,
      bytes: this.#memory.bytes,
      setUp: this.#setUp,
      agents: this.#agents,
      final: [...this.#final.values()].map((place, i) => ({
        kind: "read",
        isSeqCst: false,
        ...place,
        register: String(i),
      })),
      finalColumns: [...this.#final.keys()],
      unassigned: undefined,
      domain: [],
      condition,
    };
  }

  /** A condition in terms of columns. Memory in it is read by the main agent at the end. */
  #condition(node: t.Node): Expression {
    const constant = constantOf(node);
    if (constant !== undefined) return { kind: "literal", value: constant };
    switch (node.type) {
      case "Identifier": {
        if (node.name === "undefined") return { kind: "literal", value: undefined };
        const declared = this.#memory.lookUp(node.name);
        if (declared?.kind === "constant") return { kind: "literal", value: declared.value };
        return this.#refuse(node, `${node.name} has no value here: write AGENT.REGISTER, or an element of an array`);
      }
      case "UnaryExpression":
        return this.#operation(node.operator, unaryOperator(node.operator), [node.argument], node);
      case "BinaryExpression":
      case "LogicalExpression":
        return this.#operation(node.operator, binaryOperator(node.operator), [node.left, node.right], node);
      case "ConditionalExpression":
        return this.#operation("?:", CONDITIONAL, [node.test, node.consequent, node.alternate], node);
      case "MemberExpression":
        return { kind: "register", name: node.computed ? this.#finalRead(node) : this.#columnOf(node) };
      default:
        return this.#refuse(node, `${node.type} is not supported in a condition`);
    }
  }

  #operation(symbol: string, apply: Apply | undefined, operands: readonly t.Node[], node: t.Node): Expression {
    if (apply === undefined) return this.#refuse(node, `the operator ${symbol} is not supported`);
    const place = { text: this.#text, at: node.start ?? 0 };
    return operation(
      symbol,
      apply,
      operands.map((operand) => this.#condition(operand)),
      place,
    );
  }

  /** `AGENT.REGISTER`. */
  #columnOf({ object, property }: t.MemberExpression): string {
    if (object.type !== "Identifier" || property.type !== "Identifier") {
      return this.#refuse(object, "a condition is about AGENT.REGISTER and elements of arrays");
    }
    const agent = this.#agents.find(({ name }) => name === object.name);
    if (agent === undefined) return this.#refuse(object, `no agent ${object.name} in this test`);
    if (!agent.registers.includes(property.name)) {
      const registers = agent.registers.length === 0 ? "it has none" : `there are ${agent.registers.join(", ")}`;
      return this.#refuse(property, `agent ${agent.name} declares no ${property.name}: ${registers}`);
    }
    return `${agent.name}:${property.name}`;
  }

  /** The column of an element that the main agent reads at the end. */
  #finalRead(node: t.Node): string {
    const { view, index, at } = this.#main.element(node);
    if (index.kind !== "literal") return this.#refuse(node, "the index must be a constant here");
    const column = `${view.name}[${String(index.value)}]`;
    this.#final.set(column, { view, index, at });
    return column;
  }
}

/** `exists(…)` and the like. */
function questionOf(expression: t.Expression): { readonly kind: string; readonly call: t.CallExpression } | undefined {
  if (expression.type !== "CallExpression" || expression.callee.type !== "Identifier") return undefined;
  const { name } = expression.callee;
  return QUANTIFIERS.has(name) || name === "locations" ? { kind: name, call: expression } : undefined;
}
