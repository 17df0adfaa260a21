/**
 * An execution graph as plain data: the accesses of each thread, the write that each read took its value from, and the
 * order of the writes of each word. It is the trace of an execution under weak memory that no schedule explains.
 */
import { z } from "zod";
import { accessNames } from "#fuzz/machine/access-name.ts";
import {
  AFTER,
  BLOCKED,
  EVENT,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NONE,
  PAIRED,
  PARTNER,
  SOURCE,
  STATE,
  THREAD,
  VALUE,
} from "./graph.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { isGranted } from "./lock-chain.ts";
import type { LocalStates } from "./local-states.ts";

const count = z.int().nonnegative();

/**
 * An access. Events are named `thread.number`, numbered from 0 within their thread; a read-modify-write is one event.
 */
export const GraphEvent = z.strictObject({
  thread: count,
  access: z.string(),
  /** The word or lock; absent for barriers. */
  word: z.int().optional(),
  read: z
    .strictObject({ value: z.int32(), from: z.string().describe("the event that wrote it, or initial") })
    .optional(),
  written: z.int32().optional(),
});

export const ExecutionGraph = z.strictObject({
  events: z.array(GraphEvent).describe("those of each thread in program order"),
  orders: z
    .array(z.strictObject({ word: z.int(), events: z.array(z.string()) }))
    .describe("writes, or acquisitions, of each word in coherence order"),
});

export type GraphEvent = z.infer<typeof GraphEvent>;
export type ExecutionGraph = z.infer<typeof ExecutionGraph>;

/** The contents of the graph as plain data. */
export function executionGraphOf(graph: Graph, states: LocalStates, threads: number): ExecutionGraph {
  const names = eventNames(graph, threads);
  const nameOf = (event: number): string => (event === INITIAL ? "initial" : (names[event] ?? ""));
  const events: GraphEvent[] = [];
  for (let event = 0; event < graph.count; event++) {
    const kind = graph.get(event, KIND);
    const isUpdate = graph.has(event, PAIRED);
    if ((kind === EVENT.write && isUpdate) || isWaiting(graph, event)) continue;
    const access = accessNames[states.kind(graph.get(event, STATE))] ?? "access";
    const word = kind === EVENT.fence ? undefined : states.addresses[graph.get(event, LOCATION)];
    const written =
      kind === EVENT.write
        ? graph.get(event, VALUE)
        : isUpdate
          ? graph.get(graph.get(event, PARTNER), VALUE)
          : undefined;
    events.push({
      thread: graph.get(event, THREAD),
      access,
      ...(word !== undefined && { word }),
      ...(kind === EVENT.read && { read: { value: graph.get(event, VALUE), from: nameOf(graph.get(event, SOURCE)) } }),
      ...(written !== undefined && { written }),
    });
  }
  const orders: { word: number; events: string[] }[] = [];
  for (let location = 0; location < graph.locations; location++) {
    const inOrder: string[] = [];
    for (let event = graph.first[location] as number; event !== NONE; event = graph.get(event, AFTER))
      if (!isWaiting(graph, event)) inOrder.push(nameOf(event));
    if (inOrder.length > 0) orders.push({ word: states.addresses[location] as number, events: inOrder });
  }
  return {
    events: events.toSorted((one, other) => one.thread - other.thread),
    orders: orders.toSorted((one, other) => one.word - other.word),
  };
}

/** Has the event not happened: is it a wait that is not over, or an acquisition of a held lock? */
function isWaiting(graph: Graph, event: number): boolean {
  return graph.get(event, KIND) === EVENT.lock ? !isGranted(graph, event) : graph.has(event, BLOCKED);
}

function eventNames(graph: Graph, threads: number): string[] {
  const made = Array.from({ length: threads }, () => 0);
  const names: string[] = [];
  for (let event = 0; event < graph.count; event++) {
    const thread = graph.get(event, THREAD);
    const isSecondHalf = graph.get(event, KIND) === EVENT.write && graph.has(event, PAIRED);
    const number = (made[thread] as number) - (isSecondHalf ? 1 : 0);
    names.push(`${thread}.${number}`);
    if (!isSecondHalf) made[thread] = number + 1;
  }
  return names;
}

/**
 * The graph as text: one line per event, each read with its source. An event is named by its thread and its number
 * there.
 */
export function graphLines(
  { events, orders }: ExecutionGraph,
  { threadNames = [], wordName = String }: Pick<ExploredProgram, "threadNames" | "wordName"> = {},
): string[] {
  const named = (event: string): string => {
    const [thread = "", number = ""] = event.split(".");
    return `${threadNames[Number(thread)] ?? thread}.${number}`;
  };
  const width = Math.max(6, ...threadNames.map((name) => name.length + 4));
  const made = new Map<number, number>();
  const lines = events.map(({ thread, access, word, read, written }) => {
    const number = made.get(thread) ?? 0;
    made.set(thread, number + 1);
    const parts = [named(`${thread}.${number}`).padEnd(width), access, ...(word === undefined ? [] : [wordName(word)])];
    if (read !== undefined)
      parts.push(`${read.value}`, read.from === "initial" ? "(initial)" : `(of ${named(read.from)})`);
    if (written !== undefined) parts.push(`→ ${written}`);
    return parts.join(" ");
  });
  return [
    ...lines,
    ...orders
      .filter(({ events: { length } }) => length > 1)
      .map(({ word, events: inOrder }) => `order of ${wordName(word)}: ${inOrder.map(named).join(", ")}`),
  ];
}
