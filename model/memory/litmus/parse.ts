/**
 * Parses a litmus test of the kernel's C dialect.
 *
 * Source: Linux tools/memory-model/Documentation/litmus-tests.txt.
 */

import { Cursor } from "./cursor.ts";
import { readHeader } from "./lexer.ts";
import { LitmusError, positionAt, type Position } from "./litmus-error.ts";
import { parseProcess, refuseArray } from "./parse-body.ts";
import { parseFinal } from "./parse-proposition.ts";
import type { LitmusTest, Literal, Process, Statement } from "./syntax.ts";

/** The longest text accepted as a litmus test; longer ones are mistakes. */
export const TEXT_LENGTH_MAX = 1_000_000;

/** Something legal that the author may not have meant. */
export interface Warning {
  readonly message: string;
  readonly position: Position;
}

export interface Parsed {
  readonly test: LitmusTest;
  readonly warnings: readonly Warning[];
}

/** @throws LitmusError with line and column of the error */
export function parseLitmus(text: string): Parsed {
  if (text.length > TEXT_LENGTH_MAX) {
    const length = text.length.toLocaleString("en");
    throw new LitmusError(
      `${length} characters are not a litmus test: the limit is ${TEXT_LENGTH_MAX.toLocaleString("en")}`,
      { line: 1, column: 1 },
    );
  }
  const header = readHeader(text);
  const cursor = new Cursor(text, header.initAt);
  const init = parseInit(cursor);

  const processes: Process[] = [];
  while (/^(?:P\d+|void)$/.test(cursor.peek().text)) processes.push(parseProcess(cursor, processes.length));
  if (processes.length === 0) cursor.failExpecting("P0, the first process");

  const variables = new Map(init.variables);
  const declare = (name: string): void => {
    if (!variables.has(name)) variables.set(name, { kind: "integer", value: 0 });
  };
  for (const { parameters } of processes) parameters.forEach(declare);

  const known = processes.map(
    (process, i) => new Set([...registersOf(process), ...(init.registers.get(i)?.keys() ?? [])]),
  );
  const warnings: Warning[] = [];
  const final = parseFinal(cursor, {
    processCount: processes.length,
    onVariable: declare,
    onRegister: (process, name, at) => {
      if (known[process]?.has(name) === true) return;
      warnings.push({ message: `P${process} has no register ${name}: it stays 0`, position: positionAt(text, at) });
    },
  });
  for (const { process, at } of init.registerPlaces) {
    if (process >= processes.length) cursor.fail(`no process P${process}`, at);
  }
  const registers = processes.map((_, i) => init.registers.get(i) ?? new Map<string, Literal>());
  for (const literals of [variables, ...registers]) {
    // Declaring during iteration is fine: the new entry is an integer, and Map iteration reaches it.
    for (const literal of literals.values()) if (literal.kind === "address") declare(literal.variable);
  }
  return { test: { name: header.name, variables, registers, processes, ...final }, warnings };
}

interface Init {
  readonly variables: ReadonlyMap<string, Literal>;
  readonly registers: ReadonlyMap<number, ReadonlyMap<string, Literal>>;
  readonly registerPlaces: readonly { readonly process: number; readonly at: number }[];
}

function parseInit(cursor: Cursor): Init {
  const variables = new Map<string, Literal>();
  const registers = new Map<number, Map<string, Literal>>();
  const registerPlaces: { process: number; at: number }[] = [];
  cursor.expect("{");
  while (!cursor.is("}")) {
    if (cursor.accept(";")) continue;
    cursor.skipType();
    while (cursor.is("*")) cursor.take(); // without a type before it, skipType left it
    const { at } = cursor.peek();
    if (cursor.peek(1).text === ":") {
      const digits = /^P?(\d+)$/.exec(cursor.take().text)?.[1];
      if (digits === undefined) cursor.fail("expected the number of a process", at);
      const process = Number(digits);
      cursor.expect(":");
      const { text } = cursor.word("the name of a register");
      const ofProcess = registers.get(process) ?? new Map<string, Literal>();
      registers.set(process, ofProcess);
      registerPlaces.push({ process, at });
      ofProcess.set(text, parseInitialValue(cursor));
    } else {
      const bracketed = cursor.accept("[");
      const { text } = cursor.word("a variable, a register or }");
      if (bracketed) cursor.expect("]");
      refuseArray(cursor, text);
      variables.set(text, parseInitialValue(cursor));
    }
    if (!cursor.accept(";") && !cursor.is("}")) cursor.failExpecting('";" or "}"');
  }
  cursor.expect("}");
  return { variables, registers, registerPlaces };
}

function parseInitialValue(cursor: Cursor): Literal {
  if (!cursor.accept("=")) return { kind: "integer", value: 0 };
  if (cursor.is("-") || cursor.peek().kind === "number") return { kind: "integer", value: cursor.integer() };
  if (cursor.accept("ATOMIC_INIT")) {
    cursor.expect("(");
    const value = cursor.integer();
    cursor.expect(")");
    return { kind: "integer", value };
  }
  cursor.accept("&");
  return { kind: "address", variable: cursor.word("a number or the name of a variable").text };
}

/** Every register that a process assigns, and its parameters. */
function registersOf({ parameters, body }: Process): ReadonlySet<string> {
  const names = new Set(parameters);
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.kind === "assign") names.add(statement.register);
      if (statement.kind === "if") {
        visit(statement.thenBranch);
        visit(statement.elseBranch);
      }
    }
  };
  visit(body);
  return names;
}
