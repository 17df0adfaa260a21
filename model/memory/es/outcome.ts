/** Outcomes of a program as rows: what registers and final reads hold, and which agents sleep for ever. */

import type { EsCandidate } from "./search-executions.ts";
import { statementsIn, type AgentProgram } from "./agent-program.ts";
import { show, type Value } from "./element-type.ts";
import { UNKNOWN, type SymbolicValue } from "./symbolic-value.ts";

/** null is a register that was never assigned, or that an agent which sleeps for ever did not come to. */
export type Entry = Exclude<Value, undefined> | null;

/** In the order of `columnsOf`. */
export type Row = readonly Entry[];

/** Registers by agent and name, final reads, and `blocked` if there is a wait. */
export function columnsOf({ agents, finalColumns }: AgentProgram): readonly string[] {
  const registers = agents.flatMap(({ name, registers: own }) => own.map((register) => `${name}:${register}`));
  const waits = agents.some(({ body }) => [...statementsIn(body)].some(({ kind }) => kind === "wait"));
  return [...registers, ...finalColumns, ...(waits ? ["blocked"] : [])];
}

export function rowOf({ combination: { program, paths, final }, values }: EsCandidate): Row {
  const entryOf = (value: SymbolicValue | undefined): Entry => {
    const found = value === undefined ? undefined : values.valueOf(value);
    return found === undefined || found === UNKNOWN ? null : found;
  };
  const blocked = program.agents.filter((_, i) => paths[i]?.isBlocked === true).map(({ name }) => name);
  const entries = [
    ...program.agents.flatMap(({ registers }, i) => registers.map((name) => entryOf(paths[i]?.registers.get(name)))),
    ...program.finalColumns.map((_, i) => entryOf(final.registers.get(String(i)))),
  ];
  return columnsOf(program).length > entries.length ? [...entries, blocked.join()] : entries;
}

/** The same for equal rows alone. */
export function keyOf(row: Row): string {
  return row.map((entry) => (entry === null ? "null" : show(entry))).join();
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
