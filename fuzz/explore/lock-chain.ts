/** Locks as chains of acquisitions: an acquisition goes on once the one before it has released. */
import { BEFORE, EVENT, type Graph, KIND, LOCATION, NONE, PARTNER, PREVIOUS, THREAD } from "./graph.ts";

/** Has the lock been released by whoever had it before? */
export function isGranted(graph: Graph, lock: number): boolean {
  const before = graph.get(lock, BEFORE);
  return before === NONE || graph.get(before, PARTNER) !== NONE;
}

/** The acquisition of a lock that the thread has not released, or `NONE`. */
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
