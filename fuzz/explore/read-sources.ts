/** The sources of a read: the value it finds at each, and how it is linked to one. */
import { waitIsOver } from "#impl/memory/access-class.ts";
import {
  ACQUIRES,
  BLOCKED,
  FLAGS,
  FULL,
  type Graph,
  INITIAL,
  LOCATION,
  PAIRED,
  PLAIN,
  SETTLED,
  STATE,
  THREAD,
  VALUE,
} from "./graph.ts";
import { type LocalStates, STEP } from "./local-states.ts";
import type { Order } from "./order.ts";

/** In place of a source: a wait goes on whatever its word holds. Later writes may still end it. */
export const WAITS_ON = -3;

export class ReadSources {
  readonly #order: Order;
  readonly #states: LocalStates;
  readonly #initial: (address: number) => number;
  #initialValues = new Int32Array(16);
  #initialKnown = 0;

  /** @param initial the initial value of the word at an address */
  constructor(order: Order, states: LocalStates, initial: (address: number) => number) {
    this.#order = order;
    this.#states = states;
    this.#initial = initial;
  }

  /** The value that `read` finds if it reads from `source`. */
  valueOf(graph: Graph, read: number, source: number): number {
    return source === INITIAL ? this.#initialValue(graph.get(read, LOCATION)) : graph.get(source, VALUE);
  }

  /** Is the wait that `read` belongs to over if it reads from `source`? */
  isOver(graph: Graph, read: number, source: number): boolean {
    const state = graph.get(read, STATE);
    const states = this.#states;
    return waitIsOver(
      states.kind(state),
      this.valueOf(graph, read, source),
      states.expected(state),
      states.operand(state),
    );
  }

  /** Is the read part of a read-modify-write that writes if it reads from `source`? */
  wouldWrite(graph: Graph, read: number, source: number): boolean {
    const state = graph.get(read, STATE);
    const states = this.#states;
    return states.step(state) === STEP.update && states.writesAt(state, this.valueOf(graph, read, source));
  }

  /** Links a read to a source and sets its flags, to examine the graph: its thread does not advance. */
  link(graph: Graph, read: number, source: number): void {
    const states = this.#states;
    graph.link(read, source);
    const state = graph.get(read, STATE);
    let flags = graph.get(read, FLAGS) & ~(BLOCKED | PAIRED | FULL);
    if (states.step(state) === STEP.wait && !this.isOver(graph, read, source)) flags |= BLOCKED;
    if (this.wouldWrite(graph, read, source)) flags |= PAIRED | (states.flags(state) & FULL);
    graph.set(read, FLAGS, flags);
  }

  /** Gives a read its source, or `WAITS_ON`; its clocks are those of program order. Advances its thread. */
  set(graph: Graph, read: number, source: number): void {
    if (source === WAITS_ON) {
      graph.link(read, INITIAL);
      graph.set(read, VALUE, this.valueOf(graph, read, INITIAL));
      graph.set(read, FLAGS, (graph.get(read, FLAGS) & SETTLED) | BLOCKED);
      graph.state[graph.get(read, THREAD)] = graph.get(read, STATE);
      return;
    }
    const states = this.#states;
    const thread = graph.get(read, THREAD);
    const state = graph.get(read, STATE);
    const step = states.step(state);
    const found = this.valueOf(graph, read, source);
    graph.link(read, source);
    graph.set(read, VALUE, found);
    if (source !== INITIAL) graph.joinPrefix(read, source);
    if (step === STEP.read) {
      this.#order.linked(graph, read);
      graph.state[thread] = states.next(state, found);
      return;
    }
    const requested = states.flags(state);
    let flags = (graph.get(read, FLAGS) & SETTLED) | (requested & (ACQUIRES | PLAIN));
    let goesOn = true;
    let result = found;
    if (step === STEP.wait) {
      goesOn = this.isOver(graph, read, source);
      if (!goesOn) flags |= BLOCKED;
    } else if (this.wouldWrite(graph, read, source)) {
      flags |= PAIRED | (requested & FULL);
      result = states.found(state, found);
    } else if (!states.failuresAcquire) {
      flags &= ~ACQUIRES;
    }
    graph.set(read, FLAGS, flags);
    this.#order.linked(graph, read);
    graph.state[thread] = goesOn ? states.next(state, result) : state;
  }

  #initialValue(location: number): number {
    while (this.#initialKnown <= location) {
      const next = this.#initialKnown++;
      if (next === this.#initialValues.length) {
        const larger = new Int32Array(next * 2);
        larger.set(this.#initialValues);
        this.#initialValues = larger;
      }
      this.#initialValues[next] = this.#initial(this.#states.addresses[next] as number);
    }
    return this.#initialValues[location] as number;
  }
}
