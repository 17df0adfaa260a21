/**
 * Finds the anomalies that are cycles: one of each kind in each connected part of the graph, as short as possible,
 * without kinds that follow from worse ones there.
 *
 * Source: Adya, "Weak Consistency", 1999; Cerone, Gotsman, "Analysing Snapshot Isolation", PODC 2016 (no two
 * anti-dependencies in a row); Kingsbury, Elle, `elle.txn`.
 */
import { CYCLES, impliedBy } from "./anomaly.ts";
import type { Anomaly, CycleAnomaly, CycleName } from "./anomaly.ts";
import type { KeptOrder } from "./consistency-levels.ts";
import {
  PROCESS,
  PROCESS_READ_WRITE,
  READ_WRITE,
  REAL_TIME,
  REAL_TIME_READ_WRITE,
  WRITE_READ,
  WRITE_WRITE,
} from "./dependency-graph.ts";
import { shortestCycle } from "./shortest-cycle.ts";
import type { CycleForm, Step } from "./shortest-cycle.ts";
import { cyclicParts } from "./strong-components.ts";
import type { Subgraph } from "./strong-components.ts";

export interface CycleFinding {
  readonly anomaly: CycleAnomaly;
  /** The number of parts of the graph that have one. */
  count: number;
  /** The shortest of them. */
  steps: readonly Step[];
  isShortest: boolean;
}

export interface CycleAnomalies {
  readonly found: readonly CycleFinding[];
  /** Kinds whose search gave up: there may be such a cycle. */
  readonly undecided: readonly CycleAnomaly[];
}

/**
 * @param parts of the graph, connected by the dependencies of the data and of that order
 * @param order of processes or of real time, where cycles that need it count too
 */
export function cycleAnomalies(parts: readonly Subgraph[], order: KeptOrder | undefined): CycleAnomalies {
  const found = new Map<CycleAnomaly, CycleFinding>();
  const undecided = new Set<CycleAnomaly>();

  function search(part: Subgraph, forms: readonly Sought[], implied: Set<Anomaly>): void {
    for (const { anomaly, form } of forms) {
      if (implied.has(anomaly)) continue;
      const result = shortestCycle(part, form);
      if (result.kind === "unknown") undecided.add(anomaly);
      if (result.kind !== "found") continue;
      for (const each of impliedBy(anomaly)) implied.add(each);
      note(anomaly, result.steps, result.isShortest);
    }
  }

  function note(anomaly: CycleAnomaly, steps: readonly Step[], isShortest: boolean): void {
    const known = found.get(anomaly);
    if (known === undefined) {
      found.set(anomaly, { anomaly, count: 1, steps, isShortest });
      return;
    }
    known.count += 1;
    if (steps.length >= known.steps.length) return;
    known.steps = steps;
    known.isShortest = isShortest;
  }

  for (const part of parts) {
    const implied = new Set<Anomaly>();
    // Cycles of the data alone lie in smaller parts, if the order of time connects many transactions.
    const ofData = order === undefined ? [part] : cyclicParts(part, WRITE_WRITE | WRITE_READ | READ_WRITE);
    for (const each of ofData) search(each, formsOf(undefined), implied);
    if (order !== undefined) search(part, formsOf(order), implied);
  }
  return { found: [...found.values()], undecided: [...undecided].filter((anomaly) => !found.has(anomaly)) };
}

interface Sought {
  readonly anomaly: CycleAnomaly;
  readonly form: CycleForm;
}

/** Worse ones first, so that kinds implied by one already found are skipped. */
function formsOf(order: KeptOrder | undefined): Sought[] {
  switch (order) {
    case undefined:
      return CYCLES.map((name) => ({ anomaly: name, form: formOf(name, NO_ORDER) }));
    case "process":
      return CYCLES.map((name) => ({ anomaly: `${name}-process`, form: formOf(name, PROCESS_ORDER) }));
    case "real-time":
      return CYCLES.map((name) => ({ anomaly: `${name}-realtime`, form: formOf(name, REAL_TIME_ORDER) }));
  }
}

/** Kinds of edges that an order adds to those of the data. */
interface OrderKinds {
  readonly before: number;
  readonly antiDependencies: number;
}

const NO_ORDER = { before: 0, antiDependencies: 0 };
const PROCESS_ORDER = { before: PROCESS, antiDependencies: PROCESS_READ_WRITE };
const REAL_TIME_ORDER = { before: REAL_TIME, antiDependencies: REAL_TIME_READ_WRITE };

/**
 * Cycles of a kind. A cycle of G1c needs a read, one of G2-item two anti-dependencies in a row, one of a variant an
 * edge of its order. This is not checked: without it, the cycle would be of a worse kind, and this kind would be
 * skipped.
 */
function formOf(name: CycleName, { before, antiDependencies }: OrderKinds): CycleForm {
  const flow = WRITE_WRITE | WRITE_READ | before;
  const all = flow | READ_WRITE | antiDependencies;
  switch (name) {
    case "G0":
      return { antiDependencies: "none", kinds: WRITE_WRITE | before, through: WRITE_WRITE };
    case "G1c":
      return { antiDependencies: "none", kinds: flow, through: WRITE_READ };
    case "G-single-item":
      return { antiDependencies: "one", kinds: all };
    case "G-nonadjacent-item":
      return { antiDependencies: "apart", kinds: all };
    case "G2-item":
      return { antiDependencies: "any", kinds: all };
  }
}
