/**
 * The values of an execution, as far as reads-from and constants determine them: bytes written, bytes
 * read, and results of reads. Values that become known can be undone back to a mark.
 */

import type { AgentCombination } from "./agent-combination.ts";
import type { ByteToken } from "./byte-sources.ts";
import type { Value } from "./element-type.ts";
import { evaluate, UNKNOWN, type SymbolicValue } from "./symbolic-value.ts";

const NO_BYTES = new Uint8Array(0);

export class ValueFlow {
  readonly #combination: AgentCombination;
  /** The bytes that each write wrote, by event. */
  readonly #written: (Uint8Array | undefined)[];
  /** The bytes that each read returned, by event. */
  readonly #read: (Uint8Array | undefined)[];
  /** The sources of each read's bytes, once chosen. */
  readonly #tokens: (readonly ByteToken[] | undefined)[];
  readonly #valueOfSlot = new Map<number, Value>();
  readonly #writes: readonly number[];
  readonly #reads: readonly number[];
  /** Undoes the values that became known, last first. */
  readonly #trail: (() => void)[] = [];

  constructor(combination: AgentCombination) {
    const { events } = combination;
    this.#combination = combination;
    this.#written = events.map(() => undefined);
    this.#read = events.map(() => undefined);
    this.#tokens = events.map(() => undefined);
    const indices = events.map((_, i) => i);
    this.#writes = indices.filter((i) => events[i]?.payload !== undefined);
    this.#reads = indices.filter((i) => events[i]?.slot !== undefined);
  }

  mark(): number {
    return this.#trail.length;
  }

  undo(mark: number): void {
    while (this.#trail.length > mark) this.#trail.pop()?.();
  }

  /** The values that the program computes from known ones. */
  valueOf(symbolic: SymbolicValue): Value | typeof UNKNOWN {
    return evaluate(symbolic, (slot) => (this.#valueOfSlot.has(slot) ? this.#valueOfSlot.get(slot) : UNKNOWN));
  }

  bytesRead(event: number): Uint8Array | undefined {
    return this.#read[event];
  }

  bytesWritten(event: number): Uint8Array | undefined {
    return this.#written[event];
  }

  /** The byte that a write leaves at an address, or a token for it. */
  byteOf(write: number, address: number): ByteToken {
    const { kind, start } = this.#combination.events[write] ?? { kind: "init", start: 0 };
    if (kind === "init") return 0;
    const offset = address - start;
    return this.#written[write]?.[offset] ?? { write, offset };
  }

  /** Sets the result of a notify. */
  setSlot(slot: number, value: Value): void {
    this.#valueOfSlot.set(slot, value);
    this.#trail.push(() => this.#valueOfSlot.delete(slot));
  }

  /** Sets the sources of a read's bytes. */
  setSource(read: number, bytes: readonly ByteToken[]): void {
    this.#tokens[read] = bytes;
    this.#trail.push(() => (this.#tokens[read] = undefined));
  }

  /** Sets the result of a read, as a guess that `isConsistent` will check. */
  setRead(read: number, bytes: Uint8Array): void {
    const event = this.#combination.events[read];
    if (event?.slot === undefined || event.decode === undefined) return;
    this.#read[read] = bytes;
    const { slot } = event;
    this.#valueOfSlot.set(slot, event.decode(bytes));
    this.#trail.push(() => {
      this.#read[read] = undefined;
      this.#valueOfSlot.delete(slot);
    });
  }

  /** Computes all values that have become known. */
  settle(): void {
    for (let hasChanged = true; hasChanged;) {
      hasChanged = false;
      for (const write of this.#writes)
        if (this.#written[write] === undefined && this.#compute(write)) hasChanged = true;
      for (const read of this.#reads) {
        if (this.#read[read] !== undefined) continue;
        const bytes = this.#sourceBytes(read);
        if (bytes === undefined) continue;
        this.setRead(read, bytes);
        hasChanged = true;
      }
    }
  }

  #compute(write: number): boolean {
    const payload = this.#combination.events[write]?.payload;
    if (payload === undefined) return false;
    const old = payload.usesOld ? this.#read[write] : NO_BYTES;
    const operand = this.valueOf(payload.operand);
    if (operand === UNKNOWN || old === undefined) return false;
    this.#written[write] = payload.bytesOf(operand, old);
    this.#trail.push(() => (this.#written[write] = undefined));
    return true;
  }

  /** The bytes that the sources of a read wrote, once all are known. */
  #sourceBytes(read: number): Uint8Array | undefined {
    const tokens = this.#tokens[read];
    if (tokens === undefined) return undefined;
    const bytes = new Uint8Array(tokens.length);
    for (const [i, token] of tokens.entries()) {
      const byte = typeof token === "number" ? token : this.#written[token.write]?.[token.offset];
      if (byte === undefined) return undefined;
      bytes[i] = byte;
    }
    return bytes;
  }

  /** Reads that have sources, but no value yet: they take part in a cycle of values, or depend on one. */
  openReads(): readonly number[] {
    return this.#reads.filter((read) => this.#tokens[read] !== undefined && this.#read[read] === undefined);
  }

  /** Writes whose value an open read still waits for. */
  awaitedWrites(read: number): readonly number[] {
    const tokens = this.#tokens[read] ?? [];
    const writes = tokens.flatMap((token) => (typeof token === "number" ? [] : [token.write]));
    return [...new Set(writes)].filter((write) => this.#written[write] === undefined);
  }

  /** Whether every read returned the bytes that its sources wrote: false only after a wrong guess. */
  isConsistent(): boolean {
    return this.#reads.every((read) => {
      const [found, bytes] = [this.#read[read], this.#sourceBytes(read)];
      return found !== undefined && bytes !== undefined && found.every((byte, i) => byte === bytes[i]);
    });
  }

  /** Whether every branch may still go as the paths went. */
  mayHold(): boolean {
    return this.#combination.constraints.every(({ value, holds }) => {
      const found = this.valueOf(value);
      return found === UNKNOWN || Boolean(found) === holds;
    });
  }
}
