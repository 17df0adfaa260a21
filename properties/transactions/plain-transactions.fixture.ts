/** Transactions as plain values, and as the events of a history: for tests. */
import { checkTransactions } from "./check-transactions.ts";
import type { CheckTransactionsOptions, TransactionsVerdict } from "./check-transactions.ts";
import type { PlainOperation, PlainTransaction } from "./levels-by-definition.ts";
import type { TransactionModel } from "./transaction-model.ts";
import type { TransactionEvent } from "./transaction-event.ts";
import { createTransactionReader } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";

/**
 * Reads `append x 1, r y [1 2], r z nil`, or `w x 1, r y 2`, with `fail: ` or `info: ` before it, and the process
 * before that: `3 fail: append x 1`.
 */
export function plainTransaction(text: string, invokedAt: number, completedAt: number): PlainTransaction {
  const match = /^(?:(\d+) )?(?:(ok|fail|info): )?(.*)$/.exec(text);
  if (match === null) throw new RangeError(`${text} is no transaction`);
  const outcome = match[2] === "fail" || match[2] === "info" ? match[2] : "ok";
  const operations = (match[3] ?? "").split(", ").map((operation): PlainOperation => {
    const [name, key = "", ...values] = operation.split(" ");
    const numbers = values.join(" ").match(/\d+/g)?.map(Number) ?? [];
    if (name !== "r") return { kind: "write", key, value: numbers[0] ?? 0 };
    return { kind: "read", key, value: outcome === "ok" ? numbers : undefined };
  });
  return { process: Number(match[1] ?? invokedAt), outcome, operations, invokedAt, completedAt };
}

/** All at the same time, each by its own process. */
export function concurrent(...texts: readonly string[]): PlainTransaction[] {
  return texts.map((text, i) => plainTransaction(text, i, texts.length + i));
}

/** In sequence. */
export function inOrder(...texts: readonly string[]): PlainTransaction[] {
  return texts.map((text, i) => plainTransaction(text, 2 * i, 2 * i + 1));
}

export function eventsOf(model: TransactionModel, transactions: readonly PlainTransaction[]): TransactionEvent[] {
  const events = transactions.flatMap((transaction) => [
    { at: transaction.invokedAt, type: "invoke" as const, transaction },
    { at: transaction.completedAt, type: transaction.outcome, transaction },
  ]);
  return events
    .toSorted((left, right) => left.at - right.at)
    .map(({ type, transaction: { process, operations } }, i) => ({
      process,
      type,
      f: "txn",
      value: operations.map((operation) => operationValue(model, operation, type === "ok")),
      line: i + 1,
    }));
}

function operationValue(model: TransactionModel, operation: PlainOperation, isSeen: boolean): unknown[] {
  const { kind, key, value } = operation;
  if (kind === "write") return [model === "list-append" ? "append" : "w", key, value];
  if (!isSeen || value === undefined) return ["r", key, null];
  return ["r", key, model === "list-append" ? value : (value[0] ?? null)];
}

export function historyOf(model: TransactionModel, events: Iterable<TransactionEvent>): TransactionHistory {
  const reader = createTransactionReader(model, "test");
  for (const event of events) reader.add(event);
  return reader.end();
}

export function verdictOf(
  model: TransactionModel,
  transactions: readonly PlainTransaction[],
  options: Partial<CheckTransactionsOptions> = {},
): TransactionsVerdict {
  const all = { levels: ["strict-serializable"], assumptions: ["writes-follow-reads"], ...options } as const;
  return checkTransactions(historyOf(model, eventsOf(model, transactions)), all);
}
