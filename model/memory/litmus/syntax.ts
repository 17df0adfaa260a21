/**
 * The syntax tree of a litmus test. `at` is an offset into the text, for messages.
 *
 * Types are read and dropped: they carry no information.
 */

import type { Primitive } from "./primitives.ts";

export type BinaryOperator = "+" | "-" | "*" | "/" | "&" | "|" | "^" | "==" | "!=" | "<" | ">" | "<=" | ">=";

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "register"; readonly name: string; readonly at: number }
  /** A plain read, `*p`. */
  | { readonly kind: "load"; readonly address: Expression; readonly at: number }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | Call;

export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly primitive: Primitive;
  /** Where a primitive requires a dereference, `READ_ONCE(*p)`, this holds only the pointer. */
  readonly operands: readonly Expression[];
  readonly at: number;
}

export type Statement =
  | { readonly kind: "assign"; readonly register: string; readonly value: Expression; readonly at: number }
  /** A plain write, `*p = v;`. */
  | { readonly kind: "store"; readonly address: Expression; readonly value: Expression; readonly at: number }
  /** A primitive whose result, if any, is dropped. */
  | { readonly kind: "evaluate"; readonly value: Expression; readonly at: number }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly thenBranch: readonly Statement[];
      readonly elseBranch: readonly Statement[];
      readonly at: number;
    };

export interface Process {
  readonly parameters: readonly string[];
  readonly body: readonly Statement[];
}

/** A value written in the init block or in a proposition: an integer, or the address of a variable. */
export type Literal =
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "address"; readonly variable: string };

/** A variable, or a register of a process. */
export type Place =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "register"; readonly process: number; readonly name: string };

export type Proposition =
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "not"; readonly operand: Proposition }
  | { readonly kind: "and" | "or" | "implies"; readonly left: Proposition; readonly right: Proposition }
  | {
      readonly kind: "equal";
      readonly place: Place;
      readonly other:
        | { readonly kind: "literal"; readonly value: Literal }
        | { readonly kind: "place"; readonly place: Place };
    };

export type Quantifier = "exists" | "~exists" | "forall" | "none";

export interface LitmusTest {
  readonly name: string;
  readonly variables: ReadonlyMap<string, Literal>;
  /** Initial values of registers, by process. */
  readonly registers: readonly ReadonlyMap<string, Literal>[];
  readonly processes: readonly Process[];
  readonly locations: readonly Place[];
  readonly filter: Proposition | undefined;
  readonly quantifier: Quantifier;
  readonly condition: Proposition;
  /** The condition as written, its white space evened out. */
  readonly conditionText: string;
}
