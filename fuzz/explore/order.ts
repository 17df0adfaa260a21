import type { Graph } from "./graph.ts";

/**
 * A memory model as the explorer needs it: what must come before an event that is being added.
 *
 * An event is always added last of its thread, and nothing is ordered after it but by the choice that is made for it: a
 * read comes before the writes that overwrite what it read, a write before those that follow it in coherence order. So
 * a choice is consistent if none of these writes must come before the event. The writes of a location that must are the
 * first ones of its coherence order, up to one of them.
 *
 * Where that last sentence is not so, because what must come before a read depends on what it reads, `look` and
 * `isBefore` say what can be said of all choices, and `isConsistent` decides each one.
 */
export interface Order {
  /** Rows of clocks an event has under this model, its prefix included. */
  readonly clocks: number;
  /** Whether what must come before a read-modify-write may differ according to whether it succeeds. */
  readonly distinguishesUpdates: boolean;
  /** Whether an event's prefix must come before it: then no walk is needed where one write is known to precede. */
  readonly includesPrefix: boolean;
  /**
   * Finds out what must come before `event`, an event without successors. Its own source and place are not chosen.
   *
   * @param drains the event is part of a read-modify-write that succeeds
   */
  look(graph: Graph, event: number, drains: boolean): void;
  /** Must `write`, of the location of the event looked at, or a read of its value, come before the event? */
  isBefore(graph: Graph, write: number): boolean;
  /**
   * Is the graph consistent in which `event`, without successors, has the source and flags, or the place, that it has
   * now? All else is consistent. Never asked of the last choice in coherence order, which always is.
   */
  isConsistent?(graph: Graph, event: number): boolean;
  /**
   * Does the model allow a graph that is done, complete or not? For what cannot be decided event by event; a graph that
   * is refused is not an execution.
   */
  isAllowed?(graph: Graph): boolean;
  /** An event was added and its flags are set. */
  added(graph: Graph, event: number): void;
  /** A read has got its source. */
  linked(graph: Graph, read: number): void;
  /** A lock event comes after `release`, an UNLOCK. */
  granted(graph: Graph, lock: number, release: number): void;
}
