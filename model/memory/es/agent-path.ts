/**
 * Every way through an agent's program, with what it reads left open: the events of each way, and what must hold of the
 * values read for the agent to go it.
 */

import { LitmusError, positionAt } from "../litmus/litmus-error.ts";
import type { Expression, Statement, View } from "./agent-program.ts";
import type { ByteEvent } from "./byte-event.ts";
import {
  decode,
  elementFormats,
  encode,
  isNoTear,
  modify,
  toAtomicValue,
  type ElementType,
  type Value,
} from "./element-type.ts";
import { applied, known, type Operator, type SymbolicValue } from "./symbolic-value.ts";

/** How the bytes of a write come about. */
export interface Payload {
  readonly operand: SymbolicValue;
  /**
   * @param old the bytes read; without meaning for a plain write
   * @throws LitmusError if the program's own conversion would throw
   */
  readonly bytesOf: (operand: Value, old: Uint8Array) => Uint8Array;
  /** Whether a read-modify-write needs the bytes that it read. */
  readonly usesOld: boolean;
}

export interface PathEvent extends Omit<ByteEvent, "agent"> {
  /** Of what reads: the number by which values refer to what it returns. */
  readonly slot?: number;
  /** Of what reads: the value of the bytes. */
  readonly decode?: (bytes: Uint8Array) => Value;
  /** Of what reads: the bytes that stand for a value, if there are any. */
  readonly encode?: (value: Value) => Uint8Array | undefined;
  /** Of what writes. */
  readonly payload?: Payload;
  /** Slots that the event depends on, through values or branches. */
  readonly dependsOn: ReadonlySet<number>;
  /** For people: `x[0]`. */
  readonly place: string;
  /** Offset in the text. */
  readonly at: number;
}

/** A critical section of a waiter list; events are indices into the path's. */
export type Section = {
  /** The list's address. */
  readonly list: number;
  readonly enter: number;
  readonly leave: number;
} & (
  | { readonly kind: "sleep"; readonly ending: "ok" | "timed-out" | "never" }
  | { readonly kind: "wake"; readonly ending: "ok" | "timed-out" }
  /** A wait that found another value. */
  | { readonly kind: "pass" }
  | { readonly kind: "notify"; readonly count: number; readonly slot: number }
);

export interface Constraint {
  readonly value: SymbolicValue;
  /** Whether the value is truthy on this path. */
  readonly holds: boolean;
}

export interface AgentPath {
  readonly events: readonly PathEvent[];
  readonly constraints: readonly Constraint[];
  readonly sections: readonly Section[];
  readonly registers: ReadonlyMap<string, SymbolicValue>;
  /** The agent sleeps for ever in a wait. */
  readonly isBlocked: boolean;
  /** What no agent may do, if the path ends in it. */
  readonly illegal: { readonly message: string; readonly at: number } | undefined;
}

export interface PathOptions {
  readonly text: string;
  readonly unassigned: Value;
  /** Gives out slots, each once a test. */
  readonly newSlot: () => number;
  /** Called at each statement of each path; throws to end the unfolding. */
  readonly onStep: () => void;
}

/** A value, and the slots that it depends on. */
interface Known {
  readonly value: SymbolicValue;
  readonly dependsOn: ReadonlySet<number>;
}

interface State {
  readonly events: readonly PathEvent[];
  readonly constraints: readonly Constraint[];
  readonly sections: readonly Section[];
  readonly registers: ReadonlyMap<string, Known>;
  /** Slots that decided whether this place is reached. */
  readonly control: ReadonlySet<number>;
  readonly ending: "none" | "returned" | "blocked" | { readonly message: string; readonly at: number };
}

const NO_SLOTS: ReadonlySet<number> = new Set();

const START: State = {
  events: [],
  constraints: [],
  sections: [],
  registers: new Map(),
  control: NO_SLOTS,
  ending: "none",
};

/** @throws LitmusError if a conversion of constants fails as the language's own does */
export function pathsOf(body: readonly Statement[], options: PathOptions): readonly AgentPath[] {
  return runAll(body, START, options).map(({ events, constraints, sections, registers, ending }) => ({
    events,
    constraints,
    sections,
    registers: new Map([...registers].map(([name, { value }]) => [name, value])),
    isBlocked: ending === "blocked",
    illegal: typeof ending === "object" ? ending : undefined,
  }));
}

function runAll(body: readonly Statement[], start: State, options: PathOptions): readonly State[] {
  let states: readonly State[] = [start];
  for (const statement of body) {
    states = states.flatMap((state) => {
      options.onStep();
      return state.ending === "none" ? run(statement, state, options) : [state];
    });
  }
  return states;
}

function run(statement: Statement, state: State, options: PathOptions): readonly State[] {
  switch (statement.kind) {
    case "let":
      return [assign(state, statement.register, valueIn(state, statement.value, options))];
    case "return":
      return [{ ...state, ending: "returned" }];
    case "if":
      return runIf(statement, state, options);
    default:
      return runAtEachIndex(statement, state, options);
  }
}

function runIf(
  { condition, thenBranch, elseBranch }: Extract<Statement, { kind: "if" }>,
  state: State,
  options: PathOptions,
): readonly State[] {
  const { value, dependsOn } = valueIn(state, condition, options);
  const control = union(state.control, dependsOn);
  const mayReturn = [...thenBranch, ...elseBranch].some(returns);
  return [true, false].flatMap((holds) =>
    constrain({ ...state, control }, value, holds).flatMap((constrained) =>
      runAll(holds ? thenBranch : elseBranch, constrained, options).map((after) =>
        // What follows a branch that may return depends on it; what follows another does not.
        mayReturn ? after : { ...after, control: state.control },
      ),
    ),
  );
}

function returns(statement: Statement): boolean {
  if (statement.kind !== "if") return statement.kind === "return";
  return [...statement.thenBranch, ...statement.elseBranch].some(returns);
}

type AccessStatement = Exclude<Statement, { kind: "let" | "return" | "if" }>;

/** Where an access goes on one path, and what decided it. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly place: string;
  readonly dependsOn: ReadonlySet<number>;
  readonly at: number;
}

const IS_INDEX: Operator = { symbol: "is index", apply: (value, index) => value === index };
const IS_NO_INDEX: Operator = {
  symbol: "is no index below",
  apply: (value, count) => !(Number.isInteger(value) && Number(value) >= 0 && Number(value) < Number(count)),
};

/** More elements than this are too many for an index that depends on what was read. */
const OPEN_INDICES_MAX = 64;

/** One path for each index that the access may have, and one for those out of range. */
function runAtEachIndex(statement: AccessStatement, state: State, options: PathOptions): readonly State[] {
  const { view, at } = statement;
  const { value, dependsOn } = valueIn(state, statement.index, options);
  const message = `an index of ${view.name} is out of range here: it must be from 0 to ${view.count - 1}`;
  const outside = constrain(state, applied(IS_NO_INDEX, [value, known(view.count)]), true).map(
    (constrained): State => ({ ...constrained, ending: { message, at } }),
  );
  if (value.kind !== "known" && view.count > OPEN_INDICES_MAX) {
    const limit = `an index that depends on what was read needs an array of at most ${OPEN_INDICES_MAX} elements`;
    throw new LitmusError(`${limit}, and ${view.name} has ${view.count}`, positionAt(options.text, at));
  }
  const indices = value.kind === "known" ? [Number(value.value)] : Array.from({ length: view.count }, (_, i) => i);
  const inside = value.kind === "known" && outside.length > 0 ? [] : indices;
  return [
    ...inside.flatMap((i) =>
      constrain(state, applied(IS_INDEX, [value, known(i)]), true).flatMap((constrained) =>
        runAccess(statement, constrained, placeAt(statement, i, union(state.control, dependsOn)), options),
      ),
    ),
    ...outside,
  ];
}

function placeAt({ view, at }: AccessStatement, index: number, dependsOn: ReadonlySet<number>): Place {
  const start = view.start + index * view.stride;
  const place = view.isDataView ? `${view.name}.${view.type}@${index}` : `${view.name}[${index}]`;
  return { start, end: start + elementFormats[view.type].size, place, dependsOn, at };
}

function runAccess(statement: AccessStatement, state: State, place: Place, options: PathOptions): readonly State[] {
  switch (statement.kind) {
    case "read": {
      const slot = options.newSlot();
      const after = append(state, readEvent(statement.view, place, { slot, isSeqCst: statement.isSeqCst }));
      return [assignSlot(after, statement.register, slot)];
    }
    case "write":
      return [runWrite(statement, state, place, options)];
    case "modify":
      return [runModify(statement, state, place, options)];
    case "compareExchange":
      return runCompareExchange(statement, state, place, options);
    case "wait":
      return runWait(statement, state, place, options);
    case "notify":
      return [runNotify(statement, state, place, options)];
  }
}

function readEvent(
  { type, littleEndian, isDataView }: View,
  place: Place,
  { slot, isSeqCst }: { readonly slot: number; readonly isSeqCst: boolean },
): PathEvent {
  return {
    ...place,
    kind: "read",
    order: isSeqCst ? "seq-cst" : "unordered",
    noTear: !isDataView && isNoTear(type, isSeqCst),
    ...returning(slot, type, littleEndian),
  };
}

/** What makes values of the bytes that an event reads. */
function returning(
  slot: number,
  type: ElementType,
  littleEndian: boolean,
): Pick<PathEvent, "slot" | "decode" | "encode"> {
  const isBigInt = elementFormats[type].holds === "bigint";
  return {
    slot,
    decode: (bytes) => decode(type, bytes, littleEndian),
    encode: (value) => ((typeof value === "bigint") === isBigInt ? encode(type, value, littleEndian) : undefined),
  };
}

function runWrite(
  { view, value, isSeqCst, register }: Extract<Statement, { kind: "write" }>,
  state: State,
  place: Place,
  options: PathOptions,
): State {
  const { type, littleEndian, isDataView } = view;
  const written = valueIn(state, value, options);
  const convert = (operand: Value): Value =>
    isSeqCst ? throwing(options, place, () => toAtomicValue(type, operand)) : operand;
  const after = append(state, {
    ...place,
    kind: "write",
    order: isSeqCst ? "seq-cst" : "unordered",
    noTear: !isDataView && isNoTear(type, isSeqCst),
    dependsOn: union(place.dependsOn, written.dependsOn),
    payload: {
      operand: written.value,
      bytesOf: (operand) => throwing(options, place, () => encode(type, convert(operand), littleEndian)),
      usesOld: false,
    },
  });
  if (register === undefined) return after;
  return assign(after, register, {
    ...written,
    value: applied({ symbol: "convert", apply: convert }, [written.value]),
  });
}

function runModify(
  { view: { type }, value, operation, register }: Extract<Statement, { kind: "modify" }>,
  state: State,
  place: Place,
  options: PathOptions,
): State {
  const slot = options.newSlot();
  const operand = valueIn(state, value, options);
  const after = append(state, {
    ...place,
    kind: "rmw",
    order: "seq-cst",
    noTear: true,
    ...returning(slot, type, true),
    dependsOn: union(place.dependsOn, operand.dependsOn),
    payload: {
      operand: operand.value,
      bytesOf: (given, old) => modify(operation, type, old, atomicBytes(type, given, place, options)),
      usesOld: operation !== "exchange",
    },
  });
  return assignSlot(after, register, slot);
}

/** It writes exactly if the bytes read are those of the expected value; if not, it is a read. */
function runCompareExchange(
  { view, expected, value, register }: Extract<Statement, { kind: "compareExchange" }>,
  state: State,
  place: Place,
  options: PathOptions,
): readonly State[] {
  const { type } = view;
  const slot = options.newSlot();
  const wanted = valueIn(state, expected, options);
  const replacement = valueIn(state, value, options);
  const read: PathEvent = {
    ...readEvent(view, place, { slot, isSeqCst: true }),
    dependsOn: union(place.dependsOn, wanted.dependsOn),
  };
  const write: PathEvent = {
    ...read,
    kind: "rmw",
    dependsOn: union(read.dependsOn, replacement.dependsOn),
    payload: {
      operand: replacement.value,
      bytesOf: (given) => atomicBytes(type, given, place, options),
      usesOld: true,
    },
  };
  const isExpected = applied(sameAs(type, place, options), [{ kind: "slot", slot }, wanted.value]);
  return [true, false].flatMap((holds) =>
    constrain(append(state, holds ? write : read), isExpected, holds).map((after) => assignSlot(after, register, slot)),
  );
}

/** Whether a value that was read has the bytes that another value becomes. */
function sameAs(type: ElementType, place: Place, options: PathOptions): Operator {
  return {
    symbol: "is",
    apply: (found, wanted) => found === decode(type, atomicBytes(type, wanted, place, options), true),
  };
}

function atomicBytes(type: ElementType, value: Value, place: Place, options: PathOptions): Uint8Array {
  return throwing(options, place, () => encode(type, toAtomicValue(type, value), true));
}

function runWait(
  { view, value, mayTimeOut, register }: Extract<Statement, { kind: "wait" }>,
  state: State,
  place: Place,
  options: PathOptions,
): readonly State[] {
  const slot = options.newSlot();
  const wanted = valueIn(state, value, options);
  const entered = append(state, sectionEnd("enter", place));
  const read: PathEvent = {
    ...readEvent(view, place, { slot, isSeqCst: true }),
    dependsOn: union(place.dependsOn, wanted.dependsOn),
  };
  const left = append(append(entered, read), sectionEnd("leave", place));
  const first = { list: place.start, enter: state.events.length, leave: state.events.length + 2 };
  const isEqual = applied(sameAs(view.type, place, options), [{ kind: "slot", slot }, wanted.value]);
  const resulting = (after: State, result: string): State =>
    register === undefined ? after : assign(after, register, { value: known(result), dependsOn: new Set([slot]) });

  const passed = constrain(left, isEqual, false).map((after) =>
    resulting(withSection(after, { ...first, kind: "pass" }), "not-equal"),
  );
  const slept = constrain(left, isEqual, true).flatMap((after) =>
    (mayTimeOut ? (["ok", "timed-out"] as const) : (["ok", "never"] as const)).map((ending): State => {
      const asleep = withSection(after, { ...first, kind: "sleep", ending });
      if (ending === "never") return { ...asleep, ending: "blocked" };
      const enter = asleep.events.length;
      const awake = append(append(asleep, sectionEnd("enter", place)), sectionEnd("leave", place));
      const section: Section = { list: place.start, enter, leave: enter + 1, kind: "wake", ending };
      return resulting(withSection(awake, section), ending);
    }),
  );
  return [...passed, ...slept];
}

function runNotify(
  { count, register }: Extract<Statement, { kind: "notify" }>,
  state: State,
  place: Place,
  options: PathOptions,
): State {
  const slot = options.newSlot();
  const after = append(append(state, sectionEnd("enter", place)), sectionEnd("leave", place));
  const enter = state.events.length;
  const section: Section = { list: place.start, enter, leave: enter + 1, kind: "notify", count, slot };
  return assignSlot(withSection(after, section), register, slot);
}

function sectionEnd(kind: "enter" | "leave", place: Place): PathEvent {
  return { ...place, kind, order: "unordered", noTear: false, start: 0, end: 0 };
}

// ---- States

function append(state: State, event: PathEvent): State {
  return { ...state, events: [...state.events, event] };
}

function withSection(state: State, section: Section): State {
  return { ...state, sections: [...state.sections, section] };
}

function assign(state: State, register: string, value: Known): State {
  const dependsOn = union(value.dependsOn, state.control);
  return { ...state, registers: new Map(state.registers).set(register, { ...value, dependsOn }) };
}

function assignSlot(state: State, register: string | undefined, slot: number): State {
  if (register === undefined) return state;
  return assign(state, register, { value: { kind: "slot", slot }, dependsOn: new Set([slot]) });
}

/** The state with the constraint, or none if the constraint is known not to hold. */
function constrain(state: State, value: SymbolicValue, holds: boolean): readonly State[] {
  if (value.kind === "known") return Boolean(value.value) === holds ? [state] : [];
  return [{ ...state, constraints: [...state.constraints, { value, holds }] }];
}

function valueIn(state: State, expression: Expression, options: PathOptions): Known {
  switch (expression.kind) {
    case "literal":
      return { value: known(expression.value), dependsOn: NO_SLOTS };
    case "register":
      return state.registers.get(expression.name) ?? { value: known(options.unassigned), dependsOn: NO_SLOTS };
    case "operation": {
      const operands = expression.operands.map((operand) => valueIn(state, operand, options));
      return {
        value: applied(
          expression.operator,
          operands.map(({ value }) => value),
        ),
        dependsOn: union(...operands.map(({ dependsOn }) => dependsOn)),
      };
    }
  }
}

function union(...sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const filled = sets.filter((set) => set.size > 0);
  return filled.length < 2 ? (filled[0] ?? NO_SLOTS) : new Set(filled.flatMap((set) => [...set]));
}

/** Does what may throw a TypeError of the program, and says where it was. */
function throwing<T>({ text }: PathOptions, { at }: Place, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof TypeError) throw new LitmusError(error.message, positionAt(text, at));
    throw error;
  }
}
