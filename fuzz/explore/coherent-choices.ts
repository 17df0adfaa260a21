/**
 * Choices along coherence: the writes of a location are ordered, and a read sees nothing older than what comes before
 * it.
 */
import {
  AFTER,
  BEFORE,
  FLAGS,
  FULL,
  type Graph,
  INITIAL,
  LOCATION,
  NONE,
  PAIRED,
  PARTNER,
  SOURCE,
  STATE,
} from "./graph.ts";
import { type LocalStates, STEP } from "./local-states.ts";
import type { Order } from "./order.ts";
import { Choices } from "./choices.ts";
import { isLastInCoherence } from "./maximal.ts";
import type { ReadSources } from "./read-sources.ts";

export class CoherentChoices extends Choices {
  readonly #order: Order;
  readonly #states: LocalStates;
  readonly #sources: ReadSources;

  constructor(order: Order, states: LocalStates, sources: ReadSources) {
    super();
    this.#order = order;
    this.#states = states;
    this.#sources = sources;
  }

  /** Offers every write that the read may read from, the coherence-last one first; `INITIAL` for the initial value. */
  offerSources(graph: Graph, read: number): void {
    const order = this.#order;
    const last = graph.final[graph.get(read, LOCATION)] as number;
    if (last === NONE) return this.offer(INITIAL);
    if (order.includesPrefix && graph.isInPrefix(last, read)) return this.offer(last);
    const base = this.count;
    order.look(graph, read, false);
    let write = last;
    this.offer(write);
    while (!order.isBefore(graph, write)) {
      write = graph.get(write, BEFORE);
      this.offer(write === NONE ? INITIAL : write);
      if (write === NONE) break;
    }
    if (order.isConsistent !== undefined) this.#withdrawInconsistentSources(graph, read, base);
    const step = this.#states.step(graph.get(read, STATE));
    if (step === STEP.wait) this.#withdrawStaleWaits(graph, read, base);
    else if (order.distinguishesUpdates && step === STEP.update) this.#withdrawUpdates(graph, read, base);
  }

  /** Offers every write before which the new one may be placed, `NONE` for the end of coherence order. */
  offerPlaces(graph: Graph, write: number): void {
    const location = graph.get(write, LOCATION);
    const partner = graph.get(write, PARTNER);
    if (partner !== NONE) {
      const source = graph.get(partner, SOURCE);
      const next = source === INITIAL ? (graph.first[location] as number) : graph.get(source, AFTER);
      if ((next === NONE || !graph.has(next, PAIRED)) && this.#isConsistentAt(graph, write, next)) this.offer(next);
      return;
    }
    const base = this.count;
    this.offer(NONE);
    let next = graph.final[location] as number;
    if (next === NONE || (this.#order.includesPrefix && graph.isInPrefix(next, write))) return;
    this.#order.look(graph, write, false);
    for (; next !== NONE && !this.#order.isBefore(graph, next); next = graph.get(next, BEFORE)) {
      if (!graph.has(next, PAIRED)) this.offer(next);
    }
    if (this.#order.isConsistent !== undefined)
      this.#keepFrom(base, (place) => this.#isConsistentAt(graph, write, place));
  }

  /** Keeps those choices from `base` on for which `isKept` is true. */
  #keepFrom(base: number, isKept: (choice: number) => boolean): void {
    let kept = base;
    for (let i = base; i < this.count; i++) {
      const choice = this.at(i);
      if (isKept(choice)) this.put(kept++, choice);
    }
    this.count = kept;
  }

  #isConsistentAt(graph: Graph, write: number, place: number): boolean {
    const order = this.#order;
    if (order.isConsistent === undefined || place === NONE) return true;
    graph.place(write, place);
    const isConsistent = order.isConsistent(graph, write);
    graph.displace(write);
    return isConsistent;
  }

  #withdrawInconsistentSources(graph: Graph, read: number, base: number): void {
    const flags = graph.get(read, FLAGS);
    this.#keepFrom(base, (source) => {
      this.#sources.link(graph, read, source);
      const isConsistent = this.#order.isConsistent?.(graph, read) !== false;
      graph.unlink(read);
      graph.set(read, FLAGS, flags);
      return isConsistent;
    });
  }

  /**
   * Withdraws the sources that do not end a wait, except the coherence-last one: a waiting thread looks again.
   */
  #withdrawStaleWaits(graph: Graph, read: number, base: number): void {
    let kept = base + 1;
    for (let i = base + 1; i < this.count; i++) {
      const source = this.at(i);
      if (this.#sources.isOver(graph, read, source)) this.put(kept++, source);
    }
    this.count = kept;
  }

  /**
   * Withdraws the sources from which a read-modify-write would succeed although the order that its success imposes
   * forbids it.
   */
  #withdrawUpdates(graph: Graph, read: number, base: number): void {
    const flags = graph.get(read, FLAGS);
    graph.set(read, FLAGS, flags | (this.#states.flags(graph.get(read, STATE)) & FULL));
    this.#order.look(graph, read, true);
    let kept = base;
    let isTooEarly = false;
    for (let i = base; i < this.count; i++) {
      const source = this.at(i);
      const next = source === INITIAL ? (graph.first[graph.get(read, LOCATION)] as number) : graph.get(source, AFTER);
      isTooEarly ||= next !== NONE && this.#order.isBefore(graph, next);
      if (!isTooEarly || !this.#sources.wouldWrite(graph, read, source)) this.put(kept++, source);
    }
    this.count = kept;
    graph.set(read, FLAGS, flags);
  }

  withdrawPlaces(graph: Graph, write: number, read: number, base: number): void {
    if (this.count === base + 1 && this.at(base) === NONE) return;
    if (this.#order.isConsistent !== undefined) this.#withdrawInconsistentPlaces(graph, write, read, base);
    const flags = graph.get(read, FLAGS);
    const updates = this.#states.step(graph.get(read, STATE)) === STEP.update;
    const writes = updates && this.#sources.wouldWrite(graph, read, write);
    graph.set(read, FLAGS, writes ? flags | (this.#states.flags(graph.get(read, STATE)) & FULL) : flags & ~FULL);
    this.#order.look(graph, read, writes);
    let limit = graph.final[graph.get(write, LOCATION)] as number;
    let kept = base;
    for (let i = base; i < this.count; i++) {
      const next = this.at(i);
      if (next !== NONE) {
        // Places follow coherence order backwards; those behind a write that must come before the read are dropped as
        // well.
        limit = this.#walkBack(graph, limit, next);
        if (limit !== next || this.#order.isBefore(graph, next)) continue;
      }
      this.put(kept++, next);
    }
    this.count = kept;
    graph.set(read, FLAGS, flags);
  }

  #withdrawInconsistentPlaces(graph: Graph, write: number, read: number, base: number): void {
    const flags = graph.get(read, FLAGS);
    this.#keepFrom(base, (place) => {
      graph.place(write, place);
      this.#sources.link(graph, read, write);
      const isConsistent = this.#order.isConsistent?.(graph, read) !== false;
      graph.unlink(read);
      graph.set(read, FLAGS, flags);
      graph.displace(write);
      return isConsistent;
    });
  }

  isMaximal(graph: Graph, event: number, revisitor: number): boolean {
    return isLastInCoherence(graph, event, revisitor);
  }

  /**
   * Walks from `write` back in coherence order to `goal`, or to the first write that must come before the current
   * event.
   */
  #walkBack(graph: Graph, write: number, goal: number): number {
    let at = write;
    while (at !== goal && !this.#order.isBefore(graph, at)) at = graph.get(at, BEFORE);
    return at;
  }
}
