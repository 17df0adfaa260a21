/**
 * One agent on its way through its program: the events so far, the values of its registers, and the conditions on the
 * values that it has read.
 */

import type { Expression } from "./agent-program.ts";
import type { ByteEvent } from "./byte-event.ts";
import type { Value } from "./element-type.ts";
import { applied, known, type SymbolicValue } from "./symbolic-value.ts";

/** How the bytes of a write are computed. */
export interface Payload {
  readonly operand: SymbolicValue;
  /**
   * @param old the bytes read; meaningless for a plain write
   * @throws LitmusError if the program's own conversion would throw
   */
  readonly bytesOf: (operand: Value, old: Uint8Array) => Uint8Array;
  /** Whether a read-modify-write needs the bytes that it read. */
  readonly usesOld: boolean;
}

export interface PathEvent extends Omit<ByteEvent, "agent"> {
  /** Of reading events: the number by which values refer to the value it returns. */
  readonly slot?: number;
  /** Of an access: the value of its bytes. */
  readonly decode?: (bytes: Uint8Array) => Value;
  /** Of reading events: the bytes that stand for a value, if there are any. */
  readonly encode?: (value: Value) => Uint8Array | undefined;
  /** Of writing events. */
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
  /** A wait that found a different value. */
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
  /** The agent sleeps forever in a wait. */
  readonly isBlocked: boolean;
  /** An illegal action at which the path ends. */
  readonly illegal: { readonly message: string; readonly at: number } | undefined;
}

export interface PathOptions {
  readonly text: string;
  readonly unassigned: Value;
  /** Gives out slots, each once per test. */
  readonly newSlot: () => number;
  /** Called at each statement of each path; throws to end the unfolding. */
  readonly onStep: () => void;
}

/** A value, and the slots that it depends on. */
export interface Known {
  readonly value: SymbolicValue;
  readonly dependsOn: ReadonlySet<number>;
}

export interface State {
  readonly events: readonly PathEvent[];
  readonly constraints: readonly Constraint[];
  readonly sections: readonly Section[];
  readonly registers: ReadonlyMap<string, Known>;
  /** Slots that decided whether this place is reached. */
  readonly control: ReadonlySet<number>;
  readonly ending: "none" | "returned" | "blocked" | { readonly message: string; readonly at: number };
}

export const NO_SLOTS: ReadonlySet<number> = new Set();

export function append(state: State, event: PathEvent): State {
  return { ...state, events: [...state.events, event] };
}

export function withSection(state: State, section: Section): State {
  return { ...state, sections: [...state.sections, section] };
}

export function assign(state: State, register: string, value: Known): State {
  const dependsOn = union(value.dependsOn, state.control);
  return { ...state, registers: new Map(state.registers).set(register, { ...value, dependsOn }) };
}

export function assignSlot(state: State, register: string | undefined, slot: number): State {
  if (register === undefined) return state;
  return assign(state, register, { value: { kind: "slot", slot }, dependsOn: new Set([slot]) });
}

/** The state with the constraint, or none if the constraint is known to be false. */
export function constrain(state: State, value: SymbolicValue, holds: boolean): readonly State[] {
  if (value.kind === "known") return Boolean(value.value) === holds ? [state] : [];
  return [{ ...state, constraints: [...state.constraints, { value, holds }] }];
}

export function valueIn(state: State, expression: Expression, options: PathOptions): Known {
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

export function union(...sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const filled = sets.filter((set) => set.size > 0);
  return filled.length < 2 ? (filled[0] ?? NO_SLOTS) : new Set(filled.flatMap((set) => [...set]));
}
