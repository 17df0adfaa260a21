/**
 * Reads a file of operations, compressed or not, in pieces: the text is never in memory as a whole.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { createEdnSplitter, ednEvent } from "./edn.ts";
import { jepsenLogEvent } from "./jepsen-log.ts";
import { jsonLineOperation } from "./json-lines.ts";
import { createPairing } from "./pairing.ts";
import { HistoryFileError } from "./record.ts";
import type { RecordedOperation } from "./record.ts";

export type HistoryFormat = "jepsen-log" | "edn" | "json-lines";

export interface RecordedHistory {
  /** Told from the first line that is not blank; an empty file is an empty log. */
  readonly format: HistoryFormat;
  readonly operations: readonly RecordedOperation[];
}

const LINE_LENGTH_MAX = 1 << 22;

/**
 * The whole history in memory; {@link streamHistory} does without.
 *
 * @throws as streamHistory
 */
export async function readHistory(file: string): Promise<RecordedHistory> {
  const operations: RecordedOperation[] = [];
  const format = await streamHistory(file, () => (operation) => void operations.push(operation));
  return { format, operations };
}

/**
 * Hands on the operations of a file one by one, in the order of their invocations (of JSON lines, in that of the
 * lines).
 *
 * @param start told the format before the first operation; gives what takes them
 * @throws HistoryFileError at text that is no history, with its line
 * @throws Error of node:fs if the file cannot be read, of node:zlib if it is damaged
 */
export async function streamHistory(
  file: string,
  start: (format: HistoryFormat) => (operation: RecordedOperation) => void,
): Promise<HistoryFormat> {
  let reader: Reader | undefined;
  let format: HistoryFormat | undefined;
  let ahead = "";
  for await (const text of textOf(file)) {
    if (reader !== undefined) {
      reader.add(text);
      continue;
    }
    ahead += text;
    format = formatOf(ahead);
    if (format === undefined) continue;
    reader = createReader(format, file, start(format));
    reader.add(ahead);
  }
  if (reader === undefined) {
    format = formatOf(`${ahead}\n`) ?? "jepsen-log";
    reader = createReader(format, file, start(format));
    reader.add(ahead);
  }
  reader.end();
  return format ?? "jepsen-log";
}

/** Known once the first line that is not blank is complete. */
function formatOf(text: string): HistoryFormat | undefined {
  const start = text.search(/\S/);
  if (start === -1 || !text.includes("\n", start)) return undefined;
  if (/^\[\s*(?:-?\d|")/.test(text.slice(start, start + 200))) return "json-lines";
  return /^[[({;]/.test(text.slice(start, start + 1)) ? "edn" : "jepsen-log";
}

interface Reader {
  add(text: string): void;
  end(): void;
}

function createReader(
  format: HistoryFormat,
  file: string,
  onOperation: (operation: RecordedOperation) => void,
): Reader {
  const pairing = createPairing(file, onOperation);
  switch (format) {
    case "edn": {
      const splitter = createEdnSplitter(file, (text, line) => {
        const event = ednEvent(text, file, line);
        if (event !== undefined) pairing.add(event);
      });
      return {
        add: (text) => splitter.add(text),
        end() {
          splitter.end();
          pairing.end();
        },
      };
    }
    case "jepsen-log": {
      const lines = createLines(file, (text, line) => pairing.add(jepsenLogEvent(text, file, line)));
      return {
        add: lines.add,
        end() {
          lines.end();
          pairing.end();
        },
      };
    }
    case "json-lines": {
      const lastOf = new Map<number | string, RecordedOperation>();
      const lines = createLines(file, (text, line) => {
        const operation = jsonLineOperation(text, file, line);
        const last = lastOf.get(operation.client);
        // A client whose operation never returned may have been started again under its number.
        if (last?.respondedAt !== undefined && last.respondedAt > operation.invokedAt) {
          throw new HistoryFileError(
            file,
            line,
            `client ${operation.client} invokes ${operation.f} at ${operation.invokedAt} while its ${last.f} of line ${last.line} is open`,
          );
        }
        lastOf.set(operation.client, operation);
        onOperation(operation);
      });
      return lines;
    }
  }
}

/** Calls `onLine` with each line that is not blank. */
export function createLines(
  file: string,
  onLine: (text: string, line: number) => void,
): { add: (text: string) => void; end: () => void } {
  let rest = "";
  let line = 0;
  const take = (text: string): void => {
    line += 1;
    if (text.trim() !== "") onLine(text, line);
  };
  return {
    add(text) {
      const pieces = (rest + text).split("\n");
      rest = pieces.pop() ?? "";
      if (rest.length > LINE_LENGTH_MAX)
        throw new HistoryFileError(file, line + 1, `expected lines of at most ${LINE_LENGTH_MAX} characters`);
      for (const piece of pieces) take(piece);
    },
    end: () => take(rest),
  };
}

/** The text of a file, compressed or not, piece by piece. */
export async function* textOf(file: string): AsyncGenerator<string> {
  const handle = await open(file);
  const magic = new Uint8Array(2);
  await handle.read(magic, 0, 2, 0).finally(() => handle.close());
  const bytes = createReadStream(file);
  const compressed = magic[0] === 0x1f && magic[1] === 0x8b;
  const decoder = new TextDecoder();
  // pipeline hands errors of either stream to the iteration, and closes both when the reader stops early.
  const chunks: AsyncIterable<Uint8Array> = compressed ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
