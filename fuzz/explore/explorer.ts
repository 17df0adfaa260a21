/**
 * The exhaustive explorer: visits every consistent execution graph of a program exactly once.
 *
 * TruSt (Kokologiannakis, Marmanis, Gladstein, Vafeiadis, "Truly stateless, optimal dynamic partial order reduction",
 * POPL 2022). One graph grows event by event, and each event is tried with every source or place that the memory model
 * allows. A new write also revisits reads that were added before it. It revisits a read only if the read, and every
 * event that the revisit removes, took the last option in coherence order when it was added. So of the graphs that
 * differ only in removed events, exactly one makes the revisit. No visited set is kept; memory is one graph per nested
 * revisit, each no larger than the longest execution.
 *
 * A lock is a chain of acquisitions. An acquisition is added at the end of the chain whether or not the lock is free;
 * it proceeds once the one before it has released. A new acquisition also revisits each one in the chain that does not
 * precede it, and takes its place. So no acquisition is tried in vain, and locks cost exactly one execution per order
 * of critical sections.
 *
 * Rule: `visit` leaves the graph as it found it. Only `restrict` writes to the graphs of deeper levels.
 *
 * Not covered: executions in which program order and reads-from form a cycle (load buffering).
 *
 * The file is long because forward steps and revisits call each other recursively.
 */
import { WAIT_INSTEAD } from "#fuzz/machine/looking-loop.ts";
import type { Choices } from "./choices.ts";
import { CoherentChoices } from "./coherent-choices.ts";
import {
  ACQUIRES,
  AFTER,
  BEFORE,
  BLOCKED,
  DRAINS,
  EVENT,
  FLAGS,
  FULL,
  Graph,
  KIND,
  LOCATION,
  NONE,
  PAIRED,
  PARTNER,
  RELEASES,
  SETTLED,
  STATE,
  THREAD,
  VALUE,
} from "./graph.ts";
import { LocalStates, ProgramError, STEP } from "./local-states.ts";
import { findStates } from "./graph-states.ts";
import { grant, heldLock, isGranted, joinChain } from "./lock-chain.ts";
import type { Order } from "./order.ts";
import { ReadSources } from "./read-sources.ts";
import { undoTo } from "./undo.ts";

/** Receives every execution, and steers the search. */
export interface Visitor {
  /** Called at an execution that cannot go on. The graph is only valid during the call. */
  reached(graph: Graph): void;
  /** Called at every execution and now and then in between; returning true ends the exploration. */
  shouldStop(): boolean;
  /**
   * Chooses among the children of a node of the exploration tree: -1 for all of them. Not called if there is only one.
   */
  choose?(children: number): number;
}

export interface ExplorerOptions {
  readonly order: Order;
  readonly states: LocalStates;
  readonly threads: number;
  readonly initial: (address: number) => number;
  /** How sources and places are chosen; along coherence unless the model has none. */
  readonly choices?: ((sources: ReadSources) => Choices) | undefined;
  /** Events an execution may have: more are taken for an endless loop. */
  readonly eventsMax: number;
}

/** Every child of a node is explored. */
export const ALL = -1;
/** No child is explored: children are only counted. */
export const NO_CHILD = -2;

export class Explorer {
  readonly #order: Order;
  readonly #states: LocalStates;
  readonly #width: number;
  readonly #sources: ReadSources;
  readonly #choices: Choices;
  readonly #eventsMax: number;
  readonly #graphs: Graph[] = [];
  #depth = 0;
  #visitor: Visitor;
  #stopped = false;
  #renumbered = new Int32Array(64);
  /**
   * While one child is being sought: how many came before it, and which one is wanted (-1: children are only counted).
   */
  #children = 0;
  #wanted = ALL;

  constructor({ order, states, threads, initial, choices, eventsMax }: ExplorerOptions) {
    this.#order = order;
    this.#states = states;
    this.#width = threads;
    this.#sources = new ReadSources(order, states, initial);
    this.#choices = choices?.(this.#sources) ?? new CoherentChoices(order, states, this.#sources);
    this.#eventsMax = eventsMax;
    this.#visitor = { reached() {}, shouldStop: () => false };
  }

  /** Visits every execution, starting from the empty graph. */
  explore(visitor: Visitor): void {
    this.#visitor = visitor;
    this.#stopped = false;
    this.#depth = 0;
    this.#choices.count = 0;
    this.#wanted = ALL;
    const graph = this.#graph(0);
    graph.clear();
    for (let thread = 0; thread < this.#width; thread++) graph.state[thread] = this.#states.root(thread);
    this.#visit(graph);
  }

  #graph(depth: number): Graph {
    let graph = this.#graphs[depth];
    if (graph === undefined) {
      graph = new Graph(this.#width, this.#order.clocks);
      this.#graphs[depth] = graph;
    }
    return graph;
  }

  /** The thread whose event is added next, a function of the graph; -1 if none can go on. Waits come last. */
  #nextThread(graph: Graph): number {
    const states = this.#states;
    let waiting = -1;
    for (let thread = 0; thread < this.#width; thread++) {
      const step = states.step(graph.state[thread] as number);
      if (step <= STEP.failed) continue;
      const last = graph.last[thread] as number;
      if (last !== NONE) {
        if (graph.has(last, BLOCKED)) continue;
        if (graph.get(last, KIND) === EVENT.lock && !isGranted(graph, last)) continue;
      }
      if (step !== STEP.wait && step !== STEP.lock) return thread;
      if (waiting === -1) waiting = thread;
    }
    return waiting;
  }

  /** Explores everything that extends the graph. */
  #visit(graph: Graph): void {
    const states = this.#states;
    const base = graph.count;
    for (;;) {
      if (this.#stopped) break;
      if (states.isFull) this.#renewStates();
      const thread = this.#nextThread(graph);
      if (thread === -1) {
        if (this.#order.isAllowed?.(graph) === false) break;
        this.#visitor.reached(graph);
        this.#stopped = this.#visitor.shouldStop();
        break;
      }
      if (graph.count >= this.#eventsMax) this.#refuseLength(thread);
      if (!this.#extend(graph, thread, states.step(graph.state[thread] as number))) break;
    }
    undoTo(graph, base, this.#order);
  }

  /**
   * Adds the next event of `thread`. True if there was exactly one way and it was taken; false if all have been
   * explored.
   */
  #extend(graph: Graph, thread: number, step: number): boolean {
    switch (step) {
      case STEP.fence:
        this.#add(graph, thread, EVENT.fence, 0);
        this.#complete(graph, thread, 0);
        return true;
      case STEP.write: {
        const write = this.#add(graph, thread, EVENT.write, ACQUIRES | FULL | DRAINS);
        graph.set(write, VALUE, this.#states.operand(graph.state[thread] as number));
        this.#complete(graph, thread, 0);
        return this.#grow(graph, write);
      }
      case STEP.lock: {
        const lock = this.#add(graph, thread, EVENT.lock, 0);
        this.#complete(graph, thread, 0);
        return this.#grow(graph, lock);
      }
      case STEP.unlock:
        this.#extendByUnlock(graph, thread);
        return true;
      default:
        return this.#extendByRead(graph, thread);
    }
  }

  #add(graph: Graph, thread: number, kind: number, cleared: number): number {
    const state = graph.state[thread] as number;
    const location = this.#states.location(state);
    graph.reach(location + 1);
    const event = graph.add(thread, kind, location < 0 ? 0 : location, this.#states.flags(state) & ~cleared);
    this.#order.added(graph, event);
    return event;
  }

  #complete(graph: Graph, thread: number, result: number): void {
    graph.state[thread] = this.#states.next(graph.state[thread] as number, result);
  }

  // ---- Children of a node of the exploration tree

  /** Counts a child; true if it must be explored. */
  #enters(): boolean {
    const child = this.#children++;
    return this.#wanted === ALL || this.#wanted === child;
  }

  /** Explores everything that extends the graph once a read has its source. */
  #descend(graph: Graph, read: number): void {
    const wanted = this.#wanted;
    const children = this.#children;
    const base = graph.count;
    if (!graph.has(read, PAIRED) || this.#extendByUpdate(graph, read)) this.#visit(graph);
    undoTo(graph, base, this.#order);
    this.#wanted = wanted;
    this.#children = children;
  }

  // ---- Reads

  #extendByRead(graph: Graph, thread: number): boolean {
    const read = this.#add(graph, thread, EVENT.read, RELEASES | FULL | DRAINS);
    const base = this.#choices.count;
    this.#choices.offerSources(graph, read);
    const end = this.#choices.count;
    if (end === base + 1) {
      this.#choices.count = base;
      this.#sources.set(graph, read, this.#choices.at(base));
      return !graph.has(read, PAIRED) || this.#extendByUpdate(graph, read);
    }
    this.#wanted = this.#visitor.choose?.(end - base) ?? ALL;
    this.#children = 0;
    for (let i = base; i < end; i++) {
      if (!this.#enters()) continue;
      if (i > base) graph.resetClocks(read);
      this.#order.added(graph, read);
      this.#sources.set(graph, read, this.#choices.at(i));
      this.#descend(graph, read);
      graph.unlink(read);
    }
    this.#choices.count = base;
    return false;
  }

  // ---- Writes

  /** Adds the write of a read-modify-write right after its read. */
  #extendByUpdate(graph: Graph, read: number): boolean {
    const thread = graph.get(read, THREAD);
    const state = graph.get(read, STATE);
    const states = this.#states;
    const flags = (states.flags(state) & (RELEASES | FULL)) | PAIRED | DRAINS;
    const write = graph.add(thread, EVENT.write, graph.get(read, LOCATION), flags);
    graph.set(write, PARTNER, read);
    graph.set(read, PARTNER, write);
    graph.set(write, VALUE, states.written(state, graph.get(read, VALUE)));
    this.#order.added(graph, write);
    return this.#grow(graph, write);
  }

  /**
   * Explores a new write or lock event: its revisits, and its places in the current graph. True if it has exactly one
   * place and has taken it; then only the revisits have been explored.
   */
  #grow(graph: Graph, event: number): boolean {
    const isLock = graph.get(event, KIND) === EVENT.lock;
    const base = this.#choices.count;
    const choose = this.#visitor.choose;
    let wanted = ALL;
    if (choose !== undefined) {
      this.#children = 0;
      this.#wanted = NO_CHILD;
      if (isLock) this.#revisitLocks(graph, event);
      else this.#revisitReads(graph, event);
      if (isLock) this.#children++;
      else this.#choices.offerPlaces(graph, event);
      const children = this.#children + this.#choices.count - base;
      this.#choices.count = base;
      if (children === 0) return false;
      if (children > 1) wanted = choose.call(this.#visitor, children);
    }
    this.#wanted = wanted;
    this.#children = 0;
    if (isLock) {
      this.#revisitLocks(graph, event);
      if (!this.#enters()) return false;
      graph.place(event, NONE);
      grant(graph, event, this.#order);
      return true;
    }
    this.#revisitReads(graph, event);
    this.#choices.offerPlaces(graph, event);
    const end = this.#choices.count;
    if (end === base + 1) {
      this.#choices.count = base;
      if (!this.#enters()) return false;
      graph.place(event, this.#choices.at(base));
      return true;
    }
    for (let i = base; i < end; i++) {
      if (!this.#enters()) continue;
      graph.place(event, this.#choices.at(i));
      const children = this.#children;
      this.#visit(graph);
      this.#wanted = wanted;
      this.#children = children;
      graph.displace(event);
    }
    this.#choices.count = base;
    return false;
  }

  // ---- Revisits

  /** Revisits the reads that could have read the new write had it been there. */
  #revisitReads(graph: Graph, write: number): void {
    const location = graph.get(write, LOCATION);
    const { stride } = graph;
    for (let event = write - 1; event >= 0; event--) {
      if (graph.isInPrefix(event, write)) continue;
      if (!this.#choices.isMaximal(graph, event, write)) return;
      const { rows } = graph;
      const row = event * stride;
      if (rows[row + KIND] !== EVENT.read || rows[row + LOCATION] !== location || graph.has(event, SETTLED)) continue;
      this.#revisitRead(graph, event);
      if (this.#stopped) return;
    }
  }

  #restrict(graph: Graph, revisited: number): Graph {
    if (graph.count > this.#renumbered.length) this.#renumbered = new Int32Array(graph.count * 2);
    this.#depth++;
    const part = this.#graph(this.#depth);
    part.restrict(graph, revisited, this.#renumbered);
    return part;
  }

  /**
   * Makes the last event of `graph`, a write without a place, the source of `revisited` in the part of the graph that
   * stays.
   */
  #revisitRead(graph: Graph, revisited: number): void {
    const part = this.#restrict(graph, revisited);
    const write = part.count - 1;
    const read = this.#renumbered[revisited] as number;
    const base = this.#choices.count;
    this.#choices.offerPlaces(part, write);
    this.#choices.withdrawPlaces(part, write, read, base);
    const end = this.#choices.count;
    if (end > base) {
      this.#settle(part, write, read);
      for (let i = base; i < end; i++) {
        if (!this.#enters()) continue;
        part.place(write, this.#choices.at(i));
        part.resetClocks(read);
        this.#order.added(part, read);
        this.#sources.set(part, read, write);
        // A wait that is not over although its word has changed since does not go on forever.
        if (!part.has(read, BLOCKED) || part.get(write, AFTER) === NONE) this.#descend(part, read);
        part.unlink(read);
        part.displace(write);
      }
    }
    this.#choices.count = base;
    this.#depth--;
  }

  /** Settles the choices that led to `event`; acquisitions whose lock is no longer free wait again. */
  #settle(part: Graph, event: number, revisited: number): void {
    const { rows, stride } = part;
    for (let at = 0; at < part.count; at++) {
      if (at !== revisited && part.isInPrefix(at, event))
        rows[at * stride + FLAGS] = (rows[at * stride + FLAGS] as number) | SETTLED;
    }
    for (let location = 0; location < part.locations; location++) {
      let lock = part.first[location] as number;
      if (lock === NONE || rows[lock * stride + KIND] !== EVENT.lock) continue;
      for (; lock !== NONE; lock = rows[lock * stride + AFTER] as number)
        if (lock !== event && !isGranted(part, lock)) grant(part, lock, this.#order);
    }
  }

  // ---- Locks

  /** Revisits the acquisitions that the new one could have preceded. */
  #revisitLocks(graph: Graph, lock: number): void {
    let other = graph.final[graph.get(lock, LOCATION)] as number;
    if (other === NONE || graph.isInPrefix(other, lock)) return;
    const base = this.#choices.count;
    this.#order.look(graph, lock, true);
    for (; other !== NONE && !this.#isBeforeLock(graph, other, lock); other = graph.get(other, BEFORE)) {
      if (!graph.has(other, SETTLED)) this.#choices.offer(other);
    }
    const end = this.#choices.count;
    for (let i = base; i < end && !this.#stopped; i++) {
      const revisited = this.#choices.at(i);
      joinChain(graph, lock, graph.get(revisited, BEFORE));
      if (this.#isRevisitable(graph, revisited, lock)) this.#revisitLock(graph, revisited);
      graph.resetClocks(lock);
      this.#order.added(graph, lock);
    }
    this.#choices.count = base;
  }

  #isBeforeLock(graph: Graph, other: number, lock: number): boolean {
    return this.#order.includesPrefix ? this.#order.isBefore(graph, other) : graph.isInPrefix(other, lock);
  }

  /** Were `revisited` and every event that would be removed added with their canonical option? */
  #isRevisitable(graph: Graph, revisited: number, revisitor: number): boolean {
    for (let event = revisitor - 1; event >= revisited; event--) {
      if (!graph.isInPrefix(event, revisitor) && !this.#choices.isMaximal(graph, event, revisitor)) return false;
    }
    return true;
  }

  #revisitLock(graph: Graph, revisited: number): void {
    const part = this.#restrict(graph, revisited);
    if (this.#enters()) {
      const lock = part.count - 1;
      const waiting = this.#renumbered[revisited] as number;
      this.#settle(part, lock, waiting);
      part.set(lock, FLAGS, part.get(lock, FLAGS) | SETTLED);
      part.place(lock, NONE);
      grant(part, lock, this.#order);
      part.place(waiting, NONE);
      grant(part, waiting, this.#order);
      const thread = part.get(waiting, THREAD);
      part.state[thread] = this.#states.next(part.get(waiting, STATE), 0);
      const wanted = this.#wanted;
      const children = this.#children;
      this.#visit(part);
      this.#wanted = wanted;
      this.#children = children;
    }
    this.#depth--;
  }

  #extendByUnlock(graph: Graph, thread: number): void {
    const location = this.#states.location(graph.state[thread] as number);
    const held = heldLock(graph, thread, location);
    if (held === NONE) {
      throw new ProgramError(
        `thread ${thread} releases lock ${this.#states.addresses[location]}, which it does not hold`,
        thread,
        0,
      );
    }
    const unlock = this.#add(graph, thread, EVENT.unlock, 0);
    this.#complete(graph, thread, 0);
    graph.set(unlock, PARTNER, held);
    graph.set(held, PARTNER, unlock);
    const next = graph.get(held, AFTER);
    if (next !== NONE) grant(graph, next, this.#order);
  }

  /** Empties the tree of local states and finds those of all graphs again. */
  #renewStates(): void {
    this.#states.renew();
    for (let depth = 0; depth <= this.#depth; depth++) findStates(this.#graph(depth), this.#states);
    this.#states.makeRoom();
  }

  #refuseLength(thread: number): never {
    const message =
      `an execution has more than ${this.#eventsMax} events, ` +
      `and thread ${thread} is still running: ${WAIT_INSTEAD}`;
    throw new ProgramError(message, thread, this.#eventsMax);
  }
}
