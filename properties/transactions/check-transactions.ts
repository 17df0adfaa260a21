/**
 * The consistency levels that a history of transactions satisfies, and the anomalies that rule the others out.
 *
 * Dependencies between transactions are inferred from what they read and wrote; an anomaly is a cycle of them, or a
 * read that no execution of a level explains. Linear in the history, except for the search for shortest cycles, which
 * is bounded.
 *
 * Every reported anomaly exists, whatever the unknown outcomes of transactions were. A level holds if no anomaly that
 * it forbids can be inferred: anomalies of appends and writes that no read shows may go unnoticed.
 *
 * Source: Kingsbury, Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations", VLDB 2020.
 */
import type { Anomaly } from "./anomaly.ts";
import { isForbidden, levelsRuledOut, orderKept, strongestOf, weakestOf } from "./consistency-levels.ts";
import type { KeptOrder, Level } from "./consistency-levels.ts";
import { cycleAnomalies } from "./cycle-anomalies.ts";
import {
  PROCESS,
  PROCESS_READ_WRITE,
  READ_WRITE,
  REAL_TIME,
  REAL_TIME_READ_WRITE,
  WRITE_READ,
  WRITE_WRITE,
} from "./dependency-graph.ts";
import type { DependencyGraph } from "./dependency-graph.ts";
import { infer } from "./inference.ts";
import type { Inference } from "./inference.ts";
import { levelVerdicts, partsKeeping } from "./level-verdicts.ts";
import type { GraphParts, LevelVerdict } from "./level-verdicts.ts";
import type { TransactionModel } from "./transaction-model.ts";
import type { Assumption } from "./assumption.ts";
import { shownCycle, shownFinding } from "./shown-anomaly.ts";
import type { ShownAnomaly } from "./shown-anomaly.ts";
import { cyclicParts } from "./strong-components.ts";
import { ABORTED, COMMITTED, INDETERMINATE } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";

export interface CheckTransactionsOptions {
  /** At least one. */
  readonly levels: readonly Level[];
  /** About registers; lists need no assumptions. */
  readonly assumptions: readonly Assumption[];
}

export interface TransactionsVerdict {
  /** On all requested levels together. */
  readonly kind: LevelVerdict;
  readonly model: TransactionModel;
  readonly asked: readonly Level[];
  readonly committed: number;
  readonly indeterminate: number;
  readonly aborted: number;
  /** On every level. */
  readonly levels: Readonly<Record<string, LevelVerdict>>;
  /** Those that a requested level forbids. */
  readonly anomalies: readonly ShownAnomaly[];
  /** Of a violated history: the weakest levels that the anomalies rule out, as in Elle's `:not`. */
  readonly not: readonly Level[];
  /** Stronger levels, which are ruled out too. */
  readonly alsoNot: readonly Level[];
  /** The strongest levels that the history is still consistent with. */
  readonly strongest: readonly Level[];
  /** Assumptions and undecided questions, in sentences. */
  readonly notes: readonly string[];
}

/** The verdict when time ran out. */
export interface TransactionsStopped {
  readonly kind: "unknown";
  readonly model: TransactionModel;
  readonly asked: readonly Level[];
  readonly because: "time";
}

export type TransactionsOutcome = TransactionsVerdict | TransactionsStopped;

export function checkTransactions(
  history: TransactionHistory,
  { levels: asked, assumptions }: CheckTransactionsOptions,
): TransactionsVerdict {
  const inference = infer(history, assumptions);
  const parts = partsOf(inference.graph);
  const order = orderOf(asked);
  const cycles = cycleAnomalies(partsKeeping(order, parts), order);
  const found = [...inference.findings.map(({ anomaly }) => anomaly), ...cycles.found.map(({ anomaly }) => anomaly)];
  const verdicts = levelVerdicts({
    anomalies: found,
    hasFracturedRead: inference.fractured.length > 0,
    parts,
    hasDependencies: inference.hasDependencies,
    hasRealTime: hasRealTime(history),
    hasInvocations: history.hasInvocations,
  });
  const verdictOf = (level: Level): LevelVerdict => verdicts.get(level) ?? "unknown";
  const kind = together(asked.map(verdictOf));
  const ruledOut = kind === "violated" ? levelsRuledOut(found) : [];
  const not = weakestOf(ruledOut);
  const isAsked = ({ anomaly }: { readonly anomaly: Anomaly }): boolean =>
    asked.some((level) => isForbidden(anomaly, level));
  const shown = [
    ...inference.findings.filter(isAsked).map((finding) => shownFinding(history, finding)),
    ...cycles.found.filter(isAsked).map((finding) => shownCycle(history, inference, finding)),
  ];
  // An ordinary cycle, but the only one that read atomic forbids.
  if (kind === "violated" && shown.length === 0)
    shown.push(
      ...inference.fractured.map((finding) => ({ ...shownFinding(history, finding), knownAs: "fractured read" })),
    );
  return {
    kind,
    model: history.model,
    asked,
    committed: countOf(history, COMMITTED),
    indeterminate: countOf(history, INDETERMINATE),
    aborted: countOf(history, ABORTED),
    levels: Object.fromEntries(verdicts),
    anomalies: shown.toSorted((left, right) => (left.anomaly < right.anomaly ? -1 : 1)),
    not,
    alsoNot: ruledOut.filter((level) => !not.includes(level)),
    strongest: strongestOf([...verdicts].filter(([, verdict]) => verdict === "holds").map(([level]) => level)),
    notes: [...inference.taken, ...unknownNotes(history, inference, cycles.undecided)],
  };
}

const DATA = WRITE_WRITE | WRITE_READ | READ_WRITE;
const SESSIONS = DATA | PROCESS | PROCESS_READ_WRITE;

/** Each part lies within one of the next. */
function partsOf(graph: DependencyGraph): GraphParts {
  const realTime = cyclicParts(graph, SESSIONS | REAL_TIME | REAL_TIME_READ_WRITE);
  const process = realTime.flatMap((part) => cyclicParts(part, SESSIONS));
  return { realTime, process, data: process.flatMap((part) => cyclicParts(part, DATA)) };
}

/** The order that closes the cycles in question: real time includes the orders of the processes. */
function orderOf(levels: readonly Level[]): KeptOrder | undefined {
  const orders = levels.map(orderKept);
  return orders.find((order) => order === "real-time") ?? orders.find((order) => order === "process");
}

function together(verdicts: readonly LevelVerdict[]): LevelVerdict {
  return (["violated", "unknown"] as const).find((verdict) => verdicts.includes(verdict)) ?? "holds";
}

function hasRealTime({ respondedAt, invokedAt }: TransactionHistory): boolean {
  let first = Infinity;
  for (const at of respondedAt) if (at >= 0 && at < first) first = at;
  return invokedAt.some((at) => at > first);
}

function countOf({ outcome }: TransactionHistory, wanted: number): number {
  let count = 0;
  for (const each of outcome) if (each === wanted) count += 1;
  return count;
}

function unknownNotes(
  { hasInvocations }: TransactionHistory,
  { hasDependencies }: Inference,
  undecided: readonly Anomaly[],
): string[] {
  const notes: string[] = [];
  if (!hasDependencies)
    notes.push("no transaction read or overwrote what another wrote, so there was nothing to check");
  if (!hasInvocations) notes.push("there are no invocations, so nothing is known of real time");
  if (undecided.length > 0)
    notes.push(`the search gave up before it was clear whether there is ${undecided.join(", ")}`);
  return notes;
}
