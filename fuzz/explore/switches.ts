/**
 * The cost of a graph to a scheduler: the fewest preemptions, or the fewest delays, over all its linearisations.
 *
 * A preemption switches away from a thread that could go on. A delay makes a fixed scheduler (keep to the thread until
 * it waits or ends, then take the next one in the order of threads) pass over a thread that it would have run. Bounded
 * searches visit all executions with at most so many: Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007;
 * Emmi, Qadeer and Rakamarić, "Delay-bounded scheduling", POPL 2011.
 *
 * A thread could go on unless its next step takes a held lock, or is a wait that is not over. A graph in which another
 * thread goes first reflects the scheduler's decision.
 *
 * The minimum is over sets of events that a linearisation may have done, with the thread that ran last: O(threads²)
 * for each, and their number is at most the product of the threads' lengths.
 */
import type { Address } from "#impl/memory/access.ts";
import { waitIsOver } from "#impl/memory/access-class.ts";
import type { Execution } from "./explored-execution.ts";
import type { ExploredProgram } from "./explored-program.ts";
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
  STATE,
  THREAD,
  VALUE,
} from "./graph.ts";
import { type LocalStates, STEP } from "./local-states.ts";

/** The kind of switch that is counted. */
export type SwitchKind = "preemptions" | "delays";

/** The fewest preemptions or delays of any linearisation of a complete execution under sc. */
export function cheapestLinearisation(
  { graph, states }: Pick<Execution, "graph" | "states">,
  initial: ExploredProgram["initial"],
  kind: SwitchKind,
): number {
  const order = new StepOrder(graph, states, initial ?? new Map());
  const { width } = graph;
  interface Cut {
    /** Number of steps that each thread has made. */
    readonly done: readonly number[];
    /** Lowest cost to get here, by the thread that stepped last; the last entry is for no step yet. */
    readonly costs: number[];
  }
  const start: Cut = { done: repeated(0, width), costs: [...repeated(Infinity, width), 0] };
  let level: Cut[] = [start];
  for (let left = order.count; left > 0; left--) {
    const next = new Map<string, Cut>();
    for (const { done, costs } of level) {
      const able = Array.from({ length: width }, (_, thread) => order.couldGoOn(thread, done));
      for (let thread = 0; thread < width; thread++) {
        if (!order.mayGo(thread, done)) continue;
        let cheapest = Infinity;
        for (const [last, cost] of costs.entries())
          cheapest = Math.min(cheapest, cost + switchCost(kind, able, last, thread));
        const after = done.with(thread, (done[thread] as number) + 1);
        const key = after.join();
        let cut = next.get(key);
        if (cut === undefined) {
          cut = { done: after, costs: repeated(Infinity, width + 1) };
          next.set(key, cut);
        }
        cut.costs[thread] = Math.min(cut.costs[thread] ?? Infinity, cheapest);
      }
    }
    level = [...next.values()];
  }
  return Math.min(...level.flatMap(({ costs }) => costs));
}

/** @param able which threads could go on */
function switchCost(kind: SwitchKind, able: readonly boolean[], last: number, thread: number): number {
  if (last === thread) return 0;
  const width = able.length;
  if (kind === "preemptions") return last < width && able[last] === true ? 1 : 0;
  let passed = 0;
  for (let at = last % width; at !== thread; at = (at + 1) % width) if (able[at] === true) passed++;
  return passed;
}

/** A step of a thread; a read-modify-write is one. */
interface Step {
  /** Its first event. */
  readonly event: number;
  /** How many steps of each thread the graph has before it. */
  readonly needs: number[];
}

class StepOrder {
  readonly count: number;
  readonly #graph: Graph;
  readonly #states: LocalStates;
  readonly #initial: ReadonlyMap<Address, number>;
  readonly #lines: Step[][];
  /** Steps of its thread up to each event, itself included. */
  readonly #place: number[] = [];

  constructor(graph: Graph, states: LocalStates, initial: ReadonlyMap<Address, number>) {
    const { width, count } = graph;
    this.#graph = graph;
    this.#states = states;
    this.#initial = initial;
    this.#lines = Array.from({ length: width }, () => []);
    for (let event = 0; event < count; event++) {
      const line = this.#line(event);
      const isSecondHalf = graph.get(event, KIND) === EVENT.write && graph.has(event, PAIRED);
      if (!isSecondHalf) line.push({ event, needs: repeated(0, width) });
      this.#place.push(line.length);
    }
    for (let event = 0; event < count; event++) {
      const step = this.#line(event)[(this.#place[event] as number) - 1];
      for (const before of directlyBefore(graph, event)) {
        const other = graph.get(before, THREAD);
        if (step !== undefined)
          step.needs[other] = Math.max(
            step.needs[other] as number,
            other === graph.get(event, THREAD) ? 0 : (this.#place[before] as number),
          );
      }
    }
    this.count = this.#lines.reduce((sum, line) => sum + line.length, 0);
  }

  /** Does the graph let the thread make its next step? */
  mayGo(thread: number, done: readonly number[]): boolean {
    const step = this.#lines[thread]?.[done[thread] as number];
    return step !== undefined && step.needs.every((needed, other) => (done[other] as number) >= needed);
  }

  /** Does the thread have a next step, and nothing to wait for? */
  couldGoOn(thread: number, done: readonly number[]): boolean {
    const step = this.#lines[thread]?.[done[thread] as number];
    if (step === undefined) return false;
    const graph = this.#graph;
    const states = this.#states;
    const location = graph.get(step.event, LOCATION);
    if (graph.get(step.event, KIND) === EVENT.lock) {
      const holder = this.#lastDone(location, done);
      return holder === NONE || this.#isDone(graph.get(holder, PARTNER), done);
    }
    const state = graph.get(step.event, STATE);
    if (states.step(state) !== STEP.wait) return true;
    const write = this.#lastDone(location, done);
    const value =
      write === NONE ? (this.#initial.get(states.addresses[location] as number) ?? 0) : graph.get(write, VALUE);
    return waitIsOver(states.kind(state), value, states.expected(state), states.operand(state));
  }

  #line(event: number): Step[] {
    return this.#lines[this.#graph.get(event, THREAD)] ?? [];
  }

  #isDone(event: number, done: readonly number[]): boolean {
    return event !== NONE && (done[this.#graph.get(event, THREAD)] as number) >= (this.#place[event] as number);
  }

  /** The last write, or acquisition, of a word among those that are done. */
  #lastDone(location: number, done: readonly number[]): number {
    const graph = this.#graph;
    let last = NONE;
    for (
      let event = graph.first[location] as number;
      event !== NONE && this.#isDone(event, done);
      event = graph.get(event, AFTER)
    )
      last = event;
    return last;
  }
}

/** Events right before `event` by reads-from, coherence, from-reads, or the order of a lock's critical sections. */
function* directlyBefore(graph: Graph, event: number): Generator<number> {
  switch (graph.get(event, KIND)) {
    case EVENT.read: {
      const source = graph.get(event, SOURCE);
      if (source !== INITIAL) yield source;
      return;
    }
    case EVENT.write: {
      const before = graph.get(event, BEFORE);
      if (before !== NONE) yield before;
      let reader =
        before === NONE ? (graph.firstReader[graph.get(event, LOCATION)] as number) : graph.get(before, FIRST_READER);
      for (; reader !== NONE; reader = graph.get(reader, NEXT_READER))
        if (reader !== graph.get(event, PARTNER)) yield reader;
      return;
    }
    case EVENT.lock: {
      const before = graph.get(event, BEFORE);
      if (before !== NONE && graph.get(before, PARTNER) !== NONE) yield graph.get(before, PARTNER);
      return;
    }
    default:
  }
}

function repeated(value: number, length: number): number[] {
  return Array.from({ length }, () => value);
}
