/** Decides one file of transactions on a worker thread, as `run-check.ts` does for objects. */
import { faultOf } from "#properties/histories/fault-of.ts";
import { checkTransactions } from "#properties/transactions/check-transactions.ts";
import { readTransactions } from "#properties/transactions/read-transactions.ts";
import { createTransactionReader } from "#properties/transactions/transaction-history.ts";
import type { TransactionsResult, TransactionsTask } from "./transactions-task.ts";

/** It never checks whether to stop: a caller that cannot wait ends its thread. */
export async function runTransactions(task: TransactionsTask): Promise<TransactionsResult> {
  const { file, model, levels, assumptions } = task;
  try {
    const started = performance.now();
    const reader = createTransactionReader(model, file);
    const reading = await readTransactions(file, reader.add);
    const outcome = checkTransactions(reader.end(), { levels, assumptions });
    return { kind: "decided", outcome, reading, seconds: Math.round(performance.now() - started) / 1000 };
  } catch (error) {
    const fault = faultOf(error, file);
    if (fault === undefined) throw error;
    return { kind: "fault", fault };
  }
}
