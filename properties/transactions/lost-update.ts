/**
 * Two committed transactions that read the same value of a key, and both wrote the key afterwards.
 *
 * One of them cannot have seen the other, whatever the order of their writes. Found without that order, so also where
 * no read shows it.
 *
 * Source: Adya, "Weak Consistency", 1999, history H_lu; Kingsbury, Elle, `elle.txn`.
 */
import type { Finding } from "./finding.ts";
import { FindingCounter } from "./finding.ts";
import { READ } from "./micro-operation.ts";
import { COMMITTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { keyText, readText } from "./transaction-text.ts";
import { NOBODY } from "./version-table.ts";

/** @param stateOf number of the state that a read of a key showed, equal for equal values, below `states` */
export function lostUpdates(
  history: TransactionHistory,
  states: number,
  stateOf: (key: number, value: number) => number,
): Finding[] {
  const { count, outcome, firstOperation, endOperation, key, value } = history;
  const counter = new FindingCounter("lost-update");
  const keys = history.versions.keys.length;
  const readBy = new Int32Array(keys).fill(NOBODY);
  const firstRead = new Int32Array(keys);
  const writtenBy = new Int32Array(keys).fill(NOBODY);
  const firstUpdate = new Int32Array(states).fill(NOBODY);
  const isCounted = new Uint8Array(states);
  for (let transaction = 0; transaction < count; transaction += 1) {
    if (outcome[transaction] !== COMMITTED) continue;
    const end = endOperation[transaction] as number;
    for (let at = firstOperation[transaction] as number; at < end; at += 1) {
      const touched = key[at] as number;
      if (history.function[at] === READ) {
        if (readBy[touched] !== transaction) firstRead[touched] = value[at] as number;
        readBy[touched] = transaction;
        continue;
      }
      if (readBy[touched] !== transaction || writtenBy[touched] === transaction) continue;
      writtenBy[touched] = transaction;
      const read = firstRead[touched] as number;
      const state = stateOf(touched, read);
      const other = firstUpdate[state] as number;
      if (other === NOBODY) firstUpdate[state] = transaction;
      else if (isCounted[state] !== 1) {
        isCounted[state] = 1;
        counter.add(() => ({
          transactions: [other, transaction],
          because:
            `T1 and T2 both read ${keyText(history, touched)} = ${readText(history, read)}, ` +
            "and both wrote it afterwards",
        }));
      }
    }
  }
  return counter.findings();
}
