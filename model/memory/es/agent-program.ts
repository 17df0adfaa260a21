/** A litmus test of agents that share memory, independent of its notation. */

import type { ElementType, Modification, Value } from "./element-type.ts";
import type { Operator } from "./symbolic-value.ts";

export type Expression =
  | { readonly kind: "literal"; readonly value: Value }
  | { readonly kind: "register"; readonly name: string }
  | { readonly kind: "operation"; readonly operator: Operator; readonly operands: readonly Expression[] };

/** The elements that an access may address: of a typed array, or those of one type that a DataView reaches. */
export interface View {
  readonly name: string;
  readonly type: ElementType;
  /** Address of index 0. */
  readonly start: number;
  /** Bytes from one index to the next. */
  readonly stride: number;
  /** Indices are from 0 to one less. */
  readonly count: number;
  readonly littleEndian: boolean;
  readonly isDataView: boolean;
}

interface Accessing {
  readonly view: View;
  readonly index: Expression;
  /** Offset of the statement in the test's text. */
  readonly at: number;
}

/** The register of a result, if any. */
interface Resulting {
  readonly register: string | undefined;
}

export type Statement =
  | ({ readonly kind: "read"; readonly isSeqCst: boolean } & Accessing & Resulting)
  | ({ readonly kind: "write"; readonly isSeqCst: boolean; readonly value: Expression } & Accessing & Resulting)
  | ({ readonly kind: "modify"; readonly operation: Modification; readonly value: Expression } & Accessing & Resulting)
  | ({ readonly kind: "compareExchange"; readonly expected: Expression; readonly value: Expression } & Accessing &
      Resulting)
  | ({ readonly kind: "wait"; readonly value: Expression; readonly mayTimeOut: boolean } & Accessing & Resulting)
  /** `count` is Infinity for all. */
  | ({ readonly kind: "notify"; readonly count: number } & Accessing & Resulting)
  | { readonly kind: "let"; readonly register: string; readonly value: Expression; readonly at: number }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly thenBranch: readonly Statement[];
      readonly elseBranch: readonly Statement[];
      readonly at: number;
    }
  | { readonly kind: "return"; readonly at: number };

export interface Agent {
  readonly name: string;
  readonly body: readonly Statement[];
  /** Registers that the test shows, in their order. */
  readonly registers: readonly string[];
}

export type Quantifier = "exists" | "never" | "forall";

export interface Condition {
  readonly quantifier: Quantifier;
  /** As written in the test. */
  readonly text: string;
  /** Registers are columns of the outcomes. */
  readonly expression: Expression;
}

export interface AgentProgram {
  readonly name: string;
  /** Of all blocks together. */
  readonly bytes: number;
  /** Accesses of the main agent before it starts the others. */
  readonly setUp: readonly Statement[];
  readonly agents: readonly Agent[];
  /** Plain reads by the main agent after all others have ended, each into a register named after its column. */
  readonly final: readonly Statement[];
  readonly finalColumns: readonly string[];
  /** The value of a register that was never assigned. */
  readonly unassigned: Value;
  /** Values that reads in a cycle of values are offered besides those that the program has. */
  readonly domain: readonly Value[];
  readonly condition: Condition | undefined;
}

/** Every statement, those of branches included. */
export function* statementsIn(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement;
    if (statement.kind === "if") {
      yield* statementsIn(statement.thenBranch);
      yield* statementsIn(statement.elseBranch);
    }
  }
}

/** The registers that a body assigns, sorted. */
export function assignedRegisters(body: readonly Statement[]): readonly string[] {
  const names = new Set<string>();
  for (const statement of statementsIn(body)) {
    if ("register" in statement && statement.register !== undefined) names.add(statement.register);
  }
  return [...names].toSorted();
}

/** The value of an expression, given its registers. */
export function valueOfExpression(expression: Expression, register: (name: string) => Value): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "register":
      return register(expression.name);
    case "operation":
      return expression.operator.apply(...expression.operands.map((operand) => valueOfExpression(operand, register)));
  }
}
