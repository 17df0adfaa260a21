/**
 * Which consistency levels a history of transactions is of, and the anomalies that rule the others out.
 *
 * Dependencies between transactions are inferred from what they read and wrote; an anomaly is a cycle of them, or a read
 * that no execution of a level explains. Linear in the history, but for the search of shortest cycles, which is bounded.
 *
 * What is reported is there, whatever the outcome of transactions of which nobody knows it. That a level holds says that
 * no anomaly can be inferred which it forbids: of appends and writes that no read shows, some may have gone unnoticed.
 *
 * Source: Kingsbury, Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations", VLDB 2020.
 */
import type { Anomaly } from "./anomaly.ts";
import { meaningOf } from "./anomaly.ts";
import { isForbidden, levelsRuledOut, orderKept, strongestOf, weakestOf } from "./consistency-levels.ts";
import type { KeptOrder, Level } from "./consistency-levels.ts";
import { cycleAnomalies } from "./cycle-anomalies.ts";
import type { CycleFinding } from "./cycle-anomalies.ts";
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
import type { Finding } from "./finding.ts";
import { infer } from "./inference.ts";
import type { Inference } from "./inference.ts";
import { knownName } from "./known-cycle.ts";
import { levelVerdicts, partsKeeping } from "./level-verdicts.ts";
import type { GraphParts, LevelVerdict } from "./level-verdicts.ts";
import type { TransactionModel } from "./micro-operation.ts";
import type { Assumption } from "./register-versions.ts";
import { explainOrder } from "./step-explanation.ts";
import { cyclicParts } from "./strong-components.ts";
import { ABORTED, COMMITTED, INDETERMINATE } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { transactionText } from "./transaction-text.ts";

export interface CheckTransactionsOptions {
  /** At least one. */
  readonly levels: readonly Level[];
  /** About registers; of lists nothing need be assumed. */
  readonly assumptions: readonly Assumption[];
}

export interface ShownTransaction {
  /** What sentences call it: T1, T2 … */
  readonly name: string;
  readonly line: number;
  readonly process: number | string;
  readonly outcome: "ok" | "info" | "fail";
  /** Its micro-operations as text; long lists are shortened. */
  readonly operations: string;
}

export type DependencyName = "ww" | "wr" | "rw" | "process" | "realtime";

export interface ShownStep {
  readonly from: string;
  readonly to: string;
  readonly kind: DependencyName;
  readonly because: string;
}

export interface ShownAnomaly {
  readonly anomaly: Anomaly;
  readonly meaning: string;
  /** Another name of its case, such as write skew. */
  readonly knownAs?: string;
  /** Cases; of cycles, parts of the dependency graph that hang together and have such a cycle. */
  readonly count: number;
  readonly transactions: readonly ShownTransaction[];
  /** Of what is no cycle. */
  readonly because?: string;
  /** Of a cycle, and whether none is shorter. */
  readonly steps?: readonly ShownStep[];
  readonly isShortest?: boolean;
}

export interface TransactionsVerdict {
  /** On the levels that were asked for, together. */
  readonly kind: LevelVerdict;
  readonly model: TransactionModel;
  readonly asked: readonly Level[];
  readonly committed: number;
  readonly indeterminate: number;
  readonly aborted: number;
  /** On every level. */
  readonly levels: Readonly<Record<string, LevelVerdict>>;
  /** Those that a level asked for forbids. */
  readonly anomalies: readonly ShownAnomaly[];
  /** Of a violated history: the weakest levels that the anomalies rule out; as `:not` of Elle. */
  readonly not: readonly Level[];
  /** Stronger levels, which are ruled out with those. */
  readonly alsoNot: readonly Level[];
  /** The strongest levels that the history is still consistent with. */
  readonly strongest: readonly Level[];
  /** What was taken for granted or could not be decided, in sentences. */
  readonly notes: readonly string[];
}

/** Of a history that was not decided in the time that there was. */
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
  // A cycle like others, but the only one that read atomic forbids.
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

/** Each in those that are held together by more. */
function partsOf(graph: DependencyGraph): GraphParts {
  const realTime = cyclicParts(graph, SESSIONS | REAL_TIME | REAL_TIME_READ_WRITE);
  const process = realTime.flatMap((part) => cyclicParts(part, SESSIONS));
  return { realTime, process, data: process.flatMap((part) => cyclicParts(part, DATA)) };
}

/** The order that closes the cycles which are sought: that of real time includes those of the processes. */
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

function shownFinding(history: TransactionHistory, finding: Finding): ShownAnomaly {
  const { anomaly, count, transactions, because } = finding;
  return {
    anomaly,
    meaning: meaningOf(anomaly),
    count,
    transactions: transactions.map((transaction, i) => shownTransaction(history, transaction, i)),
    because,
  };
}

function shownCycle(
  history: TransactionHistory,
  inference: Inference,
  { anomaly, count, steps, isShortest }: CycleFinding,
): ShownAnomaly {
  const transactions = [...new Set(steps.map(({ from }) => from))];
  const nameOf = (transaction: number): string => `T${transactions.indexOf(transaction) + 1}`;
  const explained = steps.map((step) => {
    const names = { from: nameOf(step.from), to: nameOf(step.to) };
    const isOrder = step.kind === PROCESS || step.kind === REAL_TIME;
    return { step, names, ...(isOrder ? explainOrder(history, step, names) : inference.explain(step, names)) };
  });
  const knownAs = knownName(
    steps,
    explained.map(({ key }) => key),
  );
  return {
    anomaly,
    meaning: meaningOf(anomaly),
    ...(knownAs === undefined ? {} : { knownAs }),
    count,
    transactions: transactions.map((transaction, i) => shownTransaction(history, transaction, i)),
    steps: explained.map(({ step, names, text }) => ({ ...names, kind: nameOfKind(step.kind), because: text })),
    isShortest,
  };
}

function nameOfKind(kind: number): DependencyName {
  switch (kind) {
    case WRITE_WRITE:
      return "ww";
    case WRITE_READ:
      return "wr";
    case PROCESS:
      return "process";
    case REAL_TIME:
      return "realtime";
    default:
      return "rw";
  }
}

const OUTCOMES = new Map<number | undefined, ShownTransaction["outcome"]>([
  [COMMITTED, "ok"],
  [ABORTED, "fail"],
]);

function shownTransaction(history: TransactionHistory, transaction: number, i: number): ShownTransaction {
  return {
    name: `T${i + 1}`,
    line: history.line[transaction] ?? 0,
    process: history.processes[history.process[transaction] ?? 0] ?? "?",
    outcome: OUTCOMES.get(history.outcome[transaction]) ?? "info",
    operations: transactionText(history, transaction),
  };
}
