/**
 * The anomalies of rw-register histories that are not cycles, except those of the order of versions.
 *
 * Source: Kingsbury, Alvaro, "Elle", VLDB 2020, and `elle.rw-register`; Adya, "Weak Consistency", 1999, for G1a and
 * G1b.
 */
import type { ExternalOperations } from "./external-operations.ts";
import type { Finding } from "./finding.ts";
import { FindingCounter } from "./finding.ts";
import { intermediateVersions } from "./intermediate-versions.ts";
import { READ } from "./micro-operation.ts";
import { ABORTED, COMMITTED } from "./transaction-history.ts";
import type { TransactionHistory } from "./transaction-history.ts";
import { keyText, readText, versionText } from "./transaction-text.ts";
import { NOBODY } from "./version-table.ts";

export function rwRegisterAnomalies(history: TransactionHistory, external: ExternalOperations): Finding[] {
  return [...wrongReads(history, external), ...futureReads(history, external), ...internalReads(history)];
}

/** Reads of aborted and of intermediate values. */
function wrongReads(history: TransactionHistory, { transactionOf }: ExternalOperations): Finding[] {
  const { versions, outcome, key, value } = history;
  const aborted = new FindingCounter("G1a");
  const intermediate = new FindingCounter("G1b");
  const isIntermediate = intermediateVersions(history);
  for (let at = 0; at < key.length; at += 1) {
    const version = value[at] as number;
    if (history.function[at] !== READ || version < 0) continue;
    const reader = transactionOf[at] as number;
    const writer = versions.writerOf(version);
    if (outcome[reader] !== COMMITTED || writer === NOBODY) continue;
    const read = (): string => `T1 read ${keyText(history, key[at] as number)} = ${versionText(history, version)}`;
    if (outcome[writer] === ABORTED)
      aborted.add(() => ({ transactions: [reader, writer], because: `${read()}, but T2, which wrote it, failed` }));
    if (isIntermediate[version] === 1 && writer !== reader)
      intermediate.add(() => ({
        transactions: [reader, writer],
        because: `${read()}, but T2 went on to overwrite that itself`,
      }));
  }
  return [...aborted.findings(), ...intermediate.findings()];
}

/** External reads of what the same transaction writes only later. */
function futureReads(history: TransactionHistory, { reads, transactionOf }: ExternalOperations): Finding[] {
  const { versions, outcome, key, value } = history;
  const counter = new FindingCounter("future-read");
  for (const at of reads) {
    const reader = transactionOf[at] as number;
    const version = value[at] as number;
    if (outcome[reader] !== COMMITTED || version < 0 || versions.writerOf(version) !== reader) continue;
    counter.add(() => ({
      transactions: [reader],
      because: `T1 read ${keyText(history, key[at] as number)} = ${versionText(history, version)} before it wrote that`,
    }));
  }
  return counter.findings();
}

/**
 * Reads that do not show what their own transaction wrote or read of the key last.
 *
 * Source: Cerone, Bernardi, Gotsman, CONCUR 2015, axiom INT.
 */
function internalReads(history: TransactionHistory): Finding[] {
  const { versions, outcome, count, firstOperation, endOperation, key, value } = history;
  const counter = new FindingCounter("internal");
  const touchedBy = new Int32Array(versions.keys.length).fill(NOBODY);
  const expected = new Int32Array(versions.keys.length);
  for (let transaction = 0; transaction < count; transaction += 1) {
    if (outcome[transaction] !== COMMITTED) continue;
    const end = endOperation[transaction] as number;
    for (let at = firstOperation[transaction] as number; at < end; at += 1) {
      const touched = key[at] as number;
      const found = value[at] as number;
      const before = touchedBy[touched] === transaction ? (expected[touched] as number) : found;
      touchedBy[touched] = transaction;
      expected[touched] = found;
      if (history.function[at] !== READ || before === found) continue;
      counter.add(() => ({
        transactions: [transaction],
        because:
          `T1 read ${keyText(history, touched)} = ${readText(history, found)}, ` +
          `though it had found or left ${readText(history, before)} there before`,
      }));
      break; // one case per transaction
    }
  }
  return counter.findings();
}
