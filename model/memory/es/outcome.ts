/** Outcomes of a program as rows: the values of registers and final reads, and the agents that sleep forever. */

import { statementsIn, valueOfExpression, type AgentProgram, type Expression } from "./agent-program.ts";
import { show, type Value } from "./element-type.ts";

/** null is a register that was never assigned, or that an agent sleeping forever did not reach. */
export type Entry = Exclude<Value, undefined> | null;

/** In the order of the columns. */
export type Row = readonly Entry[];

/** Registers by agent and name, final reads, and `blocked` if there is a wait. */
export function columnsOf(program: AgentProgram): readonly string[] {
  const { agents, finalColumns } = program;
  const registers = agents.flatMap(({ name, registers: own }) => own.map((register) => `${name}:${register}`));
  return [...registers, ...finalColumns, ...(waits(program) ? ["blocked"] : [])];
}

function waits({ agents }: AgentProgram): boolean {
  return agents.some(({ body }) => [...statementsIn(body)].some(({ kind }) => kind === "wait"));
}

/** How a program ended. Undefined is a register that was never assigned. */
export interface Ending {
  readonly register: (agent: number, name: string) => Value;
  readonly final: (position: number) => Value;
  readonly isBlocked: (agent: number) => boolean;
}

/** Prepares for the endings of a program. */
export function rowsOf(program: AgentProgram): (ending: Ending) => Row {
  const { agents, finalColumns } = program;
  const hasBlocked = waits(program);
  return ({ register, final, isBlocked }) => {
    const entries = [
      ...agents.flatMap(({ registers }, i) => registers.map((name) => register(i, name))),
      ...finalColumns.map((_, i) => final(i)),
    ].map((value): Entry => value ?? null);
    if (!hasBlocked) return entries;
    const blocked = agents.filter((_, i) => isBlocked(i)).map(({ name }) => name);
    return [...entries, blocked.join()];
  };
}

/** Equal for equal rows only. */
export function keyOf(row: Row): string {
  return row.map((entry) => (entry === null ? "null" : show(entry))).join();
}

/** An entry as people read it: a BigInt is shown as its digits, a text as it is. */
export function showEntry(entry: Entry): string {
  if (entry === null || typeof entry === "string" || typeof entry === "bigint") return String(entry);
  return show(entry);
}

/** Numbers before texts, null first, column by column. */
export function compareRows(a: Row, b: Row): number {
  for (const [i, entry] of a.entries()) {
    const other = b[i] ?? null;
    const order = compareEntries(entry, other);
    if (order !== 0) return order;
  }
  return 0;
}

function compareEntries(a: Entry, b: Entry): number {
  const [first, second] = [rankOf(a), rankOf(b)];
  if (first !== second) return first - second;
  if (a === null || b === null || a === b) return 0;
  return a < b ? -1 : 1;
}

function rankOf(entry: Entry): number {
  if (entry === null) return 0;
  return typeof entry === "string" ? 2 : 1;
}

/** Whether an expression over columns holds of a row. */
export function satisfies(expression: Expression, columns: readonly string[]): (row: Row) => boolean {
  return (row) => Boolean(valueOfExpression(expression, (column) => row[columns.indexOf(column)] ?? undefined));
}
