/** Anomalies as shown to people and programs: with their transactions, and why each depends on the next. */
import type { Anomaly } from "./anomaly.ts";
import { meaningOf } from "./anomaly.ts";
import type { CycleFinding } from "./cycle-anomalies.ts";
import { PROCESS, REAL_TIME, WRITE_READ, WRITE_WRITE } from "./dependency-graph.ts";
import type { Finding } from "./finding.ts";
import type { Inference } from "./inference.ts";
import { knownName } from "./known-cycle.ts";
import { explainOrder } from "./step-explanation.ts";
import { ABORTED, COMMITTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { transactionText } from "./transaction-text.ts";

export interface ShownTransaction {
  /** Its name in sentences: T1, T2 … */
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
  /** The number of cases; for cycles, of connected parts of the dependency graph with such a cycle. */
  readonly count: number;
  readonly transactions: readonly ShownTransaction[];
  /** For an anomaly that is not a cycle. */
  readonly because?: string;
  /** For a cycle, and whether none is shorter. */
  readonly steps?: readonly ShownStep[];
  readonly isShortest?: boolean;
}

export function shownFinding(history: TransactionHistory, finding: Finding): ShownAnomaly {
  const { anomaly, count, transactions, because } = finding;
  return {
    anomaly,
    meaning: meaningOf(anomaly),
    count,
    transactions: transactions.map((transaction, i) => shownTransaction(history, transaction, i)),
    because,
  };
}

export function shownCycle(
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
    line: history.line[transaction] as number,
    process: history.processes[history.process[transaction] as number] ?? "?",
    outcome: OUTCOMES.get(history.outcome[transaction]) ?? "info",
    operations: transactionText(history, transaction),
  };
}
