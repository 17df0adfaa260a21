/**
 * Checks a whole graph under the Linux-kernel memory model: whether plain accesses take effect as they must, and which
 * of them race. The definitions are those of `model/memory/lkmm-plain.ts`, where grace periods are words
 * (`meaning.ts`).
 *
 * Relations are kept backwards: for each node, the set of nodes before it. O(nodes² · words of a set).
 */
import { lowestBit } from "#model/memory/words.ts";
import { BitRows } from "./bit-rows.ts";
import { EVENT, type Graph, KIND, LOCATION, NONE, SOURCE, THREAD } from "./graph.ts";
import type { LkmmRelations } from "./lkmm-relations.ts";

/** Two events of different threads that race, or undefined. */
export interface Race {
  readonly earlier: number;
  readonly later: number;
}

export interface WholeGraph {
  /** Whether plain accesses take effect as the order around them requires. */
  readonly isAllowed: boolean;
  readonly race: Race | undefined;
}

// Marks the rows of a node that are known.
const VISIBLE = 1;
const WRITE_VISIBLE = 2;
const READ_VISIBLE = 4;
const EXECUTED = 8;

// How two conflicting accesses relate.
const FINE = 0;
const FORBIDDEN = 1;
const RACE = 2;

export class LkmmWhole {
  readonly #relations: LkmmRelations;
  readonly #cumulative = new BitRows();
  readonly #propagated = new BitRows();
  readonly #before = new BitRows();
  readonly #strong = new BitRows();
  readonly #fences = new BitRows();
  readonly #visible = new BitRows();
  readonly #writeVisible = new BitRows();
  readonly #readVisible = new BitRows();
  readonly #executed = new BitRows();
  readonly #scratch = new BitRows();
  readonly #readsFenced = new BitRows();
  readonly #overwriting = new BitRows();
  #known = new Uint8Array(64);

  constructor(relations: LkmmRelations) {
    this.#relations = relations;
  }

  /** @param graph a graph that is consistent event by event; the relations are recomputed */
  of(graph: Graph): WholeGraph {
    const relations = this.#relations;
    relations.of(graph);
    if (!relations.hasPlain) return { isAllowed: true, race: undefined };
    this.#closeCumulative();
    this.#closeBefore();
    this.#beginOrders();
    return this.#compare(graph);
  }

  #rows(...all: readonly BitRows[]): void {
    for (const rows of all) rows.reset(this.#relations.count, this.#relations.count);
  }

  /** The marked members of a row, for a loop that does not change them. */
  #marked(rows: BitRows, row: number): readonly number[] {
    const { sets, markedRow } = this.#relations;
    const found: number[] = [];
    for (let i = 0; i < rows.words; i++) {
      let word = (rows.rows[row * rows.words + i] as number) & (sets.rows[markedRow * sets.words + i] as number);
      for (; word !== 0; word &= word - 1) found.push((i << 5) + lowestBit(word));
    }
    return found;
  }

  /** Adds to `row` all that is before the members of a set, within a mask of sets. */
  #through(into: BitRows, row: number, before: BitRows, set: BitRows, setRow: number, markedOnly: boolean): void {
    const { sets, markedRow } = this.#relations;
    for (let i = 0; i < set.words; i++) {
      let word = set.rows[setRow * set.words + i] as number;
      if (markedOnly) word &= sets.rows[markedRow * sets.words + i] as number;
      for (; word !== 0; word &= word - 1) into.join(row, before, (i << 5) + lowestBit(word));
    }
  }

  #externalSource(node: number): number {
    const { source, isRead, thread } = this.#relations;
    const write = source[node] as number;
    return isRead[node] === 1 && write !== NONE && thread[write] !== thread[node] ? write : NONE;
  }

  #close(rows: BitRows): void {
    const { count } = this.#relations;
    for (let node = 0; node < count; node++) rows.add(node, node);
    for (let middle = 0; middle < count; middle++)
      for (let node = 0; node < count; node++)
        if (node !== middle && rows.has(node, middle)) rows.join(node, rows, middle);
  }

  /** cumul* and prop: the nodes before each node. */
  #closeCumulative(): void {
    const relations = this.#relations;
    const { count, sets, markedRow } = relations;
    const direct = this.#scratch;
    this.#rows(direct, this.#cumulative, this.#propagated);
    this.#overwriting.reset(2, count);
    for (let node = 0; node < count; node++) {
      direct.joinWithin(node, relations.cumulative, node, sets, markedRow);
      for (const earlier of this.#marked(direct, node)) {
        const write = this.#externalSource(earlier);
        if (write !== NONE && relations.isMarked(write)) direct.add(node, write);
      }
      direct.joinWithin(node, relations.other, node, sets, markedRow);
    }
    for (let node = 0; node < count; node++) {
      if (!relations.isMarked(node)) continue;
      for (let at = node; at !== NONE;) {
        if (relations.isMarked(at)) this.#cumulative.join(node, direct, at);
        at = relations.isUpdate[at] === 1 ? (relations.source[at] as number) : NONE;
      }
    }
    this.#close(this.#cumulative);
    for (let node = 0; node < count; node++) {
      if (!relations.isMarked(node)) continue;
      this.#joinPropagated(node, node);
      const write = this.#externalSource(node);
      if (write !== NONE && relations.isMarked(write)) this.#joinPropagated(node, write);
    }
  }

  #joinPropagated(node: number, landing: number): void {
    const { overwritten, sets, markedRow, thread, others } = this.#relations;
    for (const at of this.#marked(this.#cumulative, landing)) {
      this.#propagated.add(node, at);
      this.#overwriting.copy(0, overwritten, at);
      this.#overwriting.joinWithin(1, this.#overwriting, 0, others, thread[at] as number);
      this.#propagated.joinWithin(node, this.#overwriting, 1, sets, markedRow);
      this.#overwriting.clear(1);
    }
  }

  /** xb: happens-before, propagates-before and what grace periods add, reflexive. */
  #closeBefore(): void {
    const relations = this.#relations;
    const { count, sets, markedRow, threads, thread } = relations;
    this.#rows(this.#before, this.#strong, this.#fences);
    for (let node = 0; node < count; node++) {
      this.#strong.join(node, relations.strong, node);
      this.#strong.join(node, relations.grace, node);
      this.#fences.join(node, relations.fences, node);
      this.#fences.join(node, relations.grace, node);
      if (!relations.isMarked(node)) continue;
      this.#before.joinWithin(node, relations.preserved, node, sets, markedRow);
      const write = this.#externalSource(node);
      if (write !== NONE && relations.isMarked(write)) this.#before.add(node, write);
      this.#before.joinWithin(node, this.#propagated, node, threads, thread[node] as number);
      this.#through(this.#before, node, this.#propagated, this.#strong, node, true);
    }
    this.#close(this.#before);
  }

  /** Resets ww-vis, wr-vis and rw-xb, indexed by the later of the two: they are computed on demand. */
  #beginOrders(): void {
    const { count } = this.#relations;
    this.#rows(this.#visible, this.#writeVisible, this.#readVisible, this.#executed, this.#readsFenced, this.#scratch);
    if (count > this.#known.length) this.#known = new Uint8Array(count * 2);
    this.#known.fill(0, 0, count);
  }

  #isKnown(node: number, what: number): boolean {
    const known = this.#known[node] as number;
    this.#known[node] = known | what;
    return (known & what) !== 0;
  }

  /** vis, backwards from a marked node. */
  #visibleFrom(node: number): BitRows {
    if (this.#isKnown(node, VISIBLE)) return this.#visible;
    const { thread } = this.#relations;
    const ends = this.#scratch;
    for (const earlier of this.#marked(this.#before, node)) {
      if (thread[earlier] === thread[node]) this.#addLanding(ends, node, earlier);
      for (const fenced of this.#marked(this.#strong, earlier)) this.#addLanding(ends, node, fenced);
    }
    this.#through(this.#visible, node, this.#cumulative, ends, node, true);
    return this.#visible;
  }

  #isWriteVisible(earlier: number, later: number): boolean {
    if (!this.#isKnown(later, WRITE_VISIBLE)) this.#findVisible(this.#writeVisible, later, this.#writeEntries(later));
    return this.#writeVisible.has(later, earlier);
  }

  #isReadVisible(earlier: number, later: number): boolean {
    if (!this.#isKnown(later, READ_VISIBLE)) this.#findVisible(this.#readVisible, later, this.#readEntries(later));
    return this.#readVisible.has(later, earlier);
  }

  #isExecutedBefore(earlier: number, later: number): boolean {
    if (!this.#isKnown(later, EXECUTED)) this.#findExecuted(later, this.#writeEntries(later));
    return this.#executed.has(later, earlier);
  }

  #addLanding(ends: BitRows, node: number, landing: number): void {
    ends.add(node, landing);
    const write = this.#externalSource(landing);
    if (write !== NONE && this.#relations.isMarked(write)) ends.add(node, write);
  }

  /** w-pre: the marked nodes that bound a write; the node itself if it is marked. */
  #writeEntries(node: number): number[] {
    return this.#entries(node, this.#fences);
  }

  /** r-pre. */
  #readEntries(node: number): number[] {
    const relations = this.#relations;
    const found = this.#readsFenced;
    found.join(node, relations.cumulative, node);
    found.join(node, relations.acquired, node);
    found.join(node, relations.readFenced, node);
    return this.#entries(node, found);
  }

  #entries(node: number, by: BitRows): number[] {
    const relations = this.#relations;
    const own = relations.isMarked(node) ? [node] : [];
    return [...own, ...this.#marked(by, node), ...this.#marked(relations.address, node)];
  }

  /** fen ∪ strong · xb · pre ∪ w-post · vis · pre. */
  #findVisible(into: BitRows, node: number, entries: readonly number[]): void {
    const relations = this.#relations;
    into.join(node, this.#fences, node);
    for (const entry of entries) {
      this.#through(into, node, this.#strong, this.#before, entry, true);
      for (const i of this.#marked(this.#visibleFrom(entry), entry)) {
        for (let at = i; at !== NONE;) {
          if (relations.isMarked(at)) {
            into.add(node, at);
            into.join(node, this.#fences, at);
          }
          at = relations.isUpdate[at] === 1 ? (relations.source[at] as number) : NONE;
        }
      }
    }
  }

  /** fen ∪ r-post · xb · w-pre. */
  #findExecuted(node: number, entries: readonly number[]): void {
    const relations = this.#relations;
    const into = this.#executed;
    into.join(node, this.#fences, node);
    for (const entry of entries) {
      for (const i of this.#marked(this.#before, entry)) {
        into.add(node, i);
        into.join(node, relations.cumulative, i);
        into.join(node, relations.acquired, i);
        into.join(node, relations.readFencedPost, i);
      }
    }
  }

  // ---- Conflicting pairs

  #compare(graph: Graph): WholeGraph {
    const { node } = this.#relations;
    let isAllowed = true;
    let race: Race | undefined;
    for (let event = 0; event < graph.count; event++) {
      if (graph.get(event, KIND) !== EVENT.write) continue;
      for (let other = 0; other < graph.count; other++) {
        if (!this.#conflict(graph, event, other)) continue;
        const found = this.#relate(graph, event, other, node[event] as number, node[other] as number);
        if (found === FORBIDDEN) isAllowed = false;
        else if (found === RACE) race ??= { earlier: Math.min(event, other), later: Math.max(event, other) };
      }
    }
    return { isAllowed, race };
  }

  /** Are the two accesses to one word by different threads, and is one of them plain? */
  #conflict(graph: Graph, write: number, other: number): boolean {
    const kind = graph.get(other, KIND);
    if (kind !== EVENT.write && kind !== EVENT.read) return false;
    if (graph.get(other, LOCATION) !== graph.get(write, LOCATION)) return false;
    if (graph.get(other, THREAD) === graph.get(write, THREAD)) return false;
    const { node } = this.#relations;
    return !this.#relations.isMarked(node[write] as number) || !this.#relations.isMarked(node[other] as number);
  }

  #relate(graph: Graph, event: number, other: number, write: number, node: number): number {
    const isRead = graph.get(other, KIND) === EVENT.read;
    if (this.#relations.overwritten.has(write, node)) {
      const isSeen = isRead ? this.#isReadVisible(write, node) : this.#isWriteVisible(write, node);
      if (isSeen) return FORBIDDEN;
      const isOrdered = isRead ? this.#isExecutedBefore(node, write) : this.#writesInOrder(node, write);
      return isOrdered ? FINE : RACE;
    }
    if (!isRead || graph.get(other, SOURCE) < 0) return FINE;
    // The read reads from the write, or from one after it in coherence order.
    if (this.#isExecutedBefore(node, write)) return graph.get(other, SOURCE) === event ? FORBIDDEN : FINE;
    return this.#isReadVisible(write, node) ? FINE : RACE;
  }

  #writesInOrder(earlier: number, later: number): boolean {
    const relations = this.#relations;
    if (!this.#isWriteVisible(earlier, later)) return false;
    if (!relations.isMarked(earlier) && !this.#isExecutedBefore(earlier, later)) return false;
    return relations.isMarked(later) || this.#isReadVisible(earlier, later);
  }
}
