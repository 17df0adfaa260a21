/**
 * The order of transactions, with its reasons: a graph whose edges have kinds.
 *
 * Nodes are the transactions, then auxiliary ones, which bundle edges that would be too many one by one: an edge of
 * some kind enters, PASSAGE edges continue, and the whole path is one dependency of the kind that entered.
 *
 * Source: Adya, "Weak Consistency", 1999, direct serialization graphs; Kingsbury, Alvaro, "Elle", VLDB 2020.
 */
import { Int32List } from "./int32-list.ts";

/** The second overwrites what the first wrote. */
export const WRITE_WRITE = 1;
/** The second reads what the first wrote. */
export const WRITE_READ = 2;
/** The second overwrites what the first read: an anti-dependency. */
export const READ_WRITE = 4;
/** One process ran the first, then the second. */
export const PROCESS = 8;
/** The first had responded before the second was invoked. */
export const REAL_TIME = 16;
/** The rest of a path through auxiliary nodes. */
export const PASSAGE = 32;
/** An anti-dependency, if each process sees a key change in one direction only … */
export const PROCESS_READ_WRITE = 64;
/** … or if all do in real time. */
export const REAL_TIME_READ_WRITE = 128;

/** Anti-dependencies of all kinds. */
export const ANTI_DEPENDENCIES = READ_WRITE | PROCESS_READ_WRITE | REAL_TIME_READ_WRITE;

/** All edges from a node are adjacent: those of node n from `start[n]` to `start[n + 1]`. */
export interface DependencyGraph {
  /** Nodes below this number are transactions. */
  readonly transactions: number;
  readonly nodes: number;
  readonly start: Int32Array;
  readonly target: Int32Array;
  readonly kind: Uint8Array;
}

/** Direct edges up to this many times the nodes at both ends; more go through auxiliary nodes. */
const DIRECT_EDGES_FACTOR = 4;

export class DependencyGraphBuilder {
  readonly #transactions: number;
  #nodes: number;
  readonly #from = new Int32List(1024);
  readonly #to = new Int32List(1024);
  readonly #kind = new Int32List(1024);
  /** The position in the list being linked, by transaction; valid with the stamp of the list. */
  readonly #position: Int32Array;
  readonly #stamp: Int32Array;
  #lists = 0;

  constructor(transactions: number) {
    this.#transactions = transactions;
    this.#nodes = transactions;
    this.#position = new Int32Array(transactions);
    this.#stamp = new Int32Array(transactions);
  }

  get edges(): number {
    return this.#from.length;
  }

  /** An auxiliary node. */
  addNode(): number {
    this.#nodes += 1;
    return this.#nodes - 1;
  }

  /** No transaction depends on itself. */
  link(from: number, to: number, kind: number): void {
    if (from === to) return;
    this.#from.push(from);
    this.#to.push(to);
    this.#kind.push(kind);
  }

  /**
   * From each to each, but none to itself: linear in both lists, however many pairs there are.
   *
   * @param tos transactions, each once
   */
  linkAllToAll(froms: Int32Array, tos: Int32Array, kind: number): void {
    if (froms.length * tos.length <= DIRECT_EDGES_FACTOR * (froms.length + tos.length)) {
      for (const from of froms) for (const to of tos) this.link(from, to, kind);
      return;
    }
    this.#lists += 1;
    for (const [i, to] of tos.entries()) {
      this.#position[to] = i;
      this.#stamp[to] = this.#lists;
    }
    const upTo = this.#chain(tos, 0, 1);
    const isLinkedToItself = froms.some((from) => this.#stamp[from] === this.#lists);
    const onFrom = isLinkedToItself ? this.#chain(tos, tos.length - 1, -1) : 0;
    const last = tos.length - 1;
    for (const from of froms) {
      if (this.#stamp[from] !== this.#lists) {
        this.link(from, upTo + last, kind);
        continue;
      }
      const i = this.#position[from] as number;
      if (i > 0) this.link(from, upTo + i - 1, kind);
      if (i < last) this.link(from, onFrom + last - i - 1, kind);
    }
  }

  /** A chain of nodes, each of which leads to its own transaction and to all before it; returns the first. */
  #chain(tos: Int32Array, first: number, step: number): number {
    const start = this.#nodes;
    for (let i = first; i >= 0 && i < tos.length; i += step) {
      const node = this.addNode();
      this.link(node, tos[i] as number, PASSAGE);
      if (node > start) this.link(node, node - 1, PASSAGE);
    }
    return start;
  }

  build(): DependencyGraph {
    const froms = this.#from.words();
    const start = new Int32Array(this.#nodes + 1);
    for (const from of froms) start[from + 1] = (start[from + 1] as number) + 1;
    for (let node = 0; node < this.#nodes; node += 1)
      start[node + 1] = (start[node + 1] as number) + (start[node] as number);
    const next = start.slice();
    const target = new Int32Array(froms.length);
    const kind = new Uint8Array(froms.length);
    for (let i = 0; i < froms.length; i += 1) {
      const from = froms[i] as number;
      const edge = next[from] as number;
      next[from] = edge + 1;
      target[edge] = this.#to.at(i);
      kind[edge] = this.#kind.at(i);
    }
    return { transactions: this.#transactions, nodes: this.#nodes, start, target, kind };
  }
}
