/**
 * Strongly connected components of a dependency graph, restricted to some kinds of edges: linear in nodes and edges.
 *
 * Source: Tarjan, "Depth-first search and linear graph algorithms", 1972; the stack of calls is an array.
 */
import { Buckets } from "./buckets.ts";
import { ANTI_DEPENDENCIES, PASSAGE } from "./dependency-graph.ts";
import type { DependencyGraph } from "./dependency-graph.ts";

/**
 * The paths through the graph that count: `any`, or those with no two anti-dependencies in a row (`apart`).
 *
 * Paths that are `apart` are paths through states: state 2n is node n, not reached by an anti-dependency, and 2n + 1 is
 * node n reached by one. For `any`, a state is a node.
 */
export type Ways = "any" | "apart";

export interface Components {
  /** The number of a state's component; states that it leads to have no greater one. */
  readonly of: Int32Array;
  /** States of each component. */
  readonly sizes: Int32Array;
}

/** The state that an edge leads to from a state, or -1 if it may not be taken. */
export function stateAfter(graph: DependencyGraph, state: number, edge: number, kinds: number, ways: Ways): number {
  const kind = graph.kind[edge] as number;
  if ((kind & (kinds | PASSAGE)) === 0) return -1;
  const target = graph.target[edge] as number;
  if (ways === "any") return target;
  if (kind === PASSAGE) return 2 * target + (state & 1);
  if ((kind & ANTI_DEPENDENCIES) === 0) return 2 * target;
  return (state & 1) === 1 ? -1 : 2 * target + 1;
}

export function statesOf(graph: DependencyGraph, ways: Ways): number {
  return ways === "any" ? graph.nodes : 2 * graph.nodes;
}

export function nodeOf(state: number, ways: Ways): number {
  return ways === "any" ? state : state >> 1;
}

export function components(graph: DependencyGraph, kinds: number, ways: Ways): Components {
  const states = statesOf(graph, ways);
  const of = new Int32Array(states).fill(-1);
  const order = new Int32Array(states); // 0: not visited
  const low = new Int32Array(states);
  const edge = new Int32Array(states); // the next edge to look at
  const calls = new Int32Array(states);
  const open = new Int32Array(states);
  const sizes: number[] = [];
  let visited = 0;
  let openCount = 0;
  for (let root = 0; root < states; root += 1) {
    if (order[root] !== 0) continue;
    let depth = 0;
    calls[0] = root;
    while (depth >= 0) {
      const state = calls[depth] as number;
      const node = nodeOf(state, ways);
      if (order[state] === 0) {
        visited += 1;
        order[state] = visited;
        low[state] = visited;
        edge[state] = graph.start[node] as number;
        open[openCount] = state;
        openCount += 1;
      }
      const end = graph.start[node + 1] as number;
      let at = edge[state] as number;
      let lowest = low[state] as number;
      let called = -1;
      for (; at < end; at += 1) {
        const next = stateAfter(graph, state, at, kinds, ways);
        if (next === -1 || of[next] !== -1) continue;
        const nextOrder = order[next] as number;
        if (nextOrder === 0) {
          called = next;
          break;
        }
        lowest = Math.min(lowest, low[next] as number);
      }
      edge[state] = at; // a call's edge is visited again when it returns, for its low
      low[state] = lowest;
      if (called !== -1) {
        depth += 1;
        calls[depth] = called;
        continue;
      }
      depth -= 1;
      if (lowest !== order[state]) continue;
      let size = 0;
      let member = -1;
      while (member !== state) {
        openCount -= 1;
        member = open[openCount] as number;
        of[member] = sizes.length;
        size += 1;
      }
      sizes.push(size);
    }
  }
  return { of, sizes: Int32Array.from(sizes) };
}

/** Whether there is a cycle. */
export function hasCycle(graph: DependencyGraph, kinds: number, ways: Ways): boolean {
  return components(graph, kinds, ways).sizes.some((size) => size > 1);
}

/** The nodes of each component with more than one, in ascending order. */
function cyclicComponents(graph: DependencyGraph, kinds: number): Int32Array[] {
  const { of, sizes } = components(graph, kinds, "any");
  const members = new Buckets(sizes.length, (add) => {
    for (const [node, component] of of.entries()) if ((sizes[component] as number) > 1) add(component, node);
  });
  const result: Int32Array[] = [];
  for (const [component, size] of sizes.entries()) if (size > 1) result.push(members.of(component));
  return result;
}

/** Part of a graph: some of its nodes, renumbered in the same order, and the edges between them. */
export interface Subgraph extends DependencyGraph {
  /** The node of the whole graph, by node. */
  readonly nodeInWhole: Int32Array;
}

/** The parts of a graph that are strongly connected by edges of some kinds, with the edges of all kinds in them. */
export function cyclicParts(graph: DependencyGraph | Subgraph, kinds: number): Subgraph[] {
  const found = cyclicComponents(graph, kinds);
  const scratch = new Int32Array(found.length === 0 ? 0 : graph.nodes);
  return found.map((nodes) => {
    const part = subgraph(graph, nodes, scratch);
    return "nodeInWhole" in graph
      ? { ...part, nodeInWhole: nodes.map((node) => graph.nodeInWhole[node] as number) }
      : part;
  });
}

/**
 * @param nodes in ascending order
 * @param scratch as long as the graph has nodes, all 0, and all 0 again afterwards
 */
function subgraph(graph: DependencyGraph, nodes: Int32Array, scratch: Int32Array): Subgraph {
  for (const [i, node] of nodes.entries()) scratch[node] = i + 1;
  const start = new Int32Array(nodes.length + 1);
  let edges = 0;
  for (const [i, node] of nodes.entries()) {
    const end = graph.start[node + 1] as number;
    for (let edge = graph.start[node] as number; edge < end; edge += 1)
      if (scratch[graph.target[edge] as number] !== 0) edges += 1;
    start[i + 1] = edges;
  }
  const target = new Int32Array(edges);
  const kind = new Uint8Array(edges);
  let at = 0;
  for (const node of nodes) {
    const end = graph.start[node + 1] as number;
    for (let edge = graph.start[node] as number; edge < end; edge += 1) {
      const to = scratch[graph.target[edge] as number] as number;
      if (to === 0) continue;
      target[at] = to - 1;
      kind[at] = graph.kind[edge] as number;
      at += 1;
    }
  }
  for (const node of nodes) scratch[node] = 0;
  const firstOther = nodes.findIndex((node) => node >= graph.transactions);
  return {
    transactions: firstOther === -1 ? nodes.length : firstOther,
    nodes: nodes.length,
    start,
    target,
    kind,
    nodeInWhole: nodes,
  };
}
