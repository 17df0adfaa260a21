/** Lays an execution graph out: program order downwards, the threads side by side. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { DrawnEdge, DrawnEvent, DrawnExecution } from "../drawn-execution.ts";

export interface PlacedEvent {
  readonly event: DrawnEvent;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly edge: DrawnEdge;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface GraphLayout {
  readonly events: readonly PlacedEvent[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

const HEIGHT = 30;

export function layOut({ events, edges }: DrawnExecution): GraphLayout {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 60, ranksep: 44, edgesep: 26, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  const touched = new Set(edges.flatMap(({ from, to }) => [from, to]));
  for (const [i, event] of events.entries())
    if (touched.has(i)) graph.setNode(String(i), { width: textOf(event).length * 7.2 + 20, height: HEIGHT });
  for (const [i, { from, to, relation }] of edges.entries())
    graph.setEdge(
      String(from),
      String(to),
      { weight: relation === "po" ? 20 : 1, width: 30, height: 14, labelpos: "c" },
      String(i),
    );
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    events: [...touched].flatMap((i) => {
      const event = events[i];
      const node = graph.node(String(i)) as PlacedEvent;
      return event === undefined ? [] : [{ event, x: node.x, y: node.y, width: node.width, height: node.height }];
    }),
    edges: edges.map((edge, i) => ({
      edge,
      points: (graph.edge(String(edge.from), String(edge.to), String(i)) as { points: { x: number; y: number }[] })
        .points,
    })),
    width,
    height,
  };
}

/** `a: W x=1`. */
export function textOf({ name, label, thread }: DrawnEvent): string {
  return thread < 0 ? label.replace(/^IW/, "initially") : `${name}: ${label}`;
}
