/**
 * Whether a graph has a memory-order: a total order of its events that contains happens-before and in which no atomic
 * write comes between an atomic access and what it reads. The conditions are those of `model/memory/es.ts`.
 *
 * Each condition relates a write, its reader and another atomic write of the location: the other write comes before the
 * write or after the reader. Happens-before, or conditions already decided, settle most of them. The rest are tried
 * both ways, so the result is exact. Only events named by some condition take part, since happens-before among all
 * others is closed.
 */
import {
  AFTER,
  BLOCKED,
  EVENT,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NONE,
  PARTNER,
  POSITION,
  SOURCE,
  THREAD,
} from "./graph.ts";
import { happensBefore, happensBeforeByThread, isSeqCst, synchronizes } from "./es-order.ts";

/** The remaining alternatives of a condition. */
const NO_CONDITION = 0;
const WRITE_IS_AFTER = 1;
const READER_IS_BEFORE = 2;
const EITHER = 3;

const BITS = 32;

/** The events taken into account: all, or those before `event` and those that lead to `revisitor`. */
export interface Extent {
  event: number;
  /** `NONE` for all. */
  revisitor: number;
}

export const WHOLE: Readonly<Extent> = { event: NONE, revisitor: NONE };

export function isWithin(graph: Graph, other: number, { event, revisitor }: Readonly<Extent>): boolean {
  return revisitor === NONE || other < event || graph.isInPrefix(other, revisitor);
}

export class AtomicOrder {
  /** Open conditions: write, other write and reader of each, as nodes. */
  #open = new Int32Array(48);
  #openCount = 0;
  /** Pairs of nodes; the first of each comes first. */
  #decided = new Int32Array(32);
  #decidedCount = 0;
  /** Events named by conditions; a read-modify-write is named by its read. */
  #nodes = new Int32Array(16);
  #nodeCount = 0;
  #nodeOf = new Int32Array(64).fill(NONE);
  /** Rows of bits: what comes after each node. One matrix for each nested guess. */
  readonly #matrices: Int32Array[] = [];
  #words = 1;
  // The read in question: it is assumed to have this source, whatever its row holds.
  #read = NONE;
  #source = NONE;

  /**
   * Is there a memory-order if `read`, the last event of its thread, reads from `source`? Without the read there is
   * one.
   *
   * @param writes the read is half of a read-modify-write that succeeds, whose write has no place yet
   */
  exists(graph: Graph, read: number, source: number, writes: boolean, extent: Readonly<Extent>): boolean {
    this.#read = read;
    this.#source = source;
    this.#openCount = 0;
    this.#decidedCount = 0;
    this.#collectForReader(graph, read, source, extent);
    // Nothing comes between: the read may come last of all.
    if (this.#openCount + this.#decidedCount === 0) return true;
    for (let event = 0; event < graph.count; event++) {
      if (event === read || graph.get(event, KIND) !== EVENT.read || !isWithin(graph, event, extent)) continue;
      const from = graph.get(event, SOURCE);
      if (from === NONE || graph.has(event, BLOCKED)) continue;
      this.#collectForReader(graph, event, from, extent);
      if (writes && graph.get(event, LOCATION) === graph.get(read, LOCATION)) this.#collect(graph, from, read, event);
    }
    const isPossible = this.#decide(graph);
    for (let i = 0; i < this.#nodeCount; i++) this.#nodeOf[this.#nodes[i] as number] = NONE;
    this.#nodeCount = 0;
    return isPossible;
  }

  /** The conditions on a reader and every other atomic write of its location. */
  #collectForReader(graph: Graph, reader: number, source: number, extent: Readonly<Extent>): void {
    const own = graph.get(reader, PARTNER);
    for (
      let other = graph.first[graph.get(reader, LOCATION)] as number;
      other !== NONE;
      other = graph.get(other, AFTER)
    ) {
      if (other !== source && other !== own && isSeqCst(graph, other) && isWithin(graph, other, extent))
        this.#collect(graph, source, other, reader);
    }
  }

  /** @param other a write, or the read of a read-modify-write */
  #collect(graph: Graph, source: number, other: number, reader: number): void {
    const condition = this.#conditionOn(graph, source, other, reader);
    if (condition === NO_CONDITION) return;
    if (condition === EITHER) {
      if (this.#openCount + 3 > this.#open.length) this.#open = enlarged(this.#open);
      this.#open[this.#openCount++] = source;
      this.#open[this.#openCount++] = other;
      this.#open[this.#openCount++] = reader;
      return;
    }
    if (this.#decidedCount + 2 > this.#decided.length) this.#decided = enlarged(this.#decided);
    this.#decided[this.#decidedCount++] = condition === WRITE_IS_AFTER ? other : reader;
    this.#decided[this.#decidedCount++] = condition === WRITE_IS_AFTER ? source : other;
  }

  #conditionOn(graph: Graph, source: number, other: number, reader: number): number {
    // Happens-before alone may have decided it.
    if (this.#happensBefore(graph, reader, other)) return NO_CONDITION;
    if (source !== INITIAL && this.#happensBefore(graph, other, source)) return NO_CONDITION;
    const isAtomicReader = isSeqCst(graph, reader);
    if (source === INITIAL) return isAtomicReader ? READER_IS_BEFORE : NO_CONDITION;
    if (synchronizes(graph, source, reader)) return EITHER;
    if (!this.#happensBefore(graph, source, reader)) return NO_CONDITION;
    if (isSeqCst(graph, source)) return this.#happensBefore(graph, other, reader) ? WRITE_IS_AFTER : NO_CONDITION;
    return isAtomicReader && this.#happensBefore(graph, source, other) ? READER_IS_BEFORE : NO_CONDITION;
  }

  #happensBefore(graph: Graph, event: number, later: number): boolean {
    if (event === later || event === this.#read) return false;
    if (later !== this.#read) return happensBefore(graph, event, later);
    if (happensBeforeByThread(graph, event, later)) return true;
    const source = this.#source;
    return source >= 0 && synchronizes(graph, source, later) && happensBefore(graph, event, source);
  }

  // ---- Nodes

  #node(graph: Graph, event: number): number {
    const partner = graph.get(event, PARTNER);
    const named = partner !== NONE && graph.get(event, KIND) === EVENT.write ? partner : event;
    if (named >= this.#nodeOf.length) {
      const larger = new Int32Array(Math.max(named + 1, this.#nodeOf.length * 2)).fill(NONE);
      larger.set(this.#nodeOf);
      this.#nodeOf = larger;
    }
    const known = this.#nodeOf[named] as number;
    if (known !== NONE) return known;
    const node = this.#nodeCount++;
    if (node === this.#nodes.length) this.#nodes = enlarged(this.#nodes);
    this.#nodes[node] = named;
    this.#nodeOf[named] = node;
    return node;
  }

  #decide(graph: Graph): boolean {
    for (let i = 0; i < this.#decidedCount; i++) this.#decided[i] = this.#node(graph, this.#decided[i] as number);
    for (let i = 0; i < this.#openCount; i++) this.#open[i] = this.#node(graph, this.#open[i] as number);
    const count = this.#nodeCount;
    this.#words = Math.ceil(count / BITS);
    const order = this.#matrix(0);
    order.fill(0, 0, count * this.#words);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        if (a !== b && this.#happensBefore(graph, this.#nodes[a] as number, this.#nodes[b] as number))
          this.#mark(order, a, b);
      }
    }
    for (let i = 0; i < this.#decidedCount; i += 2) {
      if (!this.#put(order, this.#decided[i] as number, this.#decided[i + 1] as number)) return false;
    }
    return this.#meetOpen(order, 0);
  }

  /** Satisfies the open conditions: first those the order decides, then one by guessing. */
  #meetOpen(order: Int32Array, depth: number): boolean {
    let undecided = NONE;
    for (let hasChanged = true; hasChanged;) {
      hasChanged = false;
      undecided = NONE;
      for (let i = 0; i < this.#openCount; i += 3) {
        const write = this.#open[i] as number;
        const other = this.#open[i + 1] as number;
        const reader = this.#open[i + 2] as number;
        if (this.#isBefore(order, other, write) || this.#isBefore(order, reader, other)) continue;
        if (this.#isBefore(order, write, other)) {
          if (!this.#put(order, reader, other)) return false;
          hasChanged = true;
        } else if (this.#isBefore(order, other, reader)) {
          if (!this.#put(order, other, write)) return false;
          hasChanged = true;
        } else undecided = i;
      }
    }
    if (undecided === NONE) return true;
    const write = this.#open[undecided] as number;
    const other = this.#open[undecided + 1] as number;
    const reader = this.#open[undecided + 2] as number;
    const guess = this.#matrix(depth + 1);
    guess.set(order.subarray(0, this.#nodeCount * this.#words));
    if (this.#put(guess, other, write) && this.#meetOpen(guess, depth + 1)) return true;
    return this.#put(order, reader, other) && this.#meetOpen(order, depth);
  }

  #matrix(depth: number): Int32Array {
    const size = this.#nodeCount * this.#words;
    let matrix = this.#matrices[depth];
    if (matrix === undefined || matrix.length < size) {
      matrix = new Int32Array(Math.max(size, 64));
      this.#matrices[depth] = matrix;
    }
    return matrix;
  }

  #mark(order: Int32Array, a: number, b: number): void {
    const at = a * this.#words + (b >>> 5);
    order[at] = (order[at] as number) | (1 << (b & 31));
  }

  #isBefore(order: Int32Array, a: number, b: number): boolean {
    return (((order[a * this.#words + (b >>> 5)] as number) >>> (b & 31)) & 1) === 1;
  }

  /** Puts one node before another and closes the order; false if that makes a cycle. */
  #put(order: Int32Array, a: number, b: number): boolean {
    if (a === b || this.#isBefore(order, b, a)) return false;
    if (this.#isBefore(order, a, b)) return true;
    const words = this.#words;
    for (let node = 0; node < this.#nodeCount; node++) {
      if (node !== a && !this.#isBefore(order, node, a)) continue;
      for (let i = 0; i < words; i++) {
        const at = node * words + i;
        order[at] = (order[at] as number) | (order[b * words + i] as number);
      }
      this.#mark(order, node, b);
    }
    return true;
  }
}

/** Does the first event precede the second by thread and position? This order does not depend on the search so far. */
export function isNamedBefore(graph: Graph, a: number, b: number): boolean {
  const first = graph.get(a, THREAD);
  const second = graph.get(b, THREAD);
  return first === second ? graph.get(a, POSITION) < graph.get(b, POSITION) : first < second;
}

function enlarged(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
