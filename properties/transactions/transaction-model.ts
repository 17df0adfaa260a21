/** The operations of transactions on their keys. */
export const TRANSACTION_MODELS = ["list-append", "rw-register"] as const;
export type TransactionModel = (typeof TRANSACTION_MODELS)[number];
