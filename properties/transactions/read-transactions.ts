/**
 * Reads the events of transactions from a file: EDN maps as Jepsen and Elle write them, or JSON objects of the same keys,
 * one after the other or in one vector or array; gzip or plain.
 *
 * Events of the process `nemesis` are notes, not transactions.
 */
import { parseEDNString } from "edn-data";
import { createLines, textOf } from "#properties/histories/read-history.ts";
import { excerpt, HistoryFileError } from "#properties/histories/record.ts";
import { datumOf } from "./datum.ts";
import { createEdnMaps } from "./edn-maps.ts";
import type { TransactionEvent } from "./transaction-event.ts";

export interface TransactionFile {
  readonly format: "edn" | "json";
  /** Events of the nemesis. */
  readonly notes: number;
}

/**
 * @throws HistoryFileError at text that is no event, with its line
 * @throws Error of node:fs if the file cannot be read, of node:zlib if it is damaged
 */
export async function readTransactions(
  file: string,
  onEvent: (event: TransactionEvent) => void,
): Promise<TransactionFile> {
  let reading: { readonly format: "edn" | "json"; readonly reader: TextReader } | undefined;
  let notes = 0;
  const start = (text: string): typeof reading => {
    const format = formatOf(text);
    if (format === undefined) return undefined;
    const onMap = (map: string, line: number): void => {
      const event = eventOf(format === "json" ? jsonFields(map, file, line) : ednFields(map, file, line), file, line);
      if (event === undefined) notes += 1;
      else onEvent(event);
    };
    return { format, reader: isLineByLine(text, format) ? createLines(file, onMap) : createEdnMaps(file, onMap) };
  };
  let ahead = "";
  for await (const text of textOf(file)) {
    if (reading !== undefined) {
      reading.reader.add(text);
      continue;
    }
    ahead += text;
    // The first line decides, and must be there as a whole.
    if (ahead.includes("\n", ahead.search(/\S/))) reading = start(ahead);
    if (reading !== undefined) reading.reader.add(ahead);
    else if (ahead.length > START_LENGTH_MAX) break;
  }
  if (reading === undefined) {
    reading = start(`${ahead}\n`);
    if (reading === undefined) throw notEvents(file, ahead);
    reading.reader.add(ahead);
  }
  reading.reader.end();
  return { format: reading.format, notes };
}

interface TextReader {
  add(text: string): void;
  end(): void;
}

/** Text within which the first event must begin. */
const START_LENGTH_MAX = 1 << 16;

/** By the first key of the first map: JSON's are texts, Jepsen's are keywords. */
function formatOf(text: string): "edn" | "json" | undefined {
  const [, mark] = /^(?:[\s,]|;.*\n)*[[(]?(?:[\s,]|;.*\n)*\{\s*([":])/.exec(text) ?? [];
  return mark === undefined ? undefined : mark === ":" ? "edn" : "json";
}

/** Whether each line of JSON is an object of its own: such lines need no look at every character. */
function isLineByLine(text: string, format: "edn" | "json"): boolean {
  if (format !== "json") return false;
  const [first = ""] = text.trimStart().split("\n", 1);
  try {
    return first.startsWith("{") && JSON.parse(first) !== null;
  } catch {
    return false; // several on one line, or one on several
  }
}

function notEvents(file: string, text: string): HistoryFileError {
  const start = Math.max(0, text.search(/\S/));
  const line = text.slice(0, start).split("\n").length;
  return new HistoryFileError(
    file,
    line,
    `expected events such as {:process 0, :type :ok, :f :txn, :value [[:append x 1]]}, or JSON objects of the same keys, found "${excerpt(text.slice(start, start + 200))}"`,
  );
}

type Fields = ReadonlyMap<string, unknown>;

function jsonFields(text: string, file: string, line: number): Fields {
  let parsed: unknown;
  try {
    parsed = WIDE_NUMBER.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
  } catch {
    throw new HistoryFileError(file, line, `expected a JSON object, found "${excerpt(text)}"`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new HistoryFileError(file, line, `expected a JSON object, found "${excerpt(text)}"`);
  return new Map(Object.entries(parsed));
}

/** Whole numbers of so many digits may not fit a double. */
const WIDE_NUMBER = /\d{16}/;

function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? "";
  return typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function ednFields(text: string, file: string, line: number): Fields {
  let parsed: unknown;
  try {
    parsed = parseEDNString(WIDE_NUMBER.test(text) ? markWideNumbers(text) : text, {
      listAs: "array",
      tagHandlers: { inst: (val: unknown) => ({ tag: "inst", val }) },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HistoryFileError(file, line, `expected an EDN map: ${why}`);
  }
  const fields = new Map<string, unknown>();
  if (typeof parsed !== "object" || parsed === null || !("map" in parsed) || !Array.isArray(parsed.map))
    throw new HistoryFileError(file, line, `expected an EDN map, found "${excerpt(text)}"`);
  for (const entry of parsed.map as unknown[]) {
    if (!Array.isArray(entry)) continue;
    const name: unknown = entry[0];
    if (isKeyword(name)) fields.set(name.key, entry[1]);
  }
  return fields;
}

/** With the mark of a number that keeps all its digits, outside texts. */
function markWideNumbers(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|(?<![\w.:/+-])[-+]?\d{16,}(?![\w.])/g, (found) =>
    found.startsWith('"') ? found : `${found}N`,
  );
}

function isKeyword(value: unknown): value is { readonly key: string } {
  return typeof value === "object" && value !== null && "key" in value && typeof value.key === "string";
}

/** undefined for a note of the nemesis. */
function eventOf(fields: Fields, file: string, line: number): TransactionEvent | undefined {
  const process = nameOf(fields.get("process"));
  if (process === "nemesis") return undefined;
  const type = nameOf(fields.get("type"));
  if (type !== "invoke" && type !== "ok" && type !== "fail" && type !== "info") {
    const found = fields.has("type") ? `"${excerpt(String(type))}"` : "none";
    throw new HistoryFileError(file, line, `expected a type that is invoke, ok, fail or info, found ${found}`);
  }
  const f = nameOf(fields.get("f"));
  const index = fields.get("index");
  return {
    process,
    type,
    f: f === "nil" ? undefined : String(f),
    value: fields.get("value") ?? null,
    index: typeof index === "number" ? index : undefined,
    line,
  };
}

/** Processes and the like: numbers, and names without the marks of keywords and texts. */
function nameOf(value: unknown): number | string {
  if (typeof value === "string") return value;
  if (isKeyword(value)) return value.key;
  return datumOf(value ?? null);
}
