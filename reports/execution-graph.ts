/** An execution as a picture: one column per process, program order downwards, communication across. */

import type { Step } from "#model/memory/derivation.ts";
import type { Explanation } from "#model/memory/explained-execution.ts";
import { eventNames } from "./execution-story.ts";

const COLOURS: Readonly<Record<string, string>> = {
  po: "black",
  ao: "black",
  rf: "forestgreen",
  co: "chocolate",
  fr: "mediumpurple",
};
const CYCLE_COLOUR = "firebrick";

export type DrawnExplanation = Exclude<Explanation, { kind: "impossible" | "interleaved" }>;

/** The graph in Graphviz's language, in a deterministic order. */
export function executionDot(explanation: DrawnExplanation): string {
  const { events, edges, name } = explanation;
  const cycle = explanation.kind === "forbidden" ? explanation.cycle : [];
  const title =
    explanation.kind === "forbidden"
      ? `${name}: forbidden by ${explanation.violation.axiom.name}`
      : `${name}: allowed, and ${explanation.sought} holds`;
  const names = eventNames(events);
  const touched = new Set([...edges, ...cycle].flatMap(({ from, to }) => [from, to]));
  const inCycle = new Set(cycle.flatMap(({ from, to }) => [from, to]));
  const node = (i: number): string => {
    const { label, process } = events[i] ?? { label: "?", process: -1 };
    const text = process < 0 ? label.replace(/^IW/, "initially") : `${names[i] ?? "?"}: ${label}`;
    const colour = inCycle.has(i) ? `, color=${CYCLE_COLOUR}, penwidth=2` : "";
    return `    e${i} [label=${quote(text)}${colour}];`;
  };
  const indices = events.map((_, i) => i).filter((i) => touched.has(i));
  const processes = [...new Set(indices.map((i) => events[i]?.process ?? -1))].filter((process) => process >= 0);
  const nameOf = (process: number): string => events.find((event) => event.process === process)?.processName ?? "";
  const lines = [
    "digraph execution {",
    `  label=${quote(title)}; labelloc=t; fontname="Helvetica"; nodesep=0.6; ranksep=0.5;`,
    '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];',
    '  edge [fontname="Helvetica", fontsize=10];',
    ...indices.filter((i) => (events[i]?.process ?? -1) < 0).map(node),
  ];
  for (const process of processes) {
    lines.push(`  subgraph cluster_${process} {`, `    label=${quote(nameOf(process))}; color=grey;`);
    lines.push(...indices.filter((i) => events[i]?.process === process).map(node), "  }");
  }
  for (const step of edges)
    lines.push(edge(step, COLOURS[step.relation] ?? "black", step.relation === "po" || step.relation === "ao"));
  for (const step of cycle) lines.push(`${edge(step, CYCLE_COLOUR, false).slice(0, -2)}, penwidth=2];`);
  lines.push("}");
  return `${lines.join("\n")}\n`;
}

function edge({ relation, from, to }: Step, colour: string, ranks: boolean): string {
  const rank = ranks ? "" : ", constraint=false";
  return `  e${from} -> e${to} [label=${quote(relation)}, color=${colour}, fontcolor=${colour}${rank}];`;
}

function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** The picture, laid out by Graphviz. */
export async function executionSvg(explanation: DrawnExplanation): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  return viz.renderString(executionDot(explanation), { format: "svg" });
}
