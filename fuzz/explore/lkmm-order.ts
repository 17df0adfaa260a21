/**
 * The Linux-kernel memory model, event by event: coherence, happens-before, propagation, and plain accesses as far as
 * they restrict sources of reads and places of writes. The axioms are in `model/memory/lkmm.ts`.
 *
 * An event is added without successors, so a cycle through it leaves it by from-reads or coherence: `e` overwrites, or
 * reads what is overwritten by, a write `x` of another thread; and `x`, by cumulativity, propagates to an event of the
 * thread of `e` (happens-before) or before a strong fence (propagates-before) that must come before `e`. The last
 * choice in coherence order has no such `x`. For others, the events that must come before `e` are walked backwards:
 * O(nodes · words of a set) at most for each kind of landing, and there are as many kinds as threads.
 *
 * `rcu`, where sections and grace periods are barriers (litmus tests), is decided on complete graphs, since it may
 * forbid the only way to continue. Programs of the machine have them as words: see `meaning.ts`. Pairs of plain
 * accesses that a third event orders are checked then as well.
 */
import { allowed } from "#model/memory/execution.ts";
import { lkmm } from "#model/memory/lkmm.ts";
import { lowestBit } from "#model/memory/words.ts";
import { BitRows } from "./bit-rows.ts";
import { AFTER, EVENT, type Graph, INITIAL, KIND, LOCATION, NONE, SOURCE } from "./graph.ts";
import { lastOfLocation } from "./last-of-location.ts";
import { LkmmWhole, type Race } from "./lkmm-whole.ts";
import { isLastChoice, isOver, LkmmRelations } from "./lkmm-relations.ts";
import type { LocalStates } from "./local-states.ts";
import type { Order } from "./order.ts";
import { lkmmExecution } from "./lkmm-execution.ts";

export class LkmmOrder implements Order {
  readonly clocks = 1;
  readonly distinguishesUpdates = false;
  readonly includesPrefix = false;
  readonly #states: LocalStates;
  readonly #relations: LkmmRelations;
  readonly #whole: LkmmWhole;
  /** Two accesses that race in the graph last checked as a whole; grace periods that are barriers are ignored. */
  race: Race | undefined;
  /** The write that the thread's last access to the location read or made. */
  #base = NONE;

  /** Nodes that must come before the current event. */
  readonly #before = new BitRows();
  /**
   * Nodes that propagate to a node that must come before the event: for each thread, to an event of that thread; then
   * to the event itself; then before a strong fence. The event itself is separate, since nothing propagates to itself.
   */
  readonly #propagating = new BitRows();
  readonly #result = new BitRows();
  #stack: number[] = [];
  #found = false;
  #event = NONE;
  #itself = 0;
  #fenced = 0;

  constructor(states: LocalStates) {
    this.#states = states;
    this.#relations = new LkmmRelations(states);
    this.#whole = new LkmmWhole(this.#relations);
  }

  look(graph: Graph, event: number): void {
    this.#base = lastOfLocation(graph, event);
  }

  isBefore(_graph: Graph, write: number): boolean {
    return write === this.#base;
  }

  added(): void {}
  linked(): void {}
  granted(): void {}

  isConsistent(graph: Graph, event: number): boolean {
    const isGraceWait =
      graph.get(event, KIND) === EVENT.read && this.#isGraceWait(graph, event) && isOver(graph, event);
    if (isLastChoice(graph, event)) return true;
    this.#relations.of(graph);
    if (isGraceWait) return this.#mayPrecedeSections(graph, event);
    return this.#mayOverwrite(graph, event);
  }

  isAllowed(graph: Graph): boolean {
    const hasBarriers = this.#hasGraceBarriers(graph);
    const { isAllowed, race } = this.#whole.of(graph);
    this.race = race;
    return hasBarriers ? allowed(lkmmExecution(graph, this.#states), lkmm) : isAllowed;
  }

  #isGraceWait(graph: Graph, event: number): boolean {
    return this.#relations.meaningOf(graph, event).rcu === "waits";
  }

  /** Are there grace periods that are barriers? */
  #hasGraceBarriers(graph: Graph): boolean {
    for (let event = 0; event < graph.count; event++) {
      if (graph.get(event, KIND) !== EVENT.fence) continue;
      const { tag, domain } = this.#relations.meaningOf(graph, event);
      if (domain !== undefined || tag === "GPR") return true;
    }
    return false;
  }

  /** Is the event a read that does not read the last write, or a write that is not last? */
  #mayOverwrite(graph: Graph, event: number): boolean {
    const relations = this.#relations;
    const node = relations.node[event] as number;
    this.#begin(graph, node);
    const isMarked = relations.isMarked(node);
    if (isMarked) this.#precede(node);
    else {
      this.#precedeAll(relations.fences, node);
      this.#precedeAll(relations.address, node);
      if (graph.get(event, KIND) === EVENT.write) this.#precedeAll(relations.grace, node);
    }
    this.#walk();
    if (this.#found) return false;
    return !relations.hasPlain || this.#plainMayOverwrite(graph, event, node, isMarked);
  }

  /**
   * Is this a wait for a grace period that sees a section word as it was before a later section opened? Then everything
   * before the grace period comes before all of that section.
   */
  #mayPrecedeSections(graph: Graph, event: number): boolean {
    const relations = this.#relations;
    const node = relations.node[event] as number;
    this.#begin(graph, NONE);
    const result = this.#result;
    result.reset(1, relations.count);
    relations.joinBeforeGrace(result, 0, node);
    this.#each(result, 0, relations.sets, relations.markedRow, (earlier) => {
      this.#precede(earlier);
      this.#land(earlier, this.#fenced);
    });
    this.#walk();
    let opening = firstAfter(graph, event);
    for (; opening !== NONE; opening = graph.get(opening, AFTER)) {
      if (relations.meaningOf(graph, opening).rcu !== "opens") continue;
      const opened = relations.node[opening] as number;
      for (let later = 0; later < relations.count; later++)
        if (relations.programOrder.has(later, opened) && this.#before.has(0, later)) return false;
    }
    return true;
  }

  // ---- The walk backwards

  #begin(graph: Graph, node: number): void {
    const { count } = this.#relations;
    this.#itself = graph.width;
    this.#fenced = graph.width + 1;
    this.#before.reset(1, count);
    this.#propagating.reset(graph.width + 2, count);
    this.#stack.length = 0;
    this.#found = false;
    this.#event = node;
  }

  #precede(node: number): void {
    if (this.#before.has(0, node)) return;
    this.#before.add(0, node);
    this.#stack.push(node, NONE);
  }

  #propagate(node: number, landing: number): void {
    if (this.#propagating.has(landing, node)) return;
    this.#propagating.add(landing, node);
    this.#stack.push(node, landing);
  }

  /** Marks that propagation ends at `node`: the node itself, or the write that it reads from, propagates there. */
  #land(node: number, landing: number): void {
    this.#propagate(node, landing);
    const { source, isRead, thread } = this.#relations;
    const write = source[node] as number;
    if (isRead[node] === 1 && write !== NONE && thread[write] !== thread[node] && this.#relations.isMarked(write))
      this.#propagate(write, landing);
  }

  #precedeAll(rows: BitRows, row: number): void {
    this.#each(rows, row, this.#relations.sets, this.#relations.markedRow, (earlier) => this.#precede(earlier));
  }

  #walk(): void {
    while (this.#stack.length > 0 && !this.#found) {
      const landing = this.#stack.pop() as number;
      const node = this.#stack.pop() as number;
      if (landing === NONE) this.#stepBefore(node);
      else this.#stepPropagation(node, landing);
    }
  }

  #stepBefore(node: number): void {
    const relations = this.#relations;
    this.#precedeAll(relations.preserved, node);
    this.#precedeAll(relations.grace, node);
    const source = relations.source[node] as number;
    const thread = relations.thread[node] as number;
    if (
      relations.isRead[node] === 1 &&
      source !== NONE &&
      relations.thread[source] !== thread &&
      relations.isMarked(source)
    )
      this.#precede(source);
    this.#land(node, node === this.#event ? this.#itself : thread);
    const fence = (earlier: number): void => this.#land(earlier, this.#fenced);
    this.#each(relations.strong, node, relations.sets, relations.markedRow, fence);
    this.#each(relations.grace, node, relations.sets, relations.markedRow, fence);
  }

  #stepPropagation(node: number, landing: number): void {
    const relations = this.#relations;
    const { sets, markedRow, overwritten, thread } = relations;
    const own = thread[node] as number;
    const to = landing === this.#itself ? (thread[this.#event] as number) : landing;
    this.#each(overwritten, node, sets, markedRow, (earlier) => {
      const of = thread[earlier] as number;
      if (of === own || (to !== this.#fenced && of !== to)) return;
      if (earlier === this.#event) {
        if (landing !== this.#itself) this.#found = true;
      } else this.#precede(earlier);
    });
    for (let at = node; at !== NONE;) {
      this.#each(relations.cumulative, at, sets, markedRow, (earlier) => {
        this.#propagate(earlier, landing);
        const source = relations.source[earlier] as number;
        if (
          relations.isRead[earlier] === 1 &&
          source !== NONE &&
          thread[source] !== thread[earlier] &&
          relations.isMarked(source)
        )
          this.#propagate(source, landing);
      });
      this.#each(relations.other, at, sets, markedRow, (earlier) => this.#propagate(earlier, landing));
      at = relations.isUpdate[at] === 1 ? (relations.source[at] as number) : NONE;
    }
  }

  // ---- Plain accesses

  /** True if no overwriting write is visible to the event, where one of the two is plain. */
  #plainMayOverwrite(graph: Graph, event: number, node: number, isMarked: boolean): boolean {
    const relations = this.#relations;
    const { thread } = relations;
    const visible = this.#visible(node);
    for (let write = firstAfter(graph, event); write !== NONE; write = graph.get(write, AFTER)) {
      const other = relations.node[write] as number;
      if (thread[other] === thread[node] || (isMarked && relations.isMarked(other))) continue;
      if (visible.has(0, other)) return false;
    }
    return true;
  }

  /** The nodes visible to the walk's event, where one of the two is plain. */
  #visible(node: number): BitRows {
    const relations = this.#relations;
    const { sets, markedRow } = relations;
    const result = this.#result;
    result.reset(1, relations.count);
    result.join(0, relations.fences, node);
    result.join(0, relations.grace, node);
    this.#each(this.#before, 0, sets, markedRow, (later) => {
      result.join(0, relations.strong, later);
      result.join(0, relations.grace, later);
    });
    const own = relations.thread[node] as number;
    for (const landing of [own, this.#itself, this.#fenced]) {
      this.#each(this.#propagating, landing, sets, markedRow, (propagated) => {
        for (let at = propagated; at !== NONE;) {
          result.add(0, at);
          result.join(0, relations.fences, at);
          result.join(0, relations.grace, at);
          at = relations.isUpdate[at] === 1 ? (relations.source[at] as number) : NONE;
        }
      });
    }
    return result;
  }

  #each(rows: BitRows, row: number, mask: BitRows, maskRow: number, visit: (node: number) => void): void {
    const { words } = rows;
    for (let i = 0; i < words; i++) {
      let word = (rows.rows[row * words + i] as number) & (mask.rows[maskRow * words + i] as number);
      for (; word !== 0; word &= word - 1) visit((i << 5) + lowestBit(word));
    }
  }
}

/** The first write that overwrites the source of a read, or that comes after a write. */
function firstAfter(graph: Graph, event: number): number {
  if (graph.get(event, KIND) === EVENT.write) return graph.get(event, AFTER);
  const source = graph.get(event, SOURCE);
  return source === INITIAL ? (graph.first[graph.get(event, LOCATION)] as number) : graph.get(source, AFTER);
}
