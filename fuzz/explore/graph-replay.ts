/**
 * Strict replay of an execution graph: runs each thread with the results that the graph gives it, and checks with the
 * axioms of `model/memory` that the model allows the graph. The explorer's own consistency check takes no part.
 */
import { allowed } from "#model/memory/execution.ts";
import { ra } from "#model/memory/ra.ts";
import { lkmm } from "#model/memory/lkmm.ts";
import { sc } from "#model/memory/sc.ts";
import { tso } from "#model/memory/tso.ts";
import { accessNames } from "#fuzz/machine/access-name.ts";
import type { AccessKind } from "#impl/memory/access.ts";
import { performOnWord, succeeds } from "#impl/memory/access-class.ts";
import { isAllowedUnderEs } from "./es-reference.ts";
import type { ExplorerModel } from "./explore.ts";
import type { ExploredProgram } from "./explored-program.ts";
import {
  ACQUIRES,
  EVENT,
  FULL,
  Graph,
  INITIAL,
  KIND,
  LOCATION,
  NONE,
  PAIRED,
  PARTNER,
  PLAIN,
  RELEASES,
  THREAD,
  VALUE,
} from "./graph.ts";
import type { ExecutionGraph, GraphEvent } from "./graph-trace.ts";
import { lkmmExecution } from "./lkmm-execution.ts";
import { LocalStates, STEP } from "./local-states.ts";
import { referenceExecution } from "./reference.ts";
import { type TableModel, tableOptions } from "./table-model.ts";

export type GraphReplay =
  | { readonly kind: "failed"; readonly thread: number; readonly message: string }
  | { readonly kind: "passed" }
  /** The program requests a different access, or the model forbids the graph. */
  | { readonly kind: "diverged"; readonly because: string };

/** The graph events of one trace event: its read or only event, and the write of a read-modify-write. */
interface Placed {
  readonly event: number;
  readonly write: number;
  readonly written: number | undefined;
}

/** Whether the execution recurs and fails. A mismatch is a result, not an error. */
export function replayGraph(
  program: ExploredProgram,
  { events, orders }: ExecutionGraph,
  model: TableModel,
): GraphReplay {
  const options = tableOptions(model);
  const { accesses = "as-written", weakFences = false } = options;
  const states = new LocalStates(program.threads, {
    keepsBarriers: options.model !== "sc",
    accesses,
    weakFences,
    refusesLooking: true,
    meaning: program.meaning,
  });
  const graph = new Graph(program.threads.length, 1);
  const placed = new Map<string, Placed>();
  const made = program.threads.map((_, thread) => {
    graph.state[thread] = states.root(thread);
    return 0;
  });
  for (const event of events) {
    const number = made[event.thread];
    if (number === undefined) return { kind: "diverged", because: `there is no thread ${event.thread}` };
    made[event.thread] = number + 1;
    const name = `${event.thread}.${number}`;
    const because = perform(graph, states, event, name, placed);
    if (because !== undefined) return { kind: "diverged", because: `${name}: ${because}` };
  }
  const because = relate(graph, states, program, events, orders, placed);
  if (because !== undefined) return { kind: "diverged", because };
  const memoryModel = options.model ?? "sc";
  if (!isAllowed(graph, states, memoryModel))
    return { kind: "diverged", because: `${memoryModel} does not allow the graph` };
  for (let thread = 0; thread < program.threads.length; thread++) {
    const state = graph.state[thread] as number;
    if (states.step(state) === STEP.failed) return { kind: "failed", thread, message: states.message(state) };
  }
  return { kind: "passed" };
}

/** Do the axioms of the model allow the graph? */
function isAllowed(graph: Graph, states: LocalStates, model: ExplorerModel): boolean {
  switch (model) {
    case "es":
      return isAllowedUnderEs(graph);
    case "lkmm":
      return allowed(lkmmExecution(graph, states), lkmm);
    default:
      return allowed(referenceExecution(graph, states), { sc, tso, ra }[model]);
  }
}

/** Lets a thread make its next access, which must be this one. */
function perform(
  graph: Graph,
  states: LocalStates,
  { thread, access, word, read, written }: GraphEvent,
  name: string,
  placed: Map<string, Placed>,
): string | undefined {
  const state = graph.state[thread] as number;
  const step = states.step(state);
  if (step <= STEP.failed) return `the thread has ended, and the graph has it go on with ${access}`;
  const kind = states.kind(state);
  const requested = states.addresses[states.location(state)];
  if (accessNames[kind] !== access || (step !== STEP.fence && requested !== word))
    return (
      `the thread asks for ${accessNames[kind]} of ${requested ?? "nothing"}, ` +
      `and the graph has ${access} of ${word ?? "nothing"}`
    );
  const flags = states.flags(state);
  graph.reach(states.location(state) + 1);
  const add = (eventKind: number, own: number): number =>
    graph.add(thread, eventKind, Math.max(0, states.location(state)), own);
  let result = 0;
  if (step === STEP.read || step === STEP.wait || step === STEP.update) {
    if (read === undefined) return "the graph does not record what it reads";
    const outcome =
      step === STEP.update ? update(kind, read.value, states.operand(state), states.expected(state)) : undefined;
    if (outcome?.written !== written)
      return `it would write ${outcome?.written ?? "nothing"}, and the graph has ${written ?? "nothing"}`;
    const writes = outcome?.written !== undefined;
    const acquires = step !== STEP.update || writes || states.failuresAcquire ? flags & ACQUIRES : 0;
    const event = add(EVENT.read, (flags & PLAIN) | acquires | (writes ? PAIRED | (flags & FULL) : 0));
    graph.set(event, VALUE, read.value);
    let write = NONE;
    if (writes) {
      write = add(EVENT.write, PAIRED | (flags & (RELEASES | FULL)));
      graph.set(write, VALUE, written ?? 0);
      graph.set(write, PARTNER, event);
      graph.set(event, PARTNER, write);
    }
    placed.set(name, { event, write, written });
    result = outcome?.result ?? read.value;
  } else if (step === STEP.write) {
    if (written !== states.operand(state))
      return `it writes ${states.operand(state)}, and the graph has ${written ?? "nothing"}`;
    const event = add(EVENT.write, flags & (RELEASES | PLAIN));
    graph.set(event, VALUE, written);
    placed.set(name, { event, write: event, written });
  } else {
    const event = add(step === STEP.fence ? EVENT.fence : step === STEP.lock ? EVENT.lock : EVENT.unlock, flags);
    placed.set(name, { event, write: event, written: undefined });
  }
  graph.state[thread] = states.next(state, result);
  return undefined;
}

/** The effect of a read-modify-write on the value it finds, by the machine's own definition of the access. */
function update(
  kind: AccessKind,
  found: number,
  operand: number,
  expected: number,
): { readonly result: number; readonly written: number | undefined } {
  const words = new Int32Array([found]);
  const result = performOnWord(words, kind, 0, operand, expected);
  return { result, written: succeeds(kind, found, expected) ? words[0] : undefined };
}

/** Gives the reads their sources and the writes their places. */
function relate(
  graph: Graph,
  states: LocalStates,
  program: ExploredProgram,
  events: readonly GraphEvent[],
  orders: ExecutionGraph["orders"],
  placed: ReadonlyMap<string, Placed>,
): string | undefined {
  const made = new Map<number, number>();
  const ordered = new Set<number>();
  for (const { word, events: names } of orders) {
    for (const name of names) {
      const one = placed.get(name);
      if (one === undefined || one.write === NONE) return `the order of ${word} has ${name}, which writes nothing`;
      if (states.addresses[graph.get(one.write, LOCATION)] !== word || ordered.has(one.write))
        return `the order of ${word} has ${name}, which does not belong there`;
      ordered.add(one.write);
      graph.place(one.write, NONE);
      if (graph.get(one.write, KIND) === EVENT.lock) pairWithUnlock(graph, one.write);
    }
  }
  for (const { thread, read, word } of events) {
    const number = made.get(thread) ?? 0;
    made.set(thread, number + 1);
    const own = placed.get(`${thread}.${number}`);
    if (own === undefined) continue;
    const kind = own.write === NONE ? NONE : graph.get(own.write, KIND);
    if ((kind === EVENT.write || kind === EVENT.lock) && !ordered.has(own.write))
      return `${thread}.${number} is in no order`;
    if (read === undefined) continue;
    const source = read.from === "initial" ? undefined : placed.get(read.from);
    if (read.from !== "initial" && source?.written === undefined)
      return `${thread}.${number} reads from ${read.from}, which writes nothing`;
    const value = source === undefined ? (program.initial?.get(word ?? 0) ?? 0) : source.written;
    if (value !== read.value) return `${thread}.${number} reads ${read.value} from ${read.from}, which is ${value}`;
    graph.link(own.event, source === undefined ? INITIAL : source.write);
  }
  return undefined;
}

/** An acquisition and the next release of its lock by the same thread belong together. */
function pairWithUnlock(graph: Graph, lock: number): void {
  for (let event = lock + 1; event < graph.count; event++) {
    const isOwn =
      graph.get(event, THREAD) === graph.get(lock, THREAD) && graph.get(event, LOCATION) === graph.get(lock, LOCATION);
    if (!isOwn || graph.get(event, KIND) !== EVENT.unlock) continue;
    graph.set(lock, PARTNER, event);
    graph.set(event, PARTNER, lock);
    return;
  }
}
