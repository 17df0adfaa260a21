/**
 * A program as a transition system: immutable states, and the steps of each thread from each state.
 *
 * This is the plain semantics of a program, one access at a time, without any reduction. Under `sc` every access takes
 * effect in memory immediately. Under `tso` writes wait in the store buffer of their thread, first in first out, and a
 * flush moves the oldest to memory. Only the vocabulary and the text of an execution are shared with the explorer, so
 * each can be checked against the other.
 *
 * A state costs O(events) text, a step O(threads + words).
 */
import { ACCESS, type Access, type AccessKind, type Address, request } from "#impl/memory/access.ts";
import {
  awaitsValue,
  isAcquisition,
  isFence,
  isLocal,
  isRelease,
  isStore,
  mayWait,
  mayWrite,
  succeeds,
  touchesWord,
  valueFound,
  valueWritten,
  waitIsOver,
} from "#impl/memory/access-class.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { LOCAL_ACCESSES_MAX, ProgramError } from "./local-states.ts";

/** Where accesses take effect: directly in memory, or through store buffers. */
export type InterleavedModel = "sc" | "tso";

/** The next access of a thread, after the results it has received. */
interface Point {
  readonly kind: AccessKind;
  readonly address: Address;
  readonly operand: number;
  readonly expected: number;
  /** The results received since the thread's start. */
  readonly results: readonly number[];
  /** Why the thread has ended, if it has; `""` if it returned. */
  readonly end: string | undefined;
  readonly next: Map<number, Point>;
}

/** A write, or the release of a lock, that waits in a store buffer. */
interface Buffered {
  readonly address: Address;
  /** Undefined for the release of a lock. */
  readonly value: number | undefined;
  readonly name: string;
}

interface Line {
  readonly point: Point;
  /** The thread's events so far, as in `Execution.canonical`. */
  readonly text: string;
  readonly events: number;
  readonly buffer: readonly Buffered[];
}

interface Word {
  readonly value: number;
  readonly writer: string;
}

export interface State {
  readonly lines: readonly Line[];
  readonly words: ReadonlyMap<Address, Word>;
  /** The writes, or acquisitions, of each word in the order in which they took effect. */
  readonly orders: ReadonlyMap<Address, string>;
  /** Locks that are held, with the last thread to acquire them. */
  readonly holders: ReadonlyMap<Address, number>;
}

export class Interleavings {
  readonly #program: ExploredProgram;
  readonly #model: InterleavedModel;

  constructor(program: ExploredProgram, model: InterleavedModel) {
    this.#program = program;
    this.#model = model;
  }

  get threads(): number {
    return this.#program.threads.length;
  }

  start(): State {
    const lines = this.#program.threads.map((_, thread) => ({
      point: this.#pointAfter(thread, []),
      text: "",
      events: 0,
      buffer: [],
    }));
    return { lines, words: new Map(), orders: new Map(), holders: new Map() };
  }

  /** The state after the thread's next access; undefined if it has none, or must wait. */
  step(state: State, thread: number): State | undefined {
    const line = lineOf(state, thread);
    const { kind, address, operand, expected, end } = line.point;
    if (end !== undefined) return undefined;
    if (isFence(kind)) {
      const drains = kind !== ACCESS.smpRmb && kind !== ACCESS.smpWmb;
      return drains && line.buffer.length > 0 ? undefined : this.#went(state, thread, "F;", 1, 0);
    }
    if (isAcquisition(kind)) {
      if (state.holders.has(address) || line.buffer.length > 0) return undefined;
      const taken = this.#went(state, thread, `L${address};`, 1, 0);
      return ordered(
        { ...taken, holders: new Map(state.holders).set(address, thread) },
        address,
        nameOf(thread, line.events),
      );
    }
    if (isRelease(kind)) {
      if (state.holders.get(address) !== thread)
        throw new ProgramError(
          `thread ${thread} releases lock ${address}, which it does not hold`,
          thread,
          line.events,
        );
      return this.#write(this.#went(state, thread, `U${address};`, 1, 0), thread, {
        address,
        value: undefined,
        name: "",
      });
    }
    if (isStore(kind)) {
      const written = { address, value: operand, name: nameOf(thread, line.events) };
      return this.#write(this.#went(state, thread, `W${address}=${operand};`, 1, 0), thread, written);
    }
    const { value: found, writer } = this.#visible(state, line, address);
    const read = `R${address}=${found}<${writer};`;
    if (awaitsValue(kind)) {
      return waitIsOver(kind, found, expected, operand) ? this.#went(state, thread, read, 1, found) : undefined;
    }
    if (!mayWrite(kind) || !succeeds(kind, found, expected)) return this.#went(state, thread, read, 1, found);
    if (line.buffer.length > 0) return undefined;
    const value = valueWritten(kind, found, operand);
    const result = valueFound(kind, found, value);
    const updated = this.#went(state, thread, `${read}W${address}=${value};`, 2, result);
    return taken(updated, { address, value, name: nameOf(thread, line.events + 1) });
  }

  /** The state after the oldest write in the thread's store buffer has reached memory; undefined if there is none. */
  flush(state: State, thread: number): State | undefined {
    const line = lineOf(state, thread);
    const [oldest, ...buffer] = line.buffer;
    if (oldest === undefined) return undefined;
    return taken({ ...state, lines: state.lines.with(thread, { ...line, buffer }) }, oldest);
  }

  /** Has every thread returned and every write reached memory? */
  isComplete({ lines }: State): boolean {
    return lines.every(({ point, buffer }) => point.end === "" && buffer.length === 0);
  }

  /** The first thread that has failed, and why. */
  failure({ lines }: State): { readonly thread: number; readonly message: string } | undefined {
    const thread = lines.findIndex(({ point }) => point.end !== undefined && point.end !== "");
    return thread === -1 ? undefined : { thread, message: lines[thread]?.point.end ?? "" };
  }

  /** The execution so far as a string, the same for the same program order, reads-from and coherence. */
  canonical({ lines, orders }: State): string {
    const order = Array.from(orders, ([address, names]) => `${address}:${names}`);
    return `${lines.map(({ text }) => text).join("|")}#${order.toSorted().join("|")}`;
  }

  /** A string that identifies the state: the events so far, and the writes that have yet to reach memory. */
  key(state: State): string {
    const text = this.canonical(state);
    return this.#model === "sc" ? text : `${text}/${state.lines.map(({ buffer }) => buffer.length).join()}`;
  }

  #visible({ words }: State, { buffer }: Line, address: Address): Word {
    const own = buffer.findLast((each) => each.address === address);
    if (own?.value !== undefined) return { value: own.value, writer: own.name };
    return words.get(address) ?? { value: this.#program.initial?.get(address) ?? 0, writer: "i" };
  }

  #write(state: State, thread: number, written: Buffered): State {
    if (this.#model === "sc") return taken(state, written);
    const line = lineOf(state, thread);
    return { ...state, lines: state.lines.with(thread, { ...line, buffer: [...line.buffer, written] }) };
  }

  #went(state: State, thread: number, text: string, events: number, result: number): State {
    const line = lineOf(state, thread);
    const { point } = line;
    let next = point.next.get(result);
    if (next === undefined) {
      next = this.#pointAfter(thread, [...point.results, result]);
      point.next.set(result, next);
    }
    return {
      ...state,
      lines: state.lines.with(thread, { ...line, point: next, text: line.text + text, events: line.events + events }),
    };
  }

  /** Runs the thread from its start, with these results, to its next access. */
  #pointAfter(thread: number, results: readonly number[]): Point {
    const procedure = this.#program.threads[thread]?.();
    let point = this.#advance(procedure, thread, 0, []);
    for (let i = 0; i < results.length; i++)
      point = this.#advance(procedure, thread, results[i] as number, results.slice(0, i + 1));
    return point;
  }

  #advance(procedure: Access | undefined, thread: number, result: number, results: readonly number[]): Point {
    let value = result;
    for (let local = 0; local < LOCAL_ACCESSES_MAX; local++) {
      let yielded: IteratorResult<AccessKind, void> | undefined;
      try {
        yielded = procedure?.next(value);
      } catch (error) {
        return ended(results, `it threw ${String(error)}`);
      }
      if (yielded === undefined || yielded.done === true) return ended(results, "");
      const kind = yielded.value;
      value = 0;
      if (kind === ACCESS.assertHolds) {
        if (request.operand === 0)
          return ended(results, request.message === "" ? "an assertion does not hold" : request.message);
        continue;
      }
      if (isLocal(kind) && (!isFence(kind) || this.#model === "sc")) continue;
      if (!isLocal(kind) && !touchesWord(kind) && !isRelease(kind) && !(isAcquisition(kind) && mayWait(kind))) {
        throw new ProgramError(
          `thread ${thread} asks for an access that cannot be interleaved here`,
          thread,
          results.length,
        );
      }
      const { address, operand, expected } = request;
      return { kind, address, operand, expected, results, end: undefined, next: new Map() };
    }
    throw new ProgramError(
      `thread ${thread} loops without end: it made ${LOCAL_ACCESSES_MAX} accesses in a row that touch nothing shared`,
      thread,
      results.length,
    );
  }
}

function ended(results: readonly number[], end: string): Point {
  return { kind: ACCESS.read, address: 0, operand: 0, expected: 0, results, end, next: new Map() };
}

function lineOf({ lines }: State, thread: number): Line {
  const line = lines[thread];
  if (line === undefined) throw new RangeError(`there is no thread ${thread}`);
  return line;
}

function nameOf(thread: number, position: number): string {
  return `${thread}.${position}`;
}

/** A write, or the release of a lock, takes effect in memory. */
function taken(state: State, { address, value, name }: Buffered): State {
  if (value === undefined) {
    const holders = new Map(state.holders);
    holders.delete(address);
    return { ...state, holders };
  }
  return ordered({ ...state, words: new Map(state.words).set(address, { value, writer: name }) }, address, name);
}

function ordered(state: State, address: Address, name: string): State {
  return { ...state, orders: new Map(state.orders).set(address, `${state.orders.get(address) ?? ""}${name},`) };
}
