/** The verdict on every level, from the anomalies that were found and the cycles that the graph has. */
import type { Anomaly } from "./anomaly.ts";
import { cyclesForbidden, isForbidden, LEVELS, orderKept, withWeaker } from "./consistency-levels.ts";
import type { KeptOrder, Level } from "./consistency-levels.ts";
import { READ_WRITE, WRITE_READ, WRITE_WRITE } from "./dependency-graph.ts";
import { shortestCycle } from "./shortest-cycle.ts";
import type { CycleFound } from "./shortest-cycle.ts";
import { hasCycle } from "./strong-components.ts";
import type { Subgraph } from "./strong-components.ts";

export type LevelVerdict = "holds" | "violated" | "unknown";

/** The parts of the dependency graph that hang together … */
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
  readonly parts: GraphParts;
  /** Whether transactions depend on each other at all, by what they read and wrote. */
  readonly hasDependencies: boolean;
  /** Whether some transaction ended before another began. */
  readonly hasRealTime: boolean;
  /** Whether the file tells when transactions began. */
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
  // A level that holds has the weaker ones hold, whose own evidence is less.
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
  const single = singleCycleForbidden(level, parts);
  if (single.kind === "found") return "violated";
  if (single.kind === "unknown") return "unknown";
  if (order === "real-time" && !evidence.hasInvocations) return "unknown";
  return evidence.hasDependencies || (order === "real-time" && evidence.hasRealTime) ? "holds" : "unknown";
}

/** Cycles with exactly one anti-dependency that a level forbids though it allows others of that shape. */
function singleCycleForbidden(level: Level, parts: readonly Subgraph[]): CycleFound {
  if (level === "read-atomic") return fracturedRead(parts);
  if (level !== "consistent-view") return { kind: "none" };
  // Without a cycle whose anti-dependencies are apart, there is none with a single one.
  const kinds = WRITE_WRITE | WRITE_READ | READ_WRITE;
  const suspected = parts.filter((part) => hasCycle(part, kinds, "apart"));
  return firstFound(suspected, (part) => shortestCycle(part, { antiDependencies: "one", kinds }));
}

/**
 * A transaction that saw one write of another and missed a second.
 *
 * Source: Bailis et al., "Scalable Atomic Visibility with RAMP Transactions", SIGMOD 2014.
 */
export function fracturedRead(parts: readonly Subgraph[]): CycleFound {
  return firstFound(parts, (part) =>
    shortestCycle(part, { antiDependencies: "one", kinds: WRITE_READ | READ_WRITE, lengthMax: 2 }),
  );
}

function firstFound(parts: readonly Subgraph[], search: (part: Subgraph) => CycleFound): CycleFound {
  let result: CycleFound = { kind: "none" };
  for (const part of parts) {
    const found = search(part);
    if (found.kind === "found") return found;
    if (found.kind === "unknown") result = found;
  }
  return result;
}
