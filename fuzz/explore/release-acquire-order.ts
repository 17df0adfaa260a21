/**
 * Release/acquire with relaxed accesses: happens-before is program order and synchronisation, kept in vector clocks; a
 * read sees nothing older than the events that happen before it have seen, and full fences have a total order. The
 * axioms are in `model/memory/ra.ts`.
 *
 * A row of clocks holds, for each thread, how many of its events are known. Events are added without successors, so the
 * happens-before of an event never changes once its source is chosen: clocks are computed once, and only full fences
 * need a walk.
 */
import {
  ACQUIRES,
  BEFORE,
  EVENT,
  FIRST_READER,
  FLAGS,
  FULL,
  type Graph,
  KIND,
  LOCATION,
  NEXT_READER,
  NONE,
  PARTNER,
  POSITION,
  PREVIOUS,
  RELEASES,
  SOURCE,
  THREAD,
} from "./graph.ts";
import type { Order } from "./order.ts";

// Rows of clocks after the prefix.
const KNOWN = 1;
/** Events known to an acquiring reader of this write. */
const RELEASED = 2;
/** Events released to the thread's relaxed reads: known once an acquire fence follows. */
const SEEN = 3;
/** Events known to the thread at its last release fence. */
const FENCED = 4;
/** Events that this write releases as the head of a release sequence, without those it carries on. */
const HEADED = 5;

export class ReleaseAcquireOrder implements Order {
  readonly clocks = 6;
  readonly distinguishesUpdates = true;
  readonly includesPrefix = false;
  /** Events that must come before the current event because of full fences. */
  #fenced = new Int32Array(0);
  #hasFences = false;
  #base = 0;

  look(graph: Graph, event: number): void {
    const { rows, stride } = graph;
    this.#base = rows[event * stride + PREVIOUS] as number;
    if (this.#hasFences) this.#followFences(graph, event);
  }

  isBefore(graph: Graph, write: number): boolean {
    if (this.#isKnown(graph, write)) return true;
    const { rows, stride } = graph;
    for (
      let reader = rows[write * stride + FIRST_READER] as number;
      reader !== NONE;
      reader = rows[reader * stride + NEXT_READER] as number
    ) {
      if (this.#isKnown(graph, reader)) return true;
    }
    return false;
  }

  added(graph: Graph, event: number): void {
    const { rows, stride } = graph;
    const row = event * stride;
    const thread = rows[row + THREAD] as number;
    const known = clockAt(graph, event, KNOWN);
    rows[known + thread] = (rows[row + POSITION] as number) + 1;
    const flags = rows[row + FLAGS] as number;
    const kind = rows[row + KIND] as number;
    if ((flags & FULL) !== 0) this.#hasFences = true;
    if (kind === EVENT.fence) {
      if ((flags & ACQUIRES) !== 0) join(graph, known, clockAt(graph, event, SEEN));
      if ((flags & RELEASES) !== 0) copy(graph, clockAt(graph, event, FENCED), known);
    } else if (kind === EVENT.write) {
      this.#release(graph, event, flags);
    } else if (kind === EVENT.unlock) {
      copy(graph, clockAt(graph, event, RELEASED), known);
    }
  }

  linked(graph: Graph, read: number): void {
    const { rows, stride } = graph;
    const row = read * stride;
    const flags = rows[row + FLAGS] as number;
    if ((flags & FULL) !== 0) this.#hasFences = true;
    const known = clockAt(graph, read, KNOWN);
    const seen = clockAt(graph, read, SEEN);
    const source = rows[row + SOURCE] as number;
    if (source >= 0) join(graph, (flags & ACQUIRES) !== 0 ? known : seen, clockAt(graph, source, RELEASED));
  }

  granted(graph: Graph, lock: number, release: number): void {
    join(graph, clockAt(graph, lock, KNOWN), clockAt(graph, release, RELEASED));
  }

  #release(graph: Graph, event: number, flags: number): void {
    const { rows, stride } = graph;
    const row = event * stride;
    const headed = clockAt(graph, event, HEADED);
    const earlier = earlierWrite(graph, event);
    copy(graph, headed, clockAt(graph, event, (flags & RELEASES) !== 0 ? KNOWN : FENCED));
    if (earlier !== NONE) join(graph, headed, clockAt(graph, earlier, HEADED));
    const released = clockAt(graph, event, RELEASED);
    copy(graph, released, headed);
    const partner = rows[row + PARTNER] as number;
    const source = partner === NONE ? NONE : (rows[partner * stride + SOURCE] as number);
    if (source >= 0) join(graph, released, clockAt(graph, source, RELEASED));
  }

  #isKnown(graph: Graph, event: number): boolean {
    const { rows, stride } = graph;
    const row = event * stride;
    const thread = rows[row + THREAD] as number;
    const position = rows[row + POSITION] as number;
    if (this.#base !== NONE && (rows[clockAt(graph, this.#base, KNOWN) + thread] as number) > position) return true;
    return this.#hasFences && (this.#fenced[thread] as number) > position;
  }

  /**
   * If the event comes before another by communication, and that one happens before a full fence, then the fence must
   * not precede a fence that happens before the event. Collects everything that happens before such fences.
   */
  #followFences(graph: Graph, event: number): void {
    const { rows, stride, width, count } = graph;
    if (this.#fenced.length < width) this.#fenced = new Int32Array(width);
    const fenced = this.#fenced;
    fenced.fill(0);
    const isKnown = (later: number, earlier: number): boolean =>
      (rows[clockAt(graph, later, KNOWN) + (rows[earlier * stride + THREAD] as number)] as number) >
      (rows[earlier * stride + POSITION] as number);
    const isFenced = (e: number): boolean =>
      (fenced[rows[e * stride + THREAD] as number] as number) > (rows[e * stride + POSITION] as number);
    const joined = new Set<number>();
    const joinFence = (fence: number): boolean => {
      if (joined.has(fence)) return false;
      joined.add(fence);
      // A full read-modify-write acts as a fence before its read and another after its write.
      const at = rows[fence * stride + KIND] === EVENT.read ? (rows[fence * stride + PREVIOUS] as number) : fence;
      if (at !== NONE)
        for (let i = 0; i < width; i++)
          fenced[i] = Math.max(fenced[i] as number, rows[clockAt(graph, at, KNOWN) + i] as number);
      return true;
    };
    const fences: number[] = [];
    for (let e = 0; e < count; e++) if (e !== event && graph.has(e, FULL)) fences.push(e);
    if (graph.has(event, FULL)) joinFence(event);
    if (this.#base !== NONE) for (const fence of fences) if (isKnown(this.#base, fence)) joinFence(fence);
    if (joined.size === 0) return;
    const reached = new Set<number>();
    for (let changed = true; changed;) {
      changed = false;
      for (let e = 0; e < count; e++) {
        if (e === event || (!isFenced(e) && !reached.has(e))) continue;
        for (const before of communicationBefore(graph, e)) {
          if (before === event || reached.has(before)) continue;
          reached.add(before);
          changed = true;
          for (const fence of fences)
            if (fence === before ? rows[fence * stride + KIND] === EVENT.read : isKnown(before, fence))
              joinFence(fence);
        }
      }
    }
  }
}

/** Events right before `event` by reads-from, coherence or from-reads. */
function communicationBefore({ rows, stride, firstReader }: Graph, event: number): number[] {
  const row = event * stride;
  const kind = rows[row + KIND] as number;
  if (kind === EVENT.read) return (rows[row + SOURCE] as number) >= 0 ? [rows[row + SOURCE] as number] : [];
  if (kind !== EVENT.write) return [];
  const before = rows[row + BEFORE] as number;
  const found = before === NONE ? [] : [before];
  let reader =
    before === NONE
      ? (firstReader[rows[row + LOCATION] as number] as number)
      : (rows[before * stride + FIRST_READER] as number);
  for (; reader !== NONE; reader = rows[reader * stride + NEXT_READER] as number) found.push(reader);
  return found;
}

/** The last write before `event` by its own thread to its location, or `NONE`. */
function earlierWrite({ rows, stride }: Graph, event: number): number {
  const row = event * stride;
  const thread = rows[row + THREAD] as number;
  const location = rows[row + LOCATION] as number;
  for (let at = rows[row + PREVIOUS] as number; at !== NONE; at = rows[at * stride + PREVIOUS] as number) {
    if (rows[at * stride + THREAD] !== thread) return NONE;
    if (rows[at * stride + KIND] === EVENT.write && rows[at * stride + LOCATION] === location) return at;
  }
  return NONE;
}

function clockAt({ stride, prefix, width }: Graph, event: number, clock: number): number {
  return event * stride + prefix + clock * width;
}

function join({ rows, width }: Graph, into: number, from: number): void {
  for (let i = 0; i < width; i++) {
    const value = rows[from + i] as number;
    if (value > (rows[into + i] as number)) rows[into + i] = value;
  }
}

function copy({ rows, width }: Graph, into: number, from: number): void {
  for (let i = 0; i < width; i++) rows[into + i] = rows[from + i] as number;
}
