/**
 * Happens-before of ECMAScript: program order, sequentially consistent reads from sequentially consistent writes, and
 * locks. The axioms are in `model/memory/es.ts`.
 *
 * A plain access is unordered; every other access is an operation of Atomics and sequentially consistent, as on real
 * threads. Events are added without successors, so the happens-before of an event never changes once its source is
 * chosen, and one row of clocks holds it. `EsChoices` chooses the options of an event: racing plain writes have no
 * order.
 */
import { BLOCKED, EVENT, type Graph, KIND, NONE, PLAIN, POSITION, PREVIOUS, SOURCE, THREAD } from "./graph.ts";
import { ProgramError } from "./local-states.ts";
import type { Order } from "./order.ts";

/** Row of clocks after the prefix: how many events of each thread happen before this one, itself included. */
const KNOWN = 1;

export class EsOrder implements Order {
  readonly clocks = 2;
  readonly distinguishesUpdates = false;
  readonly includesPrefix = false;

  look(): void {}

  isBefore(): boolean {
    return false;
  }

  added(graph: Graph, event: number): void {
    const thread = graph.get(event, THREAD);
    if (graph.get(event, KIND) === EVENT.fence) {
      throw new ProgramError(
        `thread ${thread} asks for a barrier, which JavaScript has none of: use an operation of Atomics`,
        thread,
        graph.get(event, POSITION),
      );
    }
    graph.rows[clockOf(graph, event) + thread] = graph.get(event, POSITION) + 1;
  }

  linked(graph: Graph, read: number): void {
    const source = graph.get(read, SOURCE);
    if (source >= 0 && !graph.has(read, BLOCKED) && synchronizes(graph, source, read)) join(graph, read, source);
  }

  granted(graph: Graph, lock: number, release: number): void {
    join(graph, lock, release);
  }
}

export function isSeqCst(graph: Graph, event: number): boolean {
  return !graph.has(event, PLAIN);
}

/** Does a write synchronize with a read that reads from it? */
export function synchronizes(graph: Graph, write: number, read: number): boolean {
  return isSeqCst(graph, write) && isSeqCst(graph, read);
}

/** Does `event` happen before `later`, or is it the same? `NONE` has nothing before it. */
export function happensBefore(graph: Graph, event: number, later: number): boolean {
  if (later === NONE) return false;
  const { rows, stride } = graph;
  const row = event * stride;
  return (rows[clockOf(graph, later) + (rows[row + THREAD] as number)] as number) > (rows[row + POSITION] as number);
}

/** Does `event` happen before `later` by what the thread of `later` knew before it? */
export function happensBeforeByThread(graph: Graph, event: number, later: number): boolean {
  return happensBefore(graph, event, graph.get(later, PREVIOUS));
}

function clockOf({ stride, prefix, width }: Graph, event: number): number {
  return event * stride + prefix + KNOWN * width;
}

function join(graph: Graph, event: number, source: number): void {
  const { rows, width } = graph;
  const into = clockOf(graph, event);
  const from = clockOf(graph, source);
  for (let i = 0; i < width; i++) {
    const value = rows[from + i] as number;
    if (value > (rows[into + i] as number)) rows[into + i] = value;
  }
}
