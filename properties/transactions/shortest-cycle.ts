/**
 * A shortest cycle of dependencies of some form, in a connected part of a graph.
 *
 * The search goes breadth first from the end of each edge that such a cycle must have, back to its start, never further
 * than the best cycle so far. The strongly connected components decide beforehand whether there is a cycle at all,
 * except for cycles with exactly one anti-dependency, where they only narrow the search. The work is bounded, linear in
 * the part of the graph: when the bound is hit, the cycle has the form, but there may be a shorter one; if none was
 * found by then, its existence is unknown.
 */
import { ANTI_DEPENDENCIES, PASSAGE } from "./dependency-graph.ts";
import type { DependencyGraph } from "./dependency-graph.ts";
import { components, nodeOf, stateAfter, statesOf } from "./strong-components.ts";
import type { Subgraph, Ways } from "./strong-components.ts";

export type CycleForm =
  /** Edges of these kinds, no anti-dependencies, one of them of the kind `through`. */
  | { readonly antiDependencies: "none"; readonly kinds: number; readonly through: number }
  /** Edges of these kinds, exactly one of them an anti-dependency. */
  | { readonly antiDependencies: "one"; readonly kinds: number }
  /**
   * Edges of these kinds, with anti-dependencies: no two of them in a row (`apart`), or without restriction (`any`).
   */
  | { readonly antiDependencies: Ways; readonly kinds: number };

/** One dependency; transactions are those of the whole graph. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
}

export type CycleFound =
  | { readonly kind: "found"; readonly steps: readonly Step[]; readonly isShortest: boolean }
  | { readonly kind: "none" }
  | { readonly kind: "unknown" };

/** No transaction depends on itself. */
const LENGTH_MIN = 2;
/** Most edges visited, for each edge and node of the part … */
const VISITS_FACTOR = 8;
/** … and the minimum of that bound. */
const VISITS_MIN = 2_000_000;

/** @param visitsMax most edges to visit */
export function shortestCycle(graph: Subgraph, form: CycleForm, visitsMax = visitsOf(graph)): CycleFound {
  const { antiDependencies, kinds } = form;
  const ways = antiDependencies === "apart" ? "apart" : "any";
  const through = antiDependencies === "none" ? form.through : kinds & ANTI_DEPENDENCIES;
  const { isOnCycle, mayPass } = narrowing(graph, form);
  // In the form with one anti-dependency, the search starts with that edge.
  const kindsBehind = antiDependencies === "one" ? kinds & ~ANTI_DEPENDENCIES : kinds;
  const stamp = new Int32Array(statesOf(graph, ways));
  const cameBy = new Int32Array(stamp.length); // edge
  const cameFrom = new Int32Array(stamp.length); // state
  let searches = 0;
  let visitsLeft = visitsMax;

  /** Edges that lead furthest back in time first: the best start for a cycle that real time closes. */
  function firstEdges(): number[] {
    const edges: number[] = [];
    const ahead = new Map<number, number>();
    for (let node = 0; node < graph.transactions; node += 1) {
      const end = graph.start[node + 1] as number;
      for (let edge = graph.start[node] as number; edge < end; edge += 1) {
        if (((graph.kind[edge] as number) & through) === 0 || !isOnCycle(node, edge)) continue;
        edges.push(edge);
        ahead.set(edge, Math.min(graph.target[edge] as number, graph.transactions) - node);
      }
    }
    return edges.toSorted((left, right) => (ahead.get(left) ?? 0) - (ahead.get(right) ?? 0));
  }

  /** A shortest cycle with this edge, if it is shorter than that. */
  function cycleThrough(edge: number, lengthBelow: number): Step[] | undefined {
    const from = sourceOf(graph, edge);
    const to = graph.target[edge] as number;
    const first = ways === "apart" ? 2 * to + 1 : to;
    const goal = ways === "apart" ? 2 * from : from;
    searches += 1;
    stamp[first] = searches;
    let frontier = [first];
    for (let length = 1; length < lengthBelow && frontier.length > 0 && visitsLeft > 0; length += 1) {
      // Passages are not steps: all states that they lead to join the frontier before its next step.
      for (let i = 0; i < frontier.length; i += 1) {
        const state = frontier[i] as number;
        if (state === goal) return stepsTo(goal, first, edge);
        if (isAuxiliary(state)) expand(state, from, frontier);
      }
      const next: number[] = [];
      for (const state of frontier) if (!isAuxiliary(state)) expand(state, from, next);
      frontier = next;
    }
    return undefined;
  }

  function isAuxiliary(state: number): boolean {
    return nodeOf(state, ways) >= graph.transactions;
  }

  /** Adds the states that a state leads to and that were not reached before. */
  function expand(state: number, goal: number, reachedStates: number[]): void {
    const node = nodeOf(state, ways);
    const start = graph.start[node] as number;
    const end = graph.start[node + 1] as number;
    visitsLeft -= end - start + 1;
    for (let edge = start; edge < end; edge += 1) {
      const reached = stateAfter(graph, state, edge, kindsBehind, ways);
      if (reached === -1 || stamp[reached] === searches || !mayPass(reached, goal)) continue;
      stamp[reached] = searches;
      cameBy[reached] = edge;
      cameFrom[reached] = state;
      reachedStates.push(reached);
    }
  }

  function stepsTo(goal: number, first: number, firstEdge: number): Step[] {
    const edges: number[] = [];
    for (let state = goal; state !== first; state = cameFrom[state] as number) edges.push(cameBy[state] as number);
    return stepsOf(graph, [firstEdge, ...edges.toReversed()]);
  }

  let best: Step[] | undefined;
  for (const edge of firstEdges()) {
    if (visitsLeft <= 0 || (best !== undefined && best.length <= LENGTH_MIN)) break;
    best = cycleThrough(edge, best?.length ?? Infinity) ?? best;
  }
  const isComplete = visitsLeft > 0;
  if (best !== undefined) return { kind: "found", steps: best, isShortest: isComplete || best.length <= LENGTH_MIN };
  return { kind: isComplete ? "none" : "unknown" };
}

function visitsOf({ nodes, target }: Subgraph): number {
  return Math.max(VISITS_MIN, VISITS_FACTOR * (nodes + target.length));
}

interface Narrowing {
  /** Whether a node and an edge from it may be on a cycle of the form. */
  isOnCycle(node: number, edge: number): boolean;
  /** Whether a path back to the goal, a node, may lead through a state. */
  mayPass(state: number, goal: number): boolean;
}

/** Facts from the strongly connected components. */
function narrowing(graph: Subgraph, { antiDependencies, kinds }: CycleForm): Narrowing {
  if (antiDependencies !== "one" && antiDependencies !== "apart") {
    const { of } = components(graph, kinds, "any");
    return {
      isOnCycle: (node, edge) => of[node] === of[graph.target[edge] as number],
      mayPass: (state, goal) => of[state] === of[goal],
    };
  }
  const { of, sizes } = components(graph, kinds, "apart");
  if (sizes.every((size) => size === 1)) return { isOnCycle: () => false, mayPass: () => false };
  const isOnCycle = (node: number, edge: number): boolean =>
    of[2 * node] === of[2 * (graph.target[edge] as number) + 1];
  if (antiDependencies === "apart") return { isOnCycle, mayPass: (state, goal) => of[state] === of[2 * goal] };
  // A path without anti-dependencies never leads to a component with a greater number.
  const order = components(graph, kinds & ~ANTI_DEPENDENCIES, "any").of;
  const mayLead = (from: number, to: number): boolean => (order[from] as number) >= (order[to] as number);
  return {
    isOnCycle: (node, edge) => isOnCycle(node, edge) && mayLead(graph.target[edge] as number, node),
    mayPass: (node, goal) =>
      mayLead(node, goal) && (of[2 * node] === of[2 * goal] || of[2 * node + 1] === of[2 * goal]),
  };
}

/** The edges of a path that starts and ends at transactions, as dependencies between transactions. */
function stepsOf(graph: Subgraph, edges: readonly number[]): Step[] {
  const steps: Step[] = [];
  let from = -1;
  let kind = 0;
  for (const edge of edges) {
    if (graph.kind[edge] !== PASSAGE) {
      from = sourceOf(graph, edge);
      kind = graph.kind[edge] as number;
    }
    const to = graph.target[edge] as number;
    if (to < graph.transactions)
      steps.push({ from: graph.nodeInWhole[from] as number, to: graph.nodeInWhole[to] as number, kind });
  }
  return steps;
}

/** The node that an edge starts from: the last whose edges start no later. */
function sourceOf(graph: DependencyGraph, edge: number): number {
  let low = 0;
  let high = graph.nodes - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((graph.start[middle] as number) <= edge) low = middle;
    else high = middle - 1;
  }
  return low;
}
