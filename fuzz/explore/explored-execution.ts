import type { Address } from "#impl/memory/access.ts";
import {
  AFTER,
  BLOCKED,
  EVENT,
  FLAGS,
  type Graph,
  KIND,
  LOCATION,
  NONE,
  POSITION,
  SOURCE,
  THREAD,
  VALUE,
} from "./graph.ts";
import type { LocalStates } from "./local-states.ts";

/** A view of one execution's graph, valid while the explorer is at it. */
export class Execution {
  readonly states: LocalStates;
  readonly threads: number;
  #graph: Graph | undefined;

  constructor(states: LocalStates, threads: number) {
    this.states = states;
    this.threads = threads;
  }

  show(graph: Graph): void {
    this.#graph = graph;
  }

  get graph(): Graph {
    if (this.#graph === undefined) throw new Error("there is no execution to look at");
    return this.#graph;
  }

  get eventCount(): number {
    return this.graph.count;
  }

  /** The final value of the word at `address`; undefined if no thread writes it. */
  finalValue(address: Address): number | undefined {
    const { graph } = this;
    const location = this.states.addresses.indexOf(address);
    if (location === -1 || location >= graph.locations) return undefined;
    const write = graph.final[location] as number;
    return write === NONE || graph.get(write, KIND) !== EVENT.write ? undefined : graph.get(write, VALUE);
  }

  /** The values that a thread's reads found, in program order. */
  valuesRead(thread: number): number[] {
    const { graph } = this;
    const values: number[] = [];
    for (let event = 0; event < graph.count; event++) {
      if (graph.get(event, THREAD) === thread && graph.get(event, KIND) === EVENT.read)
        values.push(graph.get(event, VALUE));
    }
    return values;
  }

  /**
   * The execution as a string that does not depend on how it was found: equal for equal program order, reads-from and
   * coherence.
   *
   * The events of each thread, each read with its source as `thread.position`; then the coherence order of each word.
   */
  canonical(): string {
    return `${this.#threadTexts()}#${this.#orderTexts([EVENT.write, EVENT.lock])}`;
  }

  /** The same for a model without coherence: equal for equal program order, reads-from and orders of acquisitions. */
  canonicalWithoutCoherence(): string {
    return `${this.#threadTexts()}#${this.#orderTexts([EVENT.lock])}`;
  }

  #threadTexts(): string {
    const { graph } = this;
    const threads: string[] = Array.from({ length: this.threads }, () => "");
    for (let event = 0; event < graph.count; event++) {
      const thread = graph.get(event, THREAD);
      const kind = graph.get(event, KIND);
      const address = kind === EVENT.fence ? "" : this.states.addresses[graph.get(event, LOCATION)];
      let text = `${"RWFLU"[kind]}${address}`;
      if (kind === EVENT.read) {
        const blocked = (graph.get(event, FLAGS) & BLOCKED) === 0 ? "" : "!";
        text += `=${graph.get(event, VALUE)}<${this.#name(graph.get(event, SOURCE))}${blocked}`;
      }
      if (kind === EVENT.write) text += `=${graph.get(event, VALUE)}`;
      threads[thread] += `${text};`;
    }
    return threads.join("|");
  }

  #orderTexts(kinds: readonly number[]): string {
    const { graph } = this;
    const orders: string[] = [];
    for (let location = 0; location < graph.locations; location++) {
      let order = "";
      for (let event = graph.first[location] as number; event !== NONE; event = graph.get(event, AFTER))
        if (kinds.includes(graph.get(event, KIND))) order += `${this.#name(event)},`;
      if (order !== "") orders.push(`${this.states.addresses[location]}:${order}`);
    }
    return orders.toSorted().join("|");
  }

  #name(event: number): string {
    const { graph } = this;
    return event < 0 ? "i" : `${graph.get(event, THREAD)}.${graph.get(event, POSITION)}`;
  }
}
