/**
 * The operations of a system, one row each: everything that scenarios, generators, small scopes, histories and stories
 * need about an operation is declared once.
 */
import type { Access, Address } from "#impl/memory/access.ts";
import type { HeldReference, ModelStep } from "#properties/linearizability/operation-history.ts";
import { type Arguments, parsedValues, type RawValuesOf, type ValuesOf } from "./operation-arguments.ts";

/** The thread that performs an operation: new for each execution. */
export interface Caller<Local> {
  /** Number of the thread, from 0. */
  readonly thread: number;
  /** Whether the operation is an initial one. */
  readonly isInitial: boolean;
  /** References that the thread holds, the most recent last. */
  readonly held: HeldReference[];
  /** The object that the operation takes; NIL if it takes none. */
  readonly taken: Address;
  /** Other private state of the thread. */
  readonly local: Local;
}

/** The return value of an operation's procedure: a word, a truth value (1 or 0 as a word), or nothing (0). */
export type Returned = number | boolean | void;

interface RowBase<Structure, Raw, Values, Local> {
  /** Relative frequency of the operation in generated scenarios; 1 if absent, 0 for never. */
  readonly weight?: number;
  /** The operation may wait forever by design, like a take from an empty queue. */
  readonly blocks?: boolean;
  /** The reference is consumed: the thread no longer holds it once it has made the call. */
  readonly consumes?: boolean;
  /**
   * An initial operation of this kind is performed once for each thread, since it concerns private objects of the
   * thread.
   */
  readonly initiallyForEachThread?: boolean;
  /** The operation cannot be an initial one. */
  readonly neverInitially?: boolean;
  /** The arguments as readable text after the operation's name; see `operationText` if absent. */
  text?(raw: Raw): string;
  /** Name of the reference that the operation works on. A thread that holds none of that name skips the operation. */
  takes?(values: Values): string | undefined;
  /** Does the operation have nothing to do? Then it is skipped. */
  isIdle?(values: Values, caller: Caller<Local>, structure: Structure): boolean;
}

/** An operation that is a single call. */
export interface SimpleRow<Structure, Raw, Values, Operation, Local, State> extends RowBase<
  Structure,
  Raw,
  Values,
  Local
> {
  /**
   * The kind of return value, `word` (including truth values) if absent; an object's address is mapped to an identity.
   */
  readonly returns?: "word" | "object" | "nothing";
  /** The reference that the thread holds afterwards; for an object, by the name that this returns. */
  gives?(values: Values, word: Address, taken: HeldReference | undefined): HeldReference | string | undefined;
  /** The response as readable text. */
  show?(word: number, structure: Structure): string;
  /** The procedure. Its doc comment names its linearization point. */
  run(structure: Structure, values: Values, caller: Caller<Local>): Access<Returned>;
  /** The procedure as an initial operation, where nothing runs concurrently; `run` if absent. */
  initially?(structure: Structure, values: Values, caller: Caller<Local>): Access<Returned>;
  /** The operation in the model; the operation as written in the scenario if absent. */
  model?(values: Values, of: ModelContext<Structure>): Operation | readonly ModelStep<Operation>[];
  /**
   * The model's step, if the system has no other model: the responses allowed in a state, with the resulting states.
   */
  step?(state: State, values: Values): Outcome<State> | readonly Outcome<State>[];
}

/** One allowed response, absent for an operation that returns nothing, and the resulting state. */
export interface Outcome<State> {
  readonly response?: number | boolean;
  readonly next: State;
}

/** The call that the model judges. */
export interface ModelContext<Structure> {
  /** Identity of the object that the operation takes; 0 if it takes none. */
  readonly identity: number;
  readonly thread: number;
  readonly isInitial: boolean;
  readonly structure: Structure;
}

/** An operation made of several calls, each of which begins and ends separately. */
export interface CompositeRow<Structure, Raw, Values, Operation, Local> extends RowBase<Structure, Raw, Values, Local> {
  /** The calls that the operation may make, in order. */
  readonly calls: readonly CompositeCall<Structure, Raw, Values, Operation>[];
  /** Performs the operation, making each call with `performer.call`. */
  perform(structure: Structure, values: Values, performer: Performer<Local>): Access;
}

/** One call of a composite operation. */
export interface CompositeCall<Structure, Raw, Values, Operation> {
  /** The call as readable text. */
  text(raw: Raw): string;
  /** The kind of return value; `word` (including truth values) if absent. */
  readonly returns?: "word" | "nothing";
  show?(word: number): string;
  model(values: Values, of: ModelContext<Structure>): Operation | readonly ModelStep<Operation>[];
}

export interface Performer<Local> extends Caller<Local> {
  /** Number of the operation's first call in the program; the others follow. */
  readonly number: number;
  /**
   * Performs the call of that number, of this operation or another: its invocation, the procedure, and its response.
   */
  call(number: number, procedure: Access<Returned>): Access<number>;
  /** The operation that the call of that number belongs to, with its arguments. */
  operationAt(number: number): { readonly operation: unknown; readonly values: object } | undefined;
}

export type Row<Structure, Raw, Values, Operation, Local, State> =
  | SimpleRow<Structure, Raw, Values, Operation, Local, State>
  | CompositeRow<Structure, Raw, Values, Operation, Local>;

/** A row with the arguments of its operation. */
export interface TableRow<Structure, A, Operation, Local, State> {
  readonly arguments: A;
  readonly row: Row<Structure, RawValuesOf<A>, ValuesOf<A>, Operation, Local, State>;
}

type NoArguments = Record<never, never>;
type NoValues = Record<never, never>;

/** A row of a table for an operation that is a single call. */
export function operation<Structure, A extends Arguments, Operation = unknown, Local = unknown, State = unknown>(
  row: { readonly arguments: A } & SimpleRow<Structure, RawValuesOf<A>, ValuesOf<A>, Operation, Local, State>,
): TableRow<Structure, A, Operation, Local, State>;
export function operation<Structure, Operation = unknown, Local = unknown, State = unknown>(
  row: { readonly arguments?: never } & SimpleRow<Structure, NoValues, NoValues, Operation, Local, State>,
): TableRow<Structure, NoArguments, Operation, Local, State>;
export function operation(row: { readonly arguments?: Arguments } & AnyRow["row"]): AnyRow {
  return { arguments: row.arguments ?? {}, row };
}

/** A row of a table for an operation that is several calls. */
export function composite<Structure, A extends Arguments, Operation = unknown, Local = unknown>(
  row: { readonly arguments: A } & CompositeRow<Structure, RawValuesOf<A>, ValuesOf<A>, Operation, Local>,
): TableRow<Structure, A, Operation, Local, unknown>;
export function composite<Structure, Operation = unknown, Local = unknown>(
  row: { readonly arguments?: never } & CompositeRow<Structure, NoValues, NoValues, Operation, Local>,
): TableRow<Structure, NoArguments, Operation, Local, unknown>;
export function composite(row: { readonly arguments?: Arguments } & AnyRow["row"]): AnyRow {
  return { arguments: row.arguments ?? {}, row };
}

/** A row of any table. */
export interface AnyRow {
  readonly arguments: Arguments;
  readonly row: Row<unknown, object, object, unknown, unknown, unknown>;
}

export type OperationTable = { readonly [kind: string]: AnyRow };

/** An operation of the table, as written in a scenario: plain JSON. */
export type OperationOf<Table> = {
  [Kind in keyof Table]: Table[Kind] extends { readonly arguments: infer A }
    ? { readonly kind: Kind } & RawValuesOf<A>
    : never;
}[keyof Table];

/** Makes operations as written in a scenario: `push(1)`, `pop()`, `move({ from: 1, to: 2 })`. */
export type CallsOf<Table> = {
  readonly [Kind in keyof Table]: Table[Kind] extends { readonly arguments: infer A } ? Call<Kind, A> : never;
};

type Call<Kind, A> = keyof A extends never
  ? () => { readonly kind: Kind } & RawValuesOf<A>
  : (values: RawValuesOf<A> | RawValuesOf<A>[keyof RawValuesOf<A>]) => { readonly kind: Kind } & RawValuesOf<A>;

// A table demands everything that its rows demand: the conditional types intersect what each row infers.

/** The structure that a table's procedures work on. */
export type StructureOf<Table> = {
  [Kind in keyof Table]: Table[Kind] extends TableRow<infer Structure, infer _A, infer _O, infer _L, infer _S>
    ? (structure: Structure) => void
    : never;
}[keyof Table] extends (structure: infer Structure) => void
  ? Structure
  : never;

/** The private state of a table's threads. */
export type LocalOf<Table> = {
  [Kind in keyof Table]: Table[Kind] extends TableRow<infer _St, infer _A, infer _O, infer Local, infer _S>
    ? (local: Local) => void
    : never;
}[keyof Table] extends (local: infer Local) => void
  ? Local
  : never;

/** The state of a table's own model, if its rows have steps. */
export type StateOf<Table> = {
  [Kind in keyof Table]: Table[Kind] extends TableRow<infer _St, infer _A, infer _O, infer _L, infer State>
    ? (state: State) => void
    : never;
}[keyof Table] extends (state: infer State) => void
  ? State
  : never;

/** @throws RangeError for an unnamed value if the operation has several arguments */
export function callsOf(table: OperationTable): Readonly<Record<string, (values?: unknown) => object>> {
  return Object.fromEntries(
    Object.entries(table).map(([kind, { arguments: named }]) => [
      kind,
      (values?: unknown): object => {
        if (values === undefined) return { kind };
        if (typeof values === "object" && values !== null) return { kind, ...values };
        const [only, ...others] = Object.keys(named);
        if (only === undefined || others.length > 0)
          throw new RangeError(
            `${kind} takes ${only === undefined ? "no arguments" : `{ ${Object.keys(named).join(", ")} }`}`,
          );
        return { kind, [only]: values };
      },
    ]),
  );
}

/**
 * An operation as readable text: `get v4/20 create`, `allow v4/20 timeout 3`. Unless its row defines a text, its
 * arguments appear as in the scenario: truth values by their names, or not at all; numbers with their names if there
 * are several arguments.
 */
export function operationText(table: OperationTable, operation: unknown): string {
  const { kind, ...raw } = operation as { readonly kind: string };
  const shown = table[kind]?.row.text?.(raw) ?? valuesText(raw);
  return shown === "" ? kind : `${kind} ${shown}`;
}

function valuesText(values: object): string {
  const entries = Object.entries(values);
  const shown = entries.flatMap(([name, value]) => {
    if (value === true) return [name];
    if (value === false || value === undefined) return [];
    if (typeof value === "number" && entries.length > 1) return [`${name} ${value}`];
    return [typeof value === "object" ? JSON.stringify(value) : String(value)];
  });
  return shown.join(" ");
}

/**
 * Does the operation find nothing to work on, regardless of other threads, after these operations of its own thread?
 * That is so if the reference that it takes was not obtained, or has been consumed.
 */
export function lacksReference(table: OperationTable, operation: unknown, before: readonly unknown[]): boolean {
  const taken = referencesOf(table, operation).takes;
  if (taken === undefined) return false;
  let held = 0;
  for (const earlier of before) {
    const { takes, consumes, gives } = referencesOf(table, earlier);
    if (consumes && takes === taken && held > 0) held--;
    if (gives === taken) held++;
  }
  return held === 0;
}

/** The names of the references that an operation takes and, if it finds an object, gives. */
export function referencesOf(table: OperationTable, operation: unknown) {
  const { kind, ...raw } = operation as { readonly kind: string };
  const { row, arguments: named = {} } = table[kind] ?? {};
  if (row === undefined) return { takes: undefined, consumes: false, gives: undefined };
  const values = parsedValues(named, raw);
  const given = "calls" in row ? undefined : row.gives?.(values, SOME_OBJECT, undefined);
  return {
    takes: row.takes?.(values),
    consumes: row.consumes === true,
    gives: typeof given === "object" ? given.name : given,
  };
}

/** Stands for the address of any object. */
const SOME_OBJECT = 1;
