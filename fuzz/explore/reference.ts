/**
 * An execution graph in the form of the memory models of `model/memory`: the reference for the explorer's own
 * incremental check.
 *
 * A lock operation becomes its two events there, a read of the last release and a write. O(events).
 */
import type { MemoryEvent, Tag } from "#model/memory/event.ts";
import type { Execution } from "#model/memory/execution.ts";
import type { Pair } from "#model/memory/relation.ts";
import {
  ACQUIRES,
  AFTER,
  EVENT,
  FLAGS,
  FULL,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NONE,
  PAIRED,
  PARTNER,
  PLAIN,
  RELEASES,
  SOURCE,
  STATE,
  THREAD,
} from "./graph.ts";
import { type LocalStates, STEP } from "./local-states.ts";
import { isGranted } from "./lock-chain.ts";

/** How a model names an event that is a read, a write or a fence; locks have their own names. */
export type NameEvent = (graph: Graph, event: number, states: LocalStates) => Omit<MemoryEvent, "thread" | "variable">;

/** Names events by the orderings in the explorer's flags. */
const byFlags: NameEvent = (graph, event, states) => {
  const kind = graph.get(event, KIND);
  const flags = graph.get(event, FLAGS);
  if (kind === EVENT.fence) return { kind: "F", tag: fenceTag(flags) };
  const half = isHalf(graph, event, states) ? { rmw: true } : {};
  return { kind: kind === EVENT.read ? "R" : "W", tag: accessTag(flags, kind), ...half };
};

/** Is the event half of a read-modify-write, or the read of one that failed? */
export function isHalf(graph: Graph, event: number, states: LocalStates): boolean {
  return graph.get(event, KIND) === EVENT.write
    ? graph.has(event, PAIRED)
    : states.step(graph.get(event, STATE)) === STEP.update;
}

/**
 * The graph as events and relations. Leaves out acquisitions that were not granted and waits that are not over: they
 * order nothing.
 *
 * @param name how to name events; by the explorer's flags by default
 * @param index receives where each event of the graph begins in the execution, -1 for one that is left out
 */
export function referenceExecution(
  graph: Graph,
  states: LocalStates,
  name: NameEvent = byFlags,
  index: number[] = [],
): Execution {
  const events: MemoryEvent[] = [];
  const po: Pair[] = [];
  const rf: Pair[] = [];
  const co: Pair[] = [];
  const rmw: Pair[] = [];
  const variable = (location: number): string => `w${states.addresses[location]}`;
  const initial: number[] = [];
  for (let location = 0; location < graph.locations; location++) {
    initial.push(events.length);
    events.push({ kind: "IW", thread: -1, variable: variable(location) });
  }
  const last = new Map<number, number>();
  const add = (event: MemoryEvent): number => {
    const at = events.length;
    const previous = last.get(event.thread);
    if (previous !== undefined) po.push([previous, at]);
    last.set(event.thread, at);
    events.push(event);
    return at;
  };
  for (let event = 0; event < graph.count; event++) index.push(addEvent(event));
  for (let event = 0; event < graph.count; event++) relate(event);
  return { events, po, rf, co, rmw };

  function addEvent(event: number): number {
    const thread = graph.get(event, THREAD);
    const kind = graph.get(event, KIND);
    if (kind === EVENT.lock && !isGranted(graph, event)) return NONE;
    if (kind === EVENT.fence) return add({ ...name(graph, event, states), thread });
    const at = variable(graph.get(event, LOCATION));
    if (kind === EVENT.lock) {
      const first = add({ kind: "LKR", thread, variable: at });
      rmw.push([first, add({ kind: "LKW", thread, variable: at })]);
      return first;
    }
    if (kind === EVENT.unlock) return add({ kind: "UL", thread, variable: at });
    return add({ ...name(graph, event, states), thread, variable: at });
  }

  function relate(event: number): void {
    const here = index[event] as number;
    const kind = graph.get(event, KIND);
    const location = graph.get(event, LOCATION);
    if (kind === EVENT.read) {
      const source = graph.get(event, SOURCE);
      rf.push([(source === INITIAL ? initial[location] : index[source]) as number, here]);
      if (graph.has(event, PAIRED)) rmw.push([here, index[graph.get(event, PARTNER)] as number]);
    }
    if (kind === EVENT.write) {
      const after = graph.get(event, AFTER);
      if (graph.first[location] === event) co.push([initial[location] as number, here]);
      if (after !== NONE) co.push([here, index[after] as number]);
    }
    if (here === NONE) return;
    if (kind === EVENT.lock) {
      if (graph.first[location] === event) {
        rf.push([initial[location] as number, here]);
        co.push([initial[location] as number, here + 1]);
      }
      const unlock = graph.get(event, PARTNER);
      if (unlock === NONE) return;
      const released = index[unlock] as number;
      co.push([here + 1, released]);
      const next = graph.get(event, AFTER);
      if (next === NONE || index[next] === NONE) return;
      rf.push([released, index[next] as number]);
      co.push([released, (index[next] as number) + 1]);
    }
  }
}

function fenceTag(flags: number): Tag {
  if ((flags & FULL) !== 0) return "Mb";
  return (flags & ACQUIRES) !== 0 ? "Rmb" : "Wmb";
}

function accessTag(flags: number, kind: number): Tag | undefined {
  if ((flags & FULL) !== 0) return "Mb";
  if (kind === EVENT.read && (flags & ACQUIRES) !== 0) return "Acq";
  if (kind === EVENT.write && (flags & RELEASES) !== 0) return "Rel";
  return (flags & PLAIN) !== 0 ? undefined : "Once";
}
