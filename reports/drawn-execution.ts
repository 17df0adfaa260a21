/** An execution graph to draw: events in threads, and the relations between them. */
import type { Step } from "#model/memory/derivation.ts";
import type { DrawnExplanation } from "./execution-graph.ts";
import { eventNames, relationText } from "./execution-story.ts";

export interface DrawnEvent {
  readonly name: string;
  readonly label: string;
  /** -1 for an initial write. */
  readonly thread: number;
  readonly line?: number;
}

export interface DrawnEdge {
  readonly relation: string;
  readonly from: number;
  readonly to: number;
  /** The meaning of the relation for the pair. */
  readonly says: string;
  /** Whether it belongs to the cycle that forbids the execution. */
  readonly inCycle: boolean;
}

export interface DrawnExecution {
  readonly title: string;
  readonly events: readonly DrawnEvent[];
  readonly edges: readonly DrawnEdge[];
}

/** The execution that explains a litmus test's verdict. */
export function drawnExplanation(explanation: DrawnExplanation): DrawnExecution {
  const { name, events } = explanation;
  const names = eventNames(events);
  return {
    title:
      explanation.kind === "forbidden"
        ? `${name}: forbidden by the axiom ${explanation.violation.axiom.name}: ${explanation.violation.axiom.statement}`
        : `${name}: allowed, and the condition holds`,
    events: events.map(({ label, process, line }, event) => ({
      name: names[event] ?? "?",
      label,
      thread: process,
      ...(line > 0 && { line }),
    })),
    edges: [
      ...explanation.edges.map((step) => drawnEdge(step, false)),
      ...(explanation.kind === "forbidden" ? explanation.cycle.map((step) => drawnEdge(step, true)) : []),
    ],
  };
}

function drawnEdge({ relation, from, to }: Step, inCycle: boolean): DrawnEdge {
  return { relation, from, to, says: relationText(relation), inCycle };
}
