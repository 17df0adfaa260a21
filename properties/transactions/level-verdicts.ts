/** The verdict on every level, from the anomalies found and the cycles of the graph. */
import type { Anomaly } from "./anomaly.ts";
import { cyclesForbidden, isForbidden, LEVELS, orderKept, withWeaker } from "./consistency-levels.ts";
import type { KeptOrder, Level } from "./consistency-levels.ts";
import { READ_WRITE, WRITE_READ, WRITE_WRITE } from "./dependency-graph.ts";
import { shortestCycle } from "./shortest-cycle.ts";
import type { CycleFound } from "./shortest-cycle.ts";
import { hasCycle } from "./strong-components.ts";
import type { Subgraph } from "./strong-components.ts";

export type LevelVerdict = "holds" | "violated" | "unknown";

/** The parts of the dependency graph that are connected … */
export interface GraphParts {
  /** … by the data, */
  readonly data: readonly Subgraph[];
  /** … by the data and the order of processes, */
  readonly process: readonly Subgraph[];
  /** … and by the order of real time as well. */
  readonly realTime: readonly Subgraph[];
}

export function partsKeeping(
  order: KeptOrder | undefined,
  { data, process, realTime }: GraphParts,
): readonly Subgraph[] {
  if (order === undefined) return data;
  return order === "process" ? process : realTime;
}

export interface LevelEvidence {
  readonly anomalies: readonly Anomaly[];
  readonly hasFracturedRead: boolean;
  readonly parts: GraphParts;
  /** Whether transactions depend on each other at all, by their reads and writes. */
  readonly hasDependencies: boolean;
  /** Whether some transaction ended before another began. */
  readonly hasRealTime: boolean;
  /** Whether the file records when transactions began. */
  readonly hasInvocations: boolean;
}

export function levelVerdicts(evidence: LevelEvidence): ReadonlyMap<Level, LevelVerdict> {
  const verdicts = new Map<Level, LevelVerdict>();
  // Weaker levels come first.
  for (const level of LEVELS) {
    const weaker = [...withWeaker(level)].filter((each) => each !== level);
    if (weaker.some((each) => verdicts.get(each) === "violated")) verdicts.set(level, "violated");
    else verdicts.set(level, ownVerdict(level, evidence));
  }
  // If a level holds, so do the weaker ones, whose own evidence is weaker.
  for (const [level, verdict] of verdicts)
    if (verdict === "holds") for (const weaker of withWeaker(level)) verdicts.set(weaker, "holds");
  return verdicts;
}

function ownVerdict(level: Level, evidence: LevelEvidence): LevelVerdict {
  const { anomalies } = evidence;
  const order = orderKept(level);
  const parts = partsKeeping(order, evidence.parts);
  if (anomalies.some((anomaly) => isForbidden(anomaly, level))) return "violated";
  const forbidden = cyclesForbidden(level);
  if (forbidden !== undefined && parts.some((part) => hasCycle(part, forbidden.kinds, forbidden.ways)))
    return "violated";
  if (level === "read-atomic" && evidence.hasFracturedRead) return "violated";
  if (level === "consistent-view") {
    const single = singleCycle(parts);
    if (single !== "none") return single === "found" ? "violated" : "unknown";
  }
  if (order === "real-time" && !evidence.hasInvocations) return "unknown";
  return evidence.hasDependencies || (order === "real-time" && evidence.hasRealTime) ? "holds" : "unknown";
}

/** Whether there is a cycle with exactly one anti-dependency. */
function singleCycle(parts: readonly Subgraph[]): CycleFound["kind"] {
  const kinds = WRITE_WRITE | WRITE_READ | READ_WRITE;
  // Without a cycle whose anti-dependencies are apart, there is none with a single one.
  const found = parts
    .filter((part) => hasCycle(part, kinds, "apart"))
    .map((part) => shortestCycle(part, { antiDependencies: "one", kinds }).kind);
  return (["found", "unknown"] as const).find((kind) => found.includes(kind)) ?? "none";
}
