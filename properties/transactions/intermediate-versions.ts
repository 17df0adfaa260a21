import { WRITE } from "./micro-operation.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { NOBODY } from "./version-table.ts";

/** Writes after which their transaction wrote the same key again: 1 by version. */
export function intermediateVersions(history: TransactionHistory): Uint8Array {
  const { versions, count, firstOperation, endOperation, key, value } = history;
  const isIntermediate = new Uint8Array(versions.count);
  const writtenBy = new Int32Array(versions.keys.length).fill(NOBODY);
  for (let transaction = 0; transaction < count; transaction += 1) {
    const first = firstOperation[transaction] as number;
    for (let at = (endOperation[transaction] as number) - 1; at >= first; at -= 1) {
      if (history.function[at] !== WRITE) continue;
      const written = key[at] as number;
      if (writtenBy[written] === transaction) isIntermediate[value[at] as number] = 1;
      writtenBy[written] = transaction;
    }
  }
  return isIntermediate;
}
