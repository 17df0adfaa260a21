/** One line of a recorded history of transactions, whatever the format of the file. */
export interface TransactionEvent {
  readonly process: number | string;
  /** Of an `info` nobody knows whether the transaction committed; a `fail` did not. */
  readonly type: "invoke" | "ok" | "fail" | "info";
  /** The function's name; what a transaction does stands in its value. */
  readonly f: string | undefined;
  /** Micro-operations `[name, key, value]`, as JSON.parse or edn-data give them (see `datum.ts`). */
  readonly value: unknown;
  /** Number of the event where the file has one: it must rise. */
  readonly index: number | undefined;
  /** Line of the file, from 1. */
  readonly line: number;
}
