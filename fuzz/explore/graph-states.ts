import { BLOCKED, EVENT, type Graph, KIND, NONE, PAIRED, PARTNER, STATE, THREAD, VALUE } from "./graph.ts";
import type { LocalStates } from "./local-states.ts";

/** Finds the local states of a graph's threads and events again after the tree of states has been emptied. */
export function findStates(graph: Graph, states: LocalStates): void {
  for (let thread = 0; thread < graph.width; thread++) graph.state[thread] = states.root(thread);
  for (let event = 0; event < graph.count; event++) {
    const thread = graph.get(event, THREAD);
    const state = graph.state[thread] as number;
    graph.set(event, STATE, state);
    const isSecondHalf = graph.get(event, KIND) === EVENT.write && graph.get(event, PARTNER) !== NONE;
    if (isSecondHalf || graph.has(event, BLOCKED)) continue;
    graph.state[thread] = states.next(state, resultOf(graph, event, states));
  }
}

/** The result that the thread got for the access that the event is, or begins. */
function resultOf(graph: Graph, event: number, states: LocalStates): number {
  if (graph.get(event, KIND) !== EVENT.read) return 0;
  const found = graph.get(event, VALUE);
  if (!graph.has(event, PAIRED)) return found;
  return states.found(graph.get(event, STATE), found);
}
