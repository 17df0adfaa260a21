/**
 * A path under construction: events, dependencies and registers so far, and the steps that add to
 * them.
 */

import type { Tag } from "../event.ts";
import type { Pair } from "../relation.ts";
import { LitmusError, positionAt } from "./litmus-error.ts";
import type { Constraint, Path, PathEvent } from "./path.ts";
import { integer, isKnown, isTrue, operate, type Operator, type SymbolicValue } from "./value.ts";

/** Events of one path; with more, the test is rejected. */
const EVENTS_MAX = 1_000;

/** Indices of events. */
export type Sources = ReadonlySet<number>;
const NOTHING: Sources = new Set();

/** A value, and the reads it comes from: by data flow, and through branches. */
export interface Tracked {
  readonly value: SymbolicValue;
  readonly sources: Sources;
  readonly branchSources: Sources;
}

export function untracked(value: SymbolicValue): Tracked {
  return { value, sources: NOTHING, branchSources: NOTHING };
}

export function joined(...sets: readonly Sources[]): Sources {
  const filled = sets.filter(({ size }) => size > 0);
  return filled.length <= 1 ? (filled[0] ?? NOTHING) : new Set(filled.flatMap((set) => [...set]));
}

/** The part that all paths of a test share. */
export interface Unfolding {
  /** Numbers the unknowns. */
  nextSlot: number;
  readonly text: string;
  /** Called at each statement of each path; throws to end the unfolding. */
  readonly onStatement: () => void;
}

/** The reads behind enclosing conditions. */
export interface Control {
  /** Directly or through registers: source of control dependencies. */
  readonly all: Sources;
  /** Through registers only: source of dependencies of later conditions. */
  readonly throughRegisters: Sources;
}

const UNCONTROLLED: Control = { all: NOTHING, throughRegisters: NOTHING };

interface Access {
  readonly kind: PathEvent["kind"];
  readonly tag?: Tag | undefined;
  readonly rmw?: boolean;
  readonly address?: Tracked | undefined;
  readonly value?: SymbolicValue | undefined;
  readonly at: number;
}

export class PathState {
  readonly #unfolding: Unfolding;
  #events: PathEvent[] = [];
  #flow: Pair[] = [];
  #addr: Pair[] = [];
  #data: Pair[] = [];
  #ctrl: Pair[] = [];
  #rmw: Pair[] = [];
  #constraints: Constraint[] = [];
  #computed: SymbolicValue[] = [];
  #registers: Map<string, Tracked>;
  #statement = 0;
  control: Control = UNCONTROLLED;
  /** The reads of the current statement from memory, and those behind the registers it uses. */
  #readHere: Sources = NOTHING;
  #registersHere: Sources = NOTHING;

  constructor(unfolding: Unfolding, registers: ReadonlyMap<string, Tracked>) {
    this.#unfolding = unfolding;
    this.#registers = new Map(registers);
  }

  /** A copy that can go another way. */
  fork(): PathState {
    const copy = new PathState(this.#unfolding, this.#registers);
    copy.#events = [...this.#events];
    copy.#flow = [...this.#flow];
    copy.#addr = [...this.#addr];
    copy.#data = [...this.#data];
    copy.#ctrl = [...this.#ctrl];
    copy.#rmw = [...this.#rmw];
    copy.#constraints = [...this.#constraints];
    copy.#computed = [...this.#computed];
    copy.#statement = this.#statement;
    copy.control = this.control;
    copy.#readHere = this.#readHere;
    copy.#registersHere = this.#registersHere;
    return copy;
  }

  beginStatement(): void {
    this.#statement++;
    this.#readHere = NOTHING;
    this.#registersHere = NOTHING;
  }

  unknown(): SymbolicValue {
    return { kind: "unknown", slot: this.#unfolding.nextSlot++ };
  }

  compute(operator: Operator, left: SymbolicValue, right: SymbolicValue): SymbolicValue {
    const value = operate(operator, left, right);
    if (!isKnown(value)) this.#computed.push(value);
    return value;
  }

  /** Adds an event of the current statement, and returns its index. */
  add({ kind, tag, rmw = false, address, value, at }: Access): number {
    const index = this.#events.length;
    if (index >= EVENTS_MAX) {
      throw new LitmusError(`a process of more than ${EVENTS_MAX} events`, positionAt(this.#unfolding.text, at));
    }
    this.#events.push({ kind, tag, rmw, address: address?.value, value, statement: this.#statement, at });
    if (kind === "R") this.#readHere = joined(this.#readHere, new Set([index]));
    if (kind !== "GPS") for (const source of this.control.all) this.#ctrl.push([source, index]);
    if (address !== undefined) this.flow(address.sources, index);
    return index;
  }

  /** Puts sources in this statement before the event in program order; others are before it anyway. */
  flow(sources: Sources, event: number): void {
    for (const source of sources) {
      if (this.#events[source]?.statement === this.#statement && source !== event) this.#flow.push([source, event]);
    }
  }

  addressDependency(sources: Sources, event: number): void {
    for (const source of sources) this.#addr.push([source, event]);
  }

  dataDependency(sources: Sources, event: number): void {
    for (const source of sources) this.#data.push([source, event]);
    this.flow(sources, event);
  }

  /** Makes `write` the second half of a read-modify-write or lock operation. */
  pair(read: number, write: number): void {
    this.#rmw.push([read, write]);
    this.#flow.push([read, write]);
  }

  readRegister(name: string): Tracked {
    const tracked = this.#registers.get(name) ?? untracked(integer(0));
    this.#registersHere = joined(this.#registersHere, tracked.sources, tracked.branchSources);
    return tracked;
  }

  assign(name: string, { value, sources, branchSources }: Tracked): void {
    this.#registers.set(name, { value, sources, branchSources: joined(branchSources, this.control.throughRegisters) });
  }

  /** Adds the reads of the condition just evaluated to the control of its branches. */
  controlOfCondition(): Control {
    return {
      all: joined(this.control.all, this.#readHere, this.#registersHere),
      throughRegisters: joined(this.control.throughRegisters, this.#registersHere),
    };
  }

  /**
   * Goes both ways about a value, or the one way that a known value allows.
   *
   * @returns this state and possibly a fork of it, each with its assumption
   */
  branch(value: SymbolicValue): readonly { readonly state: PathState; readonly holds: boolean }[] {
    if (isKnown(value)) return [{ state: this, holds: isTrue(value) }];
    const other = this.fork();
    this.#constraints.push({ value, holds: true });
    other.#constraints.push({ value, holds: false });
    return [
      { state: this, holds: true },
      { state: other, holds: false },
    ];
  }

  finish(): Path {
    const registers = new Map<string, SymbolicValue>();
    for (const [name, { value }] of this.#registers) registers.set(name, value);
    return {
      events: this.#events,
      flow: this.#flow,
      addr: this.#addr,
      data: this.#data,
      ctrl: this.#ctrl,
      rmw: this.#rmw,
      constraints: this.#constraints,
      computed: this.#computed,
      registers,
    };
  }
}
