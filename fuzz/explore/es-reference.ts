/** A graph as an execution of agents, for the axioms of `model/memory/es.ts`. Each word is its own range. */
import { es } from "#model/memory/es.ts";
import { esSkeletonOf, type ByteEvent } from "#model/memory/es/byte-event.ts";
import { isAllowed } from "#model/memory/memory-model.ts";
import { relationOf, type Pair } from "#model/memory/relation.ts";
import {
  AFTER,
  EVENT,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NONE,
  PAIRED,
  PARTNER,
  PLAIN,
  SOURCE,
  THREAD,
} from "./graph.ts";

const WORD_BYTES = 4;

/** Do the axioms allow the graph? Every wait in it must be over, and every acquisition granted. */
export function isAllowedUnderEs(graph: Graph): boolean {
  const init = { kind: "init", agent: -1, order: "init", noTear: false, start: 0 } as const;
  const events: ByteEvent[] = [{ ...init, end: graph.locations * WORD_BYTES }];
  const ao: Pair[] = [];
  const sections: Pair[] = [];
  /** Index of each event of the graph: both halves of a read-modify-write are one. */
  const index: number[] = [];
  const last = new Map<number, number>();
  for (let event = 0; event < graph.count; event++) {
    if (graph.get(event, KIND) === EVENT.write && graph.has(event, PAIRED)) {
      index.push(index[graph.get(event, PARTNER)] ?? NONE);
      continue;
    }
    const thread = graph.get(event, THREAD);
    const at = events.length;
    const previous = last.get(thread);
    if (previous !== undefined) ao.push([previous, at]);
    last.set(thread, at);
    index.push(at);
    events.push(byteEvent(graph, event));
  }
  const reads: Pair[][] = Array.from({ length: graph.locations }, () => []);
  for (let event = 0; event < graph.count; event++) {
    const here = index[event] ?? NONE;
    const kind = graph.get(event, KIND);
    const source = graph.get(event, SOURCE);
    if (kind === EVENT.read)
      reads[graph.get(event, LOCATION)]?.push([source === INITIAL ? 0 : (index[source] ?? NONE), here]);
    const next = kind === EVENT.lock ? graph.get(event, AFTER) : NONE;
    const release = graph.get(event, PARTNER);
    if (next !== NONE && release !== NONE) sections.push([index[release] ?? NONE, index[next] ?? NONE]);
  }
  const skeleton = esSkeletonOf({ events, ao });
  const readsBytesFrom = skeleton.regions.map(({ start }) =>
    relationOf(events.length, reads[start / WORD_BYTES] ?? []),
  );
  return isAllowed(es, es.over(skeleton)({ readsBytesFrom, sections: relationOf(events.length, sections) }));
}

function byteEvent(graph: Graph, event: number): ByteEvent {
  const agent = graph.get(event, THREAD);
  const kind = graph.get(event, KIND);
  if (kind === EVENT.lock || kind === EVENT.unlock) {
    const end = kind === EVENT.lock ? "enter" : "leave";
    return { kind: end, agent, order: "unordered", noTear: false, start: 0, end: 0 };
  }
  const start = graph.get(event, LOCATION) * WORD_BYTES;
  return {
    kind: graph.has(event, PAIRED) ? "rmw" : kind === EVENT.read ? "read" : "write",
    agent,
    order: graph.has(event, PLAIN) ? "unordered" : "seq-cst",
    noTear: true,
    start,
    end: start + WORD_BYTES,
  };
}
