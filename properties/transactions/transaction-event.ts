/** One event of a recorded history of transactions, whatever the format of the file. */
import type { EventType } from "#properties/histories/formats/event-types.ts";

export interface TransactionEvent {
  readonly process: number | string;
  /** After `info` it is unknown whether the transaction committed; after `fail` it did not. */
  readonly type: EventType;
  /** The function's name; a transaction's operations are in its value. */
  readonly f: string | undefined;
  /** Micro-operations `[name, key, value]`. */
  readonly value: unknown;
  /** Line of the file, from 1. */
  readonly line: number;
}
