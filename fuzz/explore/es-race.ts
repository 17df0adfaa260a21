/** Data races of ECMAScript in a graph whose accesses have equal or disjoint ranges. */
import { happensBefore, isSeqCst } from "./es-order.ts";
import { AFTER, BLOCKED, EVENT, type Graph, KIND, NONE, PARTNER, SOURCE } from "./graph.ts";

/**
 * Is there a pair of conflicting accesses that are not both atomic and of which neither happens before the other? Two
 * writes of a location conflict, as does a read with the write that it reads from. O(events + writes² of a location).
 */
export function hasDataRace(graph: Graph): boolean {
  for (let event = 0; event < graph.count; event++) {
    const kind = graph.get(event, KIND);
    if (kind === EVENT.read) {
      const source = graph.get(event, SOURCE);
      if (source >= 0 && !graph.has(event, BLOCKED) && race(graph, event, source)) return true;
    } else if (kind === EVENT.write) {
      for (let other = graph.get(event, AFTER); other !== NONE; other = graph.get(other, AFTER))
        if (race(graph, event, other)) return true;
    }
  }
  return false;
}

function race(graph: Graph, a: number, b: number): boolean {
  if (isSeqCst(graph, a) && isSeqCst(graph, b)) return false;
  return graph.get(a, PARTNER) !== b && !happensBefore(graph, a, b) && !happensBefore(graph, b, a);
}
