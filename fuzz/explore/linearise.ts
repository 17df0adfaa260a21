/**
 * An order of a graph's events in which each read finds the value that it has in the graph. Under sequential
 * consistency every graph has one.
 *
 * Stays with a thread for as long as possible, so that the schedule has few context switches. O(events · threads),
 * plus the readers of each write. Buffers are kept between calls.
 */
import {
  AFTER,
  BEFORE,
  EVENT,
  FIRST_READER,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NEXT_READER,
  NONE,
  PAIRED,
  PARTNER,
  SOURCE,
  THREAD,
} from "./graph.ts";

export class Linearisation {
  /** The events in order. */
  order = new Int32Array(64);
  count = 0;
  #done = new Uint8Array(64);
  /** The event after each one in its thread, and each thread's first event that is not done. */
  #following = new Int32Array(64);
  #next = new Int32Array(8);
  #last = new Int32Array(8);

  /** @throws Error if the graph has no such order: then it is not consistent under sc */
  of(graph: Graph): void {
    this.#begin(graph);
    const { width } = graph;
    let thread = 0;
    let idle = 0;
    while (this.count < graph.count) {
      const event = this.#next[thread] as number;
      if (event !== NONE && this.#isReady(graph, event)) {
        this.#take(graph, event);
        if (graph.get(event, KIND) === EVENT.read && graph.has(event, PAIRED))
          this.#take(graph, graph.get(event, PARTNER));
        idle = 0;
        continue;
      }
      if (++idle > width) throw new Error("the graph has a cycle: it cannot be made into a schedule");
      thread = (thread + 1) % width;
    }
  }

  #begin(graph: Graph): void {
    const { count, width } = graph;
    if (count > this.order.length) {
      this.order = new Int32Array(count * 2);
      this.#done = new Uint8Array(count * 2);
      this.#following = new Int32Array(count * 2);
    }
    if (width > this.#next.length) {
      this.#next = new Int32Array(width);
      this.#last = new Int32Array(width);
    }
    this.#done.fill(0, 0, count);
    this.#next.fill(NONE);
    this.#last.fill(NONE);
    this.count = 0;
    for (let event = 0; event < count; event++) {
      const thread = graph.get(event, THREAD);
      const last = this.#last[thread] as number;
      if (last === NONE) this.#next[thread] = event;
      else this.#following[last] = event;
      this.#following[event] = NONE;
      this.#last[thread] = event;
    }
  }

  #take(graph: Graph, event: number): void {
    this.#done[event] = 1;
    this.order[this.count++] = event;
    this.#next[graph.get(event, THREAD)] = this.#following[event] as number;
  }

  #isDone(event: number): boolean {
    return event < 0 || this.#done[event] === 1;
  }

  #isReady(graph: Graph, event: number): boolean {
    switch (graph.get(event, KIND)) {
      case EVENT.read: {
        const source = graph.get(event, SOURCE);
        if (!this.#isDone(source)) return false;
        return !graph.has(event, PAIRED) || this.#mayWrite(graph, graph.get(event, PARTNER), event);
      }
      case EVENT.write:
        return this.#mayWrite(graph, event, NONE);
      case EVENT.lock: {
        // An acquisition that is never granted blocks no other event, and comes where its thread is.
        const before = graph.get(event, BEFORE);
        if (before === NONE) return true;
        const release = graph.get(before, PARTNER);
        return release === NONE ? this.#isDone(before) : this.#isDone(release);
      }
      default:
        return true;
    }
  }

  /** Are the preceding write, and all of its readers but `reader`, done? */
  #mayWrite(graph: Graph, write: number, reader: number): boolean {
    const before = graph.get(write, BEFORE);
    if (!this.#isDone(before)) return false;
    let other =
      before === NONE ? (graph.firstReader[graph.get(write, LOCATION)] as number) : graph.get(before, FIRST_READER);
    for (; other !== NONE; other = graph.get(other, NEXT_READER))
      if (other !== reader && this.#done[other] === 0) return false;
    return true;
  }
}

/** Does the read, whose wait is not over, find the final value of its word? */
export function readsLast(graph: Graph, read: number): boolean {
  const source = graph.get(read, SOURCE);
  return source === INITIAL ? graph.first[graph.get(read, LOCATION)] === NONE : graph.get(source, AFTER) === NONE;
}
