/** Locks as chains of acquisitions: an acquisition proceeds once the one before it has released. */
import { BEFORE, EVENT, type Graph, KIND, LOCATION, NONE, PARTNER, PREVIOUS, THREAD } from "./graph.ts";
import type { Order } from "./order.ts";

/** Has the previous holder released the lock? */
export function isGranted(graph: Graph, lock: number): boolean {
  const before = graph.get(lock, BEFORE);
  return before === NONE || graph.get(before, PARTNER) !== NONE;
}

/** The thread's acquisition of a lock that it has not released, or `NONE`. */
export function heldLock(graph: Graph, thread: number, location: number): number {
  for (
    let at = graph.last[thread] as number;
    at !== NONE && graph.get(at, THREAD) === thread;
    at = graph.get(at, PREVIOUS)
  ) {
    if (graph.get(at, KIND) === EVENT.lock && graph.get(at, LOCATION) === location)
      return graph.get(at, PARTNER) === NONE ? at : NONE;
  }
  return NONE;
}

/** Orders an acquisition after the one before it in the chain, and after its release if there is one. */
export function grant(graph: Graph, lock: number, order: Order): void {
  graph.resetClocks(lock);
  order.added(graph, lock);
  const before = graph.get(lock, BEFORE);
  joinChain(graph, lock, before);
  if (before === NONE) return;
  const release = graph.get(before, PARTNER);
  if (release !== NONE) order.granted(graph, lock, release);
}

/** Puts an acquisition of the lock, and its release if there is one, into the prefix of another; `NONE` for none. */
export function joinChain(graph: Graph, lock: number, before: number): void {
  if (before === NONE) return;
  graph.joinPrefix(lock, before);
  const release = graph.get(before, PARTNER);
  if (release !== NONE) graph.joinPrefix(lock, release);
}
