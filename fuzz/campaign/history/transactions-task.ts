/** The check of a recorded history of transactions against consistency levels, as a job. */
import type { TransactionsVerdict } from "#properties/transactions/check-transactions.ts";
import type { Level } from "#properties/transactions/consistency-levels.ts";
import type { TransactionModel } from "#properties/transactions/transaction-model.ts";
import type { TransactionFile } from "#properties/transactions/read-transactions.ts";
import type { Assumption } from "#properties/transactions/assumption.ts";

export interface TransactionsTask {
  readonly file: string;
  readonly model: TransactionModel;
  readonly levels: readonly Level[];
  readonly assumptions: readonly Assumption[];
}

export type TransactionsResult =
  | {
      readonly kind: "decided";
      readonly outcome: TransactionsVerdict;
      readonly reading: TransactionFile;
      readonly seconds: number;
    }
  | { readonly kind: "fault"; readonly fault: string };
