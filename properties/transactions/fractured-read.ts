/**
 * A transaction that saw one write of another transaction, and a second key in a state before that transaction's write.
 *
 * Source: Bailis et al., "Scalable Atomic Visibility with RAMP Transactions", SIGMOD 2014; Cerone, Bernardi, Gotsman,
 * CONCUR 2015, axiom EXT without transitive visibility.
 */
import type { ExternalOperations } from "./external-operations.ts";
import type { Finding } from "./finding.ts";
import { FindingCounter } from "./finding.ts";
import { WRITE } from "./micro-operation.ts";
import { ABORTED, COMMITTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { keyText, readText, versionText } from "./transaction-text.ts";
import type { VersionForest } from "./version-forest.ts";
import { NOBODY } from "./version-table.ts";

/** @param stateRead the state that a micro-operation read, or a negative number */
export function fracturedReads(
  history: TransactionHistory,
  { reads, transactionOf }: ExternalOperations,
  order: VersionForest,
  stateRead: (operation: number) => number,
): Finding[] {
  const { versions, outcome, key, value, firstOperation, endOperation } = history;
  const counter = new FindingCounter("G-single-item");
  const readBy = new Int32Array(versions.keys.length).fill(NOBODY);
  const readAt = new Int32Array(versions.keys.length);

  /** A read of the transaction that misses a write of another, if there is one. */
  function missedWrite(reader: number, writer: number): { readonly read: number; readonly write: number } | undefined {
    for (let write = firstOperation[writer] as number; write < (endOperation[writer] as number); write += 1) {
      const written = key[write] as number;
      if (history.function[write] !== WRITE || readBy[written] !== reader) continue;
      const read = readAt[written] as number;
      if (order.isBefore(stateRead(read), value[write] as number)) return { read, write };
    }
    return undefined;
  }

  for (let next = 0; next < reads.length;) {
    const reader = transactionOf[reads[next] as number] as number;
    const first = next;
    for (; transactionOf[reads[next] ?? -1] === reader; next += 1) {
      const read = reads[next] as number;
      readBy[key[read] as number] = reader;
      readAt[key[read] as number] = read;
    }
    if (outcome[reader] !== COMMITTED) continue;
    for (const seen of reads.subarray(first, next)) {
      const state = stateRead(seen);
      const writer = state < 0 || state >= versions.count ? NOBODY : versions.writerOf(state);
      if (writer === NOBODY || writer === reader || outcome[writer] === ABORTED) continue;
      const missed = missedWrite(reader, writer);
      if (missed === undefined) continue;
      const { read, write } = missed;
      counter.add(() => {
        const [sawKey, missedKey] = [keyText(history, key[seen] as number), keyText(history, key[read] as number)];
        const saw = `T1 saw what T2 wrote to ${sawKey}, ${sawKey} = ${readText(history, value[seen] as number)}`;
        const older = `read ${missedKey} = ${readText(history, value[read] as number)}`;
        const because = `${saw}, and ${older}, before T2 wrote ${versionText(history, value[write] as number)} there`;
        return { transactions: [reader, writer], because };
      });
      break; // one case per transaction
    }
  }
  return counter.findings();
}
