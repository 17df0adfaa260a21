/** The events and choices that one access of an agent adds to each way through its program. */

import { LitmusError, positionAt } from "../litmus/litmus-error.ts";
import type { Statement, View } from "./agent-program.ts";
import {
  append,
  assign,
  assignSlot,
  constrain,
  union,
  valueIn,
  withSection,
  type PathEvent,
  type PathOptions,
  type Section,
  type State,
} from "./agent-state.ts";
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
import { applied, known, type Operator } from "./symbolic-value.ts";

export type AccessStatement = Exclude<Statement, { kind: "let" | "return" | "if" }>;

/** The target of an access on one path, and the slots that decided it. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly place: string;
  readonly dependsOn: ReadonlySet<number>;
  readonly at: number;
}

/** @throws LitmusError if a conversion of constants fails as the language's own does */
export function runAccess(
  statement: AccessStatement,
  state: State,
  place: Place,
  options: PathOptions,
): readonly State[] {
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

/** Computes a value from the bytes that an event reads. */
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
    decode: (bytes) => decode(type, bytes, littleEndian),
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

/** It writes exactly if the bytes read are those of the expected value; otherwise it is a read. */
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

/** Whether a value that was read has the bytes that another value is encoded as. */
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

/** Runs a conversion that may throw a TypeError of the program, and adds its position. */
function throwing<T>({ text }: PathOptions, { at }: Place, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof TypeError) throw new LitmusError(error.message, positionAt(text, at));
    throw error;
  }
}
