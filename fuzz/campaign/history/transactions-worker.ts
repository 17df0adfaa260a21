/** Decides one file of transactions in a thread of its own; as `check-worker.ts` does for objects. */
import { faultOf } from "#properties/histories/fault-of.ts";
import { checkTransactions } from "#properties/transactions/check-transactions.ts";
import type { TransactionsVerdict } from "#properties/transactions/check-transactions.ts";
import type { Level } from "#properties/transactions/consistency-levels.ts";
import type { TransactionModel } from "#properties/transactions/micro-operation.ts";
import { readTransactions } from "#properties/transactions/read-transactions.ts";
import type { Assumption } from "#properties/transactions/register-versions.ts";
import { createTransactionReader } from "#properties/transactions/transaction-history.ts";

export interface TransactionsTask {
  readonly file: string;
  readonly model: TransactionModel;
  readonly levels: readonly Level[];
  readonly assumptions: readonly Assumption[];
}

export type TransactionsAnswer =
  | { readonly kind: "decided"; readonly outcome: TransactionsVerdict; readonly seconds: number }
  | { readonly kind: "fault"; readonly fault: string };

export default async function decideTransactions(task: TransactionsTask): Promise<TransactionsAnswer> {
  const { file, model, levels, assumptions } = task;
  try {
    const started = performance.now();
    const reader = createTransactionReader(model, file);
    const { notes } = await readTransactions(file, (event) => reader.add(event));
    const verdict = checkTransactions(reader.end(), { levels, assumptions });
    const left = notes === 0 ? [] : [`${notes} event${notes === 1 ? "" : "s"} of the nemesis left out`];
    return {
      kind: "decided",
      outcome: { ...verdict, notes: [...verdict.notes, ...left] },
      seconds: Math.round(performance.now() - started) / 1000,
    };
  } catch (error) {
    const fault = faultOf(error, file);
    if (fault === undefined) throw error;
    return { kind: "fault", fault };
  }
}
