/**
 * Sequential consistency and total store order: accesses have a total order that extends coherence, reads-from and
 * from-reads, and as much of program order as the model keeps. The axioms are in `model/memory/sc.ts` and `tso.ts`.
 *
 * The events that must come before an event are found by walking these relations backwards: O(events). Under tso a read
 * outside a read-modify-write does not wait for undrained writes of its own thread, and reads them early.
 */
import {
  BEFORE,
  DRAINS,
  EVENT,
  FIRST_READER,
  FLAGS,
  type Graph,
  KIND,
  LAST_DRAIN,
  LAST_READ,
  LAST_WRITE,
  LOCATION,
  NEXT_READER,
  NONE,
  PAIRED,
  PARTNER,
  PREVIOUS,
  SOURCE,
  THREAD,
} from "./graph.ts";
import { lastOfLocation } from "./last-of-location.ts";
import type { Order } from "./order.ts";

class Walk {
  #mark = new Int32Array(64);
  #stamp = 0;
  #stack = new Int32Array(64);
  #depth = 0;

  begin(events: number): void {
    if (events > this.#mark.length) {
      this.#mark = new Int32Array(events * 2);
      this.#stack = new Int32Array(events * 2);
      this.#stamp = 0;
    }
    this.#stamp++;
    if (this.#stamp === 0x7fffffff) {
      this.#mark.fill(0);
      this.#stamp = 1;
    }
    this.#depth = 0;
  }

  /** Marks an event and queues it for a visit, unless already marked. */
  push(event: number): void {
    if (event === NONE || this.#mark[event] === this.#stamp) return;
    this.#mark[event] = this.#stamp;
    this.#stack[this.#depth++] = event;
  }

  pop(): number {
    return this.#depth === 0 ? NONE : (this.#stack[--this.#depth] as number);
  }

  has(event: number): boolean {
    return this.#mark[event] === this.#stamp;
  }
}

/** Marks what comes before `event` other than by program order. */
function pushCommunication(
  walk: Walk,
  { rows, stride, firstReader }: Graph,
  event: number,
  kind: number,
  internal: boolean,
): void {
  const row = event * stride;
  if (kind === EVENT.read) {
    const source = rows[row + SOURCE] as number;
    if (source >= 0 && (internal || rows[source * stride + THREAD] !== rows[row + THREAD])) walk.push(source);
  } else if (kind === EVENT.write) {
    const before = rows[row + BEFORE] as number;
    walk.push(before);
    let reader =
      before === NONE
        ? (firstReader[rows[row + LOCATION] as number] as number)
        : (rows[before * stride + FIRST_READER] as number);
    for (; reader !== NONE; reader = rows[reader * stride + NEXT_READER] as number) walk.push(reader);
  } else if (kind === EVENT.lock) {
    const before = rows[row + BEFORE] as number;
    if (before !== NONE) {
      walk.push(before);
      walk.push(rows[before * stride + PARTNER] as number);
    }
  }
}

export class ScOrder implements Order {
  readonly clocks = 1;
  readonly distinguishesUpdates = false;
  readonly includesPrefix = true;
  readonly #walk = new Walk();

  look(graph: Graph, event: number): void {
    const walk = this.#walk;
    const { rows, stride } = graph;
    walk.begin(graph.count);
    walk.push(rows[event * stride + PREVIOUS] as number);
    for (let at = walk.pop(); at !== NONE; at = walk.pop()) {
      walk.push(rows[at * stride + PREVIOUS] as number);
      pushCommunication(walk, graph, at, rows[at * stride + KIND] as number, true);
    }
  }

  isBefore(_graph: Graph, write: number): boolean {
    return this.#walk.has(write);
  }

  added(): void {}
  linked(): void {}
  granted(): void {}
}

export class TsoOrder implements Order {
  readonly clocks = 1;
  readonly distinguishesUpdates = true;
  readonly includesPrefix = true;
  readonly #walk = new Walk();
  /** The write that the thread's last access to the location read or made: coherence allows nothing older. */
  #base = NONE;

  look(graph: Graph, event: number, drains: boolean): void {
    const walk = this.#walk;
    const { rows, stride } = graph;
    walk.begin(graph.count);
    const kind = rows[event * stride + KIND] as number;
    this.#pushProgramOrder(graph, event, drains || kind !== EVENT.read);
    for (let at = walk.pop(); at !== NONE; at = walk.pop()) {
      const row = at * stride;
      const atKind = rows[row + KIND] as number;
      const pair = (rows[row + FLAGS] as number) & PAIRED;
      this.#pushProgramOrder(graph, at, atKind !== EVENT.read || pair !== 0);
      pushCommunication(walk, graph, at, atKind, false);
    }
    this.#base = lastOfLocation(graph, event);
  }

  isBefore(_graph: Graph, write: number): boolean {
    return write === this.#base || this.#walk.has(write);
  }

  added({ rows, stride }: Graph, event: number): void {
    const row = event * stride;
    const previous = rows[row + PREVIOUS] as number;
    const from = previous * stride;
    const kind = rows[row + KIND] as number;
    rows[row + LAST_READ] = kind === EVENT.read ? event : previous === NONE ? NONE : (rows[from + LAST_READ] as number);
    const writes = kind === EVENT.write || kind === EVENT.unlock || kind === EVENT.lock;
    rows[row + LAST_WRITE] = writes ? event : previous === NONE ? NONE : (rows[from + LAST_WRITE] as number);
    const drains = ((rows[row + FLAGS] as number) & DRAINS) !== 0;
    rows[row + LAST_DRAIN] = drains ? event : previous === NONE ? NONE : (rows[from + LAST_DRAIN] as number);
  }

  linked(): void {}
  granted(): void {}

  /** Marks what comes before `event` in its own thread; writes that are still buffered only if it waits for them. */
  #pushProgramOrder({ rows, stride }: Graph, event: number, waitsForWrites: boolean): void {
    const previous = rows[event * stride + PREVIOUS] as number;
    if (previous === NONE) return;
    const from = previous * stride;
    const walk = this.#walk;
    walk.push(rows[from + LAST_READ] as number);
    walk.push(rows[from + LAST_DRAIN] as number);
    if (waitsForWrites) walk.push(rows[from + LAST_WRITE] as number);
    if (rows[from + THREAD] !== rows[event * stride + THREAD]) walk.push(previous);
  }
}
