/**
 * Parses the part after the processes: observed places, filter, condition.
 *
 * `=>` binds tighter than `/\`, which binds tighter than `\/`; `~` takes the nearest atom.
 */

import type { Cursor } from "./cursor.ts";
import { refuseArray } from "./parse-body.ts";
import type { Literal, Place, Proposition, Quantifier } from "./syntax.ts";

/** The names that a proposition may use. */
export interface Scope {
  readonly processCount: number;
  /** Called with each variable named, as place or as address. */
  readonly onVariable: (name: string) => void;
  /** Called with each register named, and its position. */
  readonly onRegister: (process: number, name: string, at: number) => void;
}

export interface Final {
  readonly locations: readonly Place[];
  readonly filter: Proposition | undefined;
  readonly quantifier: Quantifier;
  readonly condition: Proposition;
  readonly conditionText: string;
}

export function parseFinal(cursor: Cursor, scope: Scope): Final {
  const locations = cursor.accept("locations") ? parseLocations(cursor, scope) : [];
  const filter = cursor.accept("filter") ? parseProposition(cursor, scope) : undefined;
  const start = cursor.peek().at;
  const quantifier = parseQuantifier(cursor);
  const hasCondition = quantifier !== "none" || cursor.is("(");
  const condition: Proposition = hasCondition ? parseProposition(cursor, scope) : { kind: "constant", value: true };
  const end = cursor.peek().at;
  cursor.accept(";");
  if (cursor.peek().kind !== "end") cursor.failExpecting("the end of the file");
  return { locations, filter, quantifier, condition, conditionText: plainText(cursor.text.slice(start, end)) };
}

function plainText(source: string): string {
  return source
    .replaceAll(/\(\*[\s\S]*?\*\)|\/\*[\s\S]*?\*\/|\/\/.*/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function parseQuantifier(cursor: Cursor): Quantifier {
  if (cursor.accept("exists")) return "exists";
  if (cursor.accept("forall")) return "forall";
  if (cursor.is("~") && cursor.peek(1).text === "exists") {
    cursor.take();
    cursor.take();
    return "~exists";
  }
  return "none";
}

function parseLocations(cursor: Cursor, scope: Scope): Place[] {
  cursor.expect("[");
  const places: Place[] = [];
  while (!cursor.is("]")) {
    places.push(parsePlace(cursor, scope));
    cursor.skipType();
    if (!cursor.accept(";") && !cursor.is("]")) cursor.failExpecting('";" or "]"');
  }
  cursor.expect("]");
  return places;
}

/** `or`, the loosest. */
function parseProposition(cursor: Cursor, scope: Scope): Proposition {
  let left = parseAnd(cursor, scope);
  while (cursor.accept("\\/") || cursor.accept("||")) left = { kind: "or", left, right: parseAnd(cursor, scope) };
  return left;
}

function parseAnd(cursor: Cursor, scope: Scope): Proposition {
  let left = parseImplication(cursor, scope);
  while (cursor.accept("/\\") || cursor.accept("&&"))
    left = { kind: "and", left, right: parseImplication(cursor, scope) };
  return left;
}

function parseImplication(cursor: Cursor, scope: Scope): Proposition {
  const left = parseNegation(cursor, scope);
  if (!cursor.accept("=>")) return left;
  return { kind: "implies", left, right: cursor.nested(() => parseImplication(cursor, scope)) };
}

function parseNegation(cursor: Cursor, scope: Scope): Proposition {
  if (cursor.accept("~") || cursor.accept("!") || cursor.accept("not")) {
    return { kind: "not", operand: cursor.nested(() => parseNegation(cursor, scope)) };
  }
  if (cursor.accept("(")) {
    const inner = cursor.nested(() => parseProposition(cursor, scope));
    cursor.expect(")");
    return inner;
  }
  if (cursor.is("true", "false")) return { kind: "constant", value: cursor.take().text === "true" };
  return parseAtom(cursor, scope);
}

function parseAtom(cursor: Cursor, scope: Scope): Proposition {
  const place = parsePlace(cursor, scope);
  if (!cursor.is("=", "==", "!=", "<>")) cursor.failExpecting('"=" or "!="');
  const operator = cursor.take().text;
  const equal: Proposition = { kind: "equal", place, other: parseOther(cursor, scope) };
  return operator === "=" || operator === "==" ? equal : { kind: "not", operand: equal };
}

function parseOther(cursor: Cursor, scope: Scope): Extract<Proposition, { kind: "equal" }>["other"] {
  if (cursor.accept("*")) return { kind: "place", place: variable(cursor, scope) };
  const namesRegister = cursor.peek(1).text === ":";
  if (cursor.is("[") || namesRegister) return { kind: "place", place: parsePlace(cursor, scope) };
  if (cursor.is("-") || cursor.peek().kind === "number") {
    return { kind: "literal", value: { kind: "integer", value: cursor.integer() } };
  }
  cursor.accept("&");
  const { text } = cursor.word("a number, a variable or a register");
  scope.onVariable(text);
  const address: Literal = { kind: "address", variable: text };
  return { kind: "literal", value: address };
}

function variable(cursor: Cursor, scope: Scope): Place {
  const { text } = cursor.word("the name of a variable");
  refuseArray(cursor, text);
  scope.onVariable(text);
  return { kind: "variable", name: text };
}

/** `x`, `[x]`, `0:r1` or `P0:r1`. */
function parsePlace(cursor: Cursor, scope: Scope): Place {
  if (cursor.accept("[")) {
    const place = variable(cursor, scope);
    cursor.expect("]");
    return place;
  }
  if (cursor.peek(1).text !== ":") return variable(cursor, scope);
  const process = parseProcessNumber(cursor, scope.processCount);
  cursor.expect(":");
  const { text: name, at } = cursor.word("the name of a register");
  scope.onRegister(process, name, at);
  return { kind: "register", process, name };
}

/** `0` or `P0`, of a process that exists. */
function parseProcessNumber(cursor: Cursor, processCount: number): number {
  const { text, at } = cursor.take();
  const digits = /^P?(\d+)$/.exec(text)?.[1];
  if (digits === undefined) cursor.fail(`expected the number of a process, found ${JSON.stringify(text)}`, at);
  const process = Number(digits);
  if (process >= processCount) {
    const known = processCount === 1 ? "there is only P0" : `there are P0 to P${processCount - 1}`;
    cursor.fail(`no process P${process}: ${known}`, at);
  }
  return process;
}
