/** Orders of all or some of a graph's events that respect program order, reads-from and locks: every graph has one. */
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
  PARTNER,
  PAIRED,
  SOURCE,
  THREAD,
} from "./graph.ts";

/**
 * Respects coherence and from-reads as far as possible, and stays with a thread for as long as possible. O(events²).
 *
 * @param isWanted whether the event is wanted: order is respected between such events only
 * @param isStrict whether coherence and from-reads of the event's word must be respected, too
 * @returns undefined if there is no such order
 */
export function weakOrder(
  graph: Graph,
  isWanted: (event: number) => boolean,
  isStrict: (event: number) => boolean,
): number[] | undefined {
  const queues: number[][] = Array.from({ length: graph.width }, () => []);
  const done = new Uint8Array(graph.count).fill(1);
  let wanted = 0;
  for (let event = 0; event < graph.count; event++) {
    if (!isWanted(event)) continue;
    queues[graph.get(event, THREAD)]?.push(event);
    done[event] = 0;
    wanted++;
  }
  const at = queues.map(() => 0);
  const order: number[] = [];
  const isDone = (event: number): boolean => event < 0 || done[event] === 1;
  const readersDone = (first: number, but: number): boolean => {
    for (let reader = first; reader !== NONE; reader = graph.get(reader, NEXT_READER))
      if (reader !== but && !isDone(reader)) return false;
    return true;
  };
  const mayWrite = (write: number, reader: number): boolean => {
    const before = graph.get(write, BEFORE);
    const first =
      before === NONE ? (graph.firstReader[graph.get(write, LOCATION)] as number) : graph.get(before, FIRST_READER);
    return isDone(before) && readersDone(first, reader);
  };
  const isReady = (event: number, strictly: boolean): boolean => {
    const keeps = strictly || isStrict(event);
    switch (graph.get(event, KIND)) {
      case EVENT.read: {
        if (!isDone(graph.get(event, SOURCE))) return false;
        const partner = graph.has(event, PAIRED) ? graph.get(event, PARTNER) : NONE;
        return partner === NONE || !keeps || mayWrite(partner, event);
      }
      case EVENT.write:
        return !keeps || graph.has(event, PAIRED) || mayWrite(event, NONE);
      case EVENT.lock: {
        const before = graph.get(event, BEFORE);
        if (before === NONE) return true;
        const release = graph.get(before, PARTNER);
        return isDone(release === NONE ? before : release);
      }
      default:
        return true;
    }
  };
  let thread = 0;
  while (order.length < wanted) {
    const next = find(true) ?? find(false);
    if (next === undefined) return undefined;
    done[next] = 1;
    order.push(next);
    thread = graph.get(next, THREAD);
    at[thread] = (at[thread] as number) + 1;
  }
  return order;

  function find(strictly: boolean): number | undefined {
    for (let i = 0; i < graph.width; i++) {
      const candidate = (thread + i) % graph.width;
      const event = queues[candidate]?.[at[candidate] as number];
      if (event !== undefined && isReady(event, strictly)) return event;
    }
    return undefined;
  }
}

/** Does the read find the final value of its word? */
export function readsLastValue(graph: Graph, read: number): boolean {
  const source = graph.get(read, SOURCE);
  return source === INITIAL ? graph.first[graph.get(read, LOCATION)] === NONE : graph.get(source, AFTER) === NONE;
}
