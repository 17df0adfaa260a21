/** A graph in the form of `model/memory` for the Linux-kernel memory model: with tags and dependencies. */
import type { MemoryEvent, Tag } from "#model/memory/event.ts";
import type { Execution } from "#model/memory/execution.ts";
import type { Pair } from "#model/memory/relation.ts";
import { EVENT, type Graph, KIND, NONE, PAIRED, PARTNER, POSITION, STATE, THREAD } from "./graph.ts";
import type { LocalStates } from "./local-states.ts";
import { dependsOnItself } from "./meaning.ts";
import { isHalf, type NameEvent, referenceExecution } from "./reference.ts";

const nameEvent: NameEvent = (graph, event, states) => {
  const kind = graph.get(event, KIND);
  const { tag, lock, domain } = states.meaning(requestingState(graph, event));
  if (domain !== undefined) return { kind: "GPS", variable: `w${domain}` } as Omit<MemoryEvent, "thread" | "variable">;
  if (kind === EVENT.fence) return { kind: "F", tag };
  const isPaired = graph.has(event, PAIRED);
  if (lock === "take" && isPaired) return { kind: kind === EVENT.read ? "LKR" : "LKW" };
  if (lock === "release") return { kind: "UL" };
  if (lock !== undefined) return { kind: "LF" };
  const half = isHalf(graph, event, states);
  return { kind: kind === EVENT.read ? "R" : "W", tag: tagOf(tag, half && !isPaired), ...(half ? { rmw: true } : {}) };
};

function tagOf(tag: Tag | undefined, isFailed: boolean): Tag | undefined {
  return isFailed && tag !== undefined ? "Once" : tag;
}

/** The state that requested an event, which may be the second half of an access. */
function requestingState(graph: Graph, event: number): number {
  const isSecond = graph.get(event, KIND) === EVENT.write && graph.has(event, PAIRED);
  return graph.get(isSecond ? graph.get(event, PARTNER) : event, STATE);
}

/** Like `referenceExecution`, for the model `lkmm`. O(events · dependencies). */
export function lkmmExecution(graph: Graph, states: LocalStates): Execution {
  const index: number[] = [];
  const execution = referenceExecution(graph, states, nameEvent, index);
  const addr: Pair[] = [];
  const data: Pair[] = [];
  const ctrl: Pair[] = [];
  const places = new Map<string, number>();
  for (let event = 0; event < graph.count; event++)
    places.set(`${graph.get(event, THREAD)}.${graph.get(event, POSITION)}`, event);
  for (let event = 0; event < graph.count; event++) {
    if (index[event] === NONE) continue;
    const state = requestingState(graph, event);
    const meaning = states.meaning(state);
    const isWrite = graph.get(event, KIND) === EVENT.write;
    const isSecond = isWrite && graph.has(event, PAIRED);
    const from = (step: number): number => {
      const position = states.position(states.ancestor(state, step));
      return index[places.get(`${graph.get(event, THREAD)}.${position}`) ?? NONE] ?? NONE;
    };
    const here = index[event] as number;
    for (const step of meaning.addr) addr.push([from(step), here]);
    if (isWrite) for (const step of meaning.data) data.push([from(step), here]);
    for (const step of meaning.ctrl) ctrl.push([from(step), here]);
    if (isSecond && meaning.lock === undefined && dependsOnItself(states.kind(state)))
      data.push([index[graph.get(event, PARTNER)] as number, here]);
  }
  return { ...execution, addr, data, ctrl };
}
