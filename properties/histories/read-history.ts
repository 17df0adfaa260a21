/**
 * Reads a file of operations, compressed or not, in pieces: the text is never in memory as a whole, unless it is a
 * single JSON value or a table.
 *
 * Every line is an operation, a recognised note, or an error: no line is silently skipped.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { layoutOf } from "./formats/format.ts";
import type { HistoryFormat } from "./formats/format.ts";
import { createFormatReader } from "./formats/format-reader.ts";
import type { FormatReader } from "./formats/format-reader.ts";
import type { Receiver } from "./formats/recorded-event.ts";
import { excerpt, HistoryFileError } from "./record.ts";
import type { RecordedNote, RecordedOperation } from "./record.ts";

export interface RecordedHistory {
  /** An empty file is an empty log. */
  readonly format: HistoryFormat;
  readonly operations: readonly RecordedOperation[];
  readonly notes: readonly RecordedNote[];
}

/** The operations read, and the rest that is not part of the history. */
export interface ReadSummary {
  readonly format: HistoryFormat;
  /** Operations that did not take effect, according to the file. */
  readonly failed: number;
}

/**
 * Reads the whole history into memory; {@link streamHistory} does not.
 *
 * @throws as streamHistory
 */
export async function readHistory(file: string): Promise<RecordedHistory> {
  const operations: RecordedOperation[] = [];
  const notes: RecordedNote[] = [];
  const { format } = await streamHistory(file, () => ({
    operation: (operation) => void operations.push(operation),
    note: (note) => void notes.push(note),
  }));
  return { format, operations, notes };
}

/**
 * Passes on the operations of a file one by one: those of events in the order of their invocations, others in the order
 * of the file. A receiver of events gets the events in the order of the file.
 *
 * @param start called with the format before the first operation; returns the receiver of operations or events, and
 * notes
 * @throws HistoryFileError at text that is no history, with its line; where events are required and the format has none
 * @throws Error of node:fs if the file cannot be read, of node:zlib if it is damaged
 */
export async function streamHistory(file: string, start: (format: HistoryFormat) => Receiver): Promise<ReadSummary> {
  let reader: FormatReader | undefined;
  let ahead = "";
  const begin = (isAll: boolean): void => {
    const layout = layoutOf(ahead, isAll);
    if (layout === "more") return;
    if (layout === undefined)
      throw new HistoryFileError(
        file,
        ahead.slice(0, ahead.search(/\S/)).split("\n").length,
        "expected a history as Jepsen (EDN, log, history.txt), JSON, CSV or porcupine have it (see check --help), " +
          `found "${excerpt(ahead.trimStart())}"`,
      );
    reader = createFormatReader(layout, file, start);
    reader.add(ahead);
    ahead = "";
  };
  for await (const text of textOf(file)) {
    if (reader === undefined) {
      ahead += text;
      begin(false);
    } else reader.add(text);
  }
  if (reader === undefined) begin(true);
  if (reader === undefined) throw new Error(`${file}: no layout was chosen for ${ahead.length} characters`);
  return reader.end();
}

async function* textOf(file: string): AsyncGenerator<string> {
  const handle = await open(file);
  const magic = new Uint8Array(2);
  await handle.read(magic, 0, 2, 0).finally(() => handle.close());
  const bytes = createReadStream(file);
  const compressed = magic[0] === 0x1f && magic[1] === 0x8b;
  // pipeline hands errors of either stream to the iteration, and closes both when the reader stops early.
  const chunks: AsyncIterable<Uint8Array> = compressed ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  const decoded = (chunk: Uint8Array | undefined): string => {
    try {
      const text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) line += 1;
      return text;
    } catch {
      // Otherwise it would be silently replaced by other text.
      const upTo = new TextDecoder().decode(chunk).split("\uFFFD", 1)[0] ?? "";
      throw new HistoryFileError(file, line + upTo.split("\n").length - 1, "expected text in UTF-8");
    }
  };
  for await (const chunk of chunks) yield decoded(chunk);
  yield decoded(undefined);
}
