/** Reads the events of transactions from a file of any format with one record per event. */
import type { HistoryFormat } from "#properties/histories/formats/format.ts";
import { streamHistory } from "#properties/histories/read-history.ts";
import type { NoteCounts } from "#properties/histories/recording.ts";
import type { TransactionEvent } from "./transaction-event.ts";

export interface TransactionFile {
  readonly format: HistoryFormat;
  /** The other records of the file: actions of the nemesis are not transactions. */
  readonly notes: NoteCounts;
}

/**
 * @throws HistoryFileError at text that is no event, with its line, and at a format of whole operations
 * @throws Error of node:fs if the file cannot be read, of node:zlib if it is damaged
 */
export async function readTransactions(
  file: string,
  onEvent: (event: TransactionEvent) => void,
): Promise<TransactionFile> {
  const notes = { nemesis: 0, log: 0, annotation: 0 };
  const { format } = await streamHistory(file, () => ({
    event: ({ client, type, f, value, line }) => onEvent({ process: client, type, f, value, line }),
    note({ kind }) {
      notes[kind] += 1;
    },
  }));
  return { format, notes };
}
