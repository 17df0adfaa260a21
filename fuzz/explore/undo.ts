import { AFTER, BEFORE, EVENT, type Graph, KIND, LOCATION, NONE, PARTNER, SOURCE } from "./graph.ts";
import { grant } from "./lock-chain.ts";
import type { Order } from "./order.ts";

/** Removes the last events of a graph, with all their relations, until `count` are left. */
export function undoTo(graph: Graph, count: number, order: Order): void {
  while (graph.count > count) undoLast(graph, order);
}

function undoLast(graph: Graph, order: Order): void {
  const event = graph.count - 1;
  switch (graph.get(event, KIND)) {
    case EVENT.read:
      if (graph.get(event, SOURCE) !== NONE) graph.unlink(event);
      break;
    case EVENT.write:
      if (isPlaced(graph, event)) graph.displace(event);
      if (graph.get(event, PARTNER) !== NONE) graph.set(graph.get(event, PARTNER), PARTNER, NONE);
      break;
    case EVENT.lock:
      if (isPlaced(graph, event)) graph.displace(event);
      break;
    case EVENT.unlock: {
      const lock = graph.get(event, PARTNER);
      graph.set(lock, PARTNER, NONE);
      const next = graph.get(lock, AFTER);
      if (next !== NONE) grant(graph, next, order);
      break;
    }
    default:
  }
  graph.removeLast();
}

function isPlaced(graph: Graph, event: number): boolean {
  return graph.get(event, BEFORE) !== NONE || graph.first[graph.get(event, LOCATION)] === event;
}
