/**
 * The external operations of a transaction: its external reads, the first read of each key that it has not touched
 * before, and its external writes, the last one of each key.
 *
 * Source: Cerone, Bernardi, Gotsman, CONCUR 2015, axiom EXT.
 */
import { Int32List } from "./int32-list.ts";
import { READ } from "./micro-operation.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { NOBODY } from "./version-table.ts";

export interface ExternalOperations {
  /** The micro-operations that are external reads, in the order of the history. */
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  /** By micro-operation: its transaction. */
  readonly transactionOf: Int32Array;
}

export function externalOperations(history: TransactionHistory): ExternalOperations {
  const { count, firstOperation, endOperation, key } = history;
  const reads = new Int32List();
  const writes = new Int32List();
  const transactionOf = new Int32Array(key.length);
  const touchedBy = new Int32Array(history.versions.keys.length).fill(NOBODY);
  const writtenBy = touchedBy.slice();
  for (let transaction = 0; transaction < count; transaction += 1) {
    const first = firstOperation[transaction] as number;
    const end = endOperation[transaction] as number;
    for (let at = first; at < end; at += 1) {
      transactionOf[at] = transaction;
      const touched = key[at] as number;
      if (touchedBy[touched] !== transaction && history.function[at] === READ) reads.push(at);
      touchedBy[touched] = transaction;
    }
    for (let at = end - 1; at >= first; at -= 1) {
      if (history.function[at] === READ) continue;
      const written = key[at] as number;
      if (writtenBy[written] !== transaction) writes.push(at);
      writtenBy[written] = transaction;
    }
  }
  return { reads: reads.words(), writes: writes.words(), transactionOf };
}
