import type { Graph } from "./graph.ts";

/**
 * A memory model as the explorer needs it: it determines what must come before an event being added.
 *
 * An event is always added last in its thread, and only the choice made for it orders anything after it: a read comes
 * before the writes that overwrite its source, a write before those that follow it in coherence order. So a choice is
 * consistent if none of these writes must come before the event. The writes of a location that must come before it form
 * a prefix of its coherence order.
 *
 * Where this fails, because what must come before a read depends on what it reads, `look` and `isBefore` cover what
 * holds for all choices, and `isConsistent` decides each one.
 */
export interface Order {
  /** Rows of clocks an event has under this model, its prefix included. */
  readonly clocks: number;
  /** Whether what must come before a read-modify-write depends on its success. */
  readonly distinguishesUpdates: boolean;
  /** Whether an event's prefix must come before it: then no walk is needed if a write is known to precede it. */
  readonly includesPrefix: boolean;
  /**
   * Determines what must come before `event`, an event without successors. Its own source and place are not chosen.
   *
   * @param drains the event is part of a read-modify-write that succeeds
   */
  look(graph: Graph, event: number, drains: boolean): void;
  /** Must `write`, at the location of the current event, or a read from it, come before the event? */
  isBefore(graph: Graph, write: number): boolean;
  /**
   * Is the graph consistent if `event`, without successors, has its present source and flags, or place? All else is
   * consistent. Never called for the last choice in coherence order, which is always consistent.
   */
  isConsistent?(graph: Graph, event: number): boolean;
  /**
   * Does the model allow a finished graph, complete or blocked? For what cannot be decided event by event; a refused
   * graph is not an execution.
   */
  isAllowed?(graph: Graph): boolean;
  /** Called when an event was added and its flags are set. */
  added(graph: Graph, event: number): void;
  /** Called when a read has its source. */
  linked(graph: Graph, read: number): void;
  /** Called when a lock event comes after `release`, an UNLOCK. */
  granted(graph: Graph, lock: number, release: number): void;
}
