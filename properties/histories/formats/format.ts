/**
 * The formats of histories, and their recognition: by the whole shape of a file up to its first record, not by its
 * first character.
 */
import { delimiterOf } from "./csv.ts";
import { exactJson } from "./exact-json.ts";
import { isJepsenHistoryLine, isJepsenLogLine } from "./jepsen-text.ts";
import { isGoLine, isPorcupineRecord } from "./porcupine-log.ts";
import { isStruct } from "../recorded-value.ts";
import { fieldOf, isJepsenRecord } from "./record-fields.ts";

export type HistoryFormat =
  | "jepsen-log"
  | "jepsen-history"
  | "edn"
  | "json-lines"
  | "jepsen-json"
  | "json-events"
  | "json-operations"
  | "csv-events"
  | "csv-operations"
  | "porcupine-json"
  | "porcupine-go"
  | "porcupine-visualization";

/** The names shown in verdicts. */
export const FORMAT_NAMES: Readonly<Record<HistoryFormat, string>> = {
  "jepsen-log": "Jepsen log",
  "jepsen-history": "Jepsen history.txt",
  edn: "EDN",
  "json-lines": "JSON arrays",
  "jepsen-json": "JSON objects with Jepsen's keys",
  "json-events": "JSON objects, one an event",
  "json-operations": "JSON objects, one an operation",
  "csv-events": "CSV, a row an event",
  "csv-operations": "CSV, a row an operation",
  "porcupine-json": "porcupine operations or events as JSON",
  "porcupine-go": "porcupine operations or events as Go prints them",
  "porcupine-visualization": "porcupine visualization data",
};

/**
 * How the text is split: line by line, record by record along brackets, or not at all.
 */
export type Layout =
  | { readonly kind: "lines"; readonly format: "jepsen-log" | "jepsen-history" | "json-lines" | "porcupine-go" }
  | {
      readonly kind: "elements";
      readonly format: "edn" | "json-lines" | "jepsen-json" | "json-events" | "json-operations" | "porcupine-json";
    }
  | { readonly kind: "csv"; readonly delimiter: string }
  /** One JSON value that holds the history, or an HTML page with one; its arrays determine the format. */
  | { readonly kind: "whole" };

/** A format of records that are read one by one. */
export type RecordFormat = Extract<Layout, { kind: "lines" | "elements" }>["format"];

/** Most characters of a first record that can be examined by itself. */
const HEAD_MAX = 1 << 20;

/**
 * The layout of a file that begins with `head`.
 *
 * @param isAll whether `head` is the whole file
 * @returns "more" when more must be read to decide; undefined for no known layout
 */
export function layoutOf(head: string, isAll: boolean): Layout | "more" | undefined {
  const from = head.search(/\S/);
  if (from === -1) return isAll ? { kind: "lines", format: "jepsen-log" } : "more";
  const isEnough = isAll || head.length > HEAD_MAX;
  switch (head[from]) {
    case ";":
    case "(":
    case "#":
      return { kind: "elements", format: "edn" };
    case "<":
      return { kind: "whole" };
    case "{":
      return bracketLayout(head, from, from, isEnough);
    case "[": {
      const second = from + 1 + head.slice(from + 1).search(/\S/);
      if (second === from) return isEnough ? { kind: "elements", format: "jepsen-json" } : "more";
      const character = head[second] ?? "";
      if (character === "{") return bracketLayout(head, from, second, isEnough);
      if (character === "[" || character === "]") return { kind: "elements", format: "json-lines" };
      return /["\d-]/.test(character) ? { kind: "lines", format: "json-lines" } : { kind: "elements", format: "edn" };
    }
    default:
      return textLayout(head, from, isEnough);
  }
}

/** Text that begins with a brace, or with one in brackets: JSON, EDN or Go, decided by the first field. */
function bracketLayout(head: string, from: number, brace: number, isEnough: boolean): Layout | "more" | undefined {
  const first = /^\{\s*("[^"\\]*(?:\\.[^"\\]*)*"\s*)?(\S)/.exec(head.slice(brace));
  if (first === null) return isEnough ? { kind: "elements", format: "jepsen-json" } : "more";
  const [, text, next = ""] = first;
  if (text === undefined) {
    if (next === '"') return isEnough ? { kind: "elements", format: "jepsen-json" } : "more"; // a string without an end
    if (/[A-Za-z]/.test(next)) return textLayout(head, from, isEnough);
    return { kind: "elements", format: next === "}" ? "jepsen-json" : "edn" };
  }
  if (next !== ":") return { kind: "elements", format: "edn" };
  const end = endOfObject(head, brace);
  if (end === undefined) return isEnough ? { kind: "whole" } : "more";
  const format = jsonFormatOf(head.slice(brace, end));
  if (format === "holds-more") return { kind: "whole" };
  if (format === undefined) return from === brace ? { kind: "whole" } : { kind: "elements", format: "jepsen-json" };
  return { kind: "elements", format };
}

/** The index after the brace that closes the object at an index; undefined if there is none. */
function endOfObject(text: string, from: number): number | undefined {
  const mark = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g;
  mark.lastIndex = from;
  let depth = 0;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    if (match[0] === "{" || match[0] === "[") depth += 1;
    else if (match[0] === "}" || match[0] === "]") depth -= 1;
    if (depth === 0) return mark.lastIndex;
  }
  return undefined;
}

/**
 * The format of which a JSON text is a record; "holds-more" for a partition of a visualization, undefined if it is no
 * record.
 */
export function jsonFormatOf(
  text: string,
): "json-lines" | "jepsen-json" | "json-events" | "json-operations" | "porcupine-json" | "holds-more" | undefined {
  let record: unknown;
  try {
    record = exactJson(text);
  } catch {
    return undefined;
  }
  if (Array.isArray(record)) return record.length === 6 && typeof record[1] === "string" ? "json-lines" : undefined;
  if (!isStruct(record)) return undefined;
  if (isPorcupineRecord(record)) return "porcupine-json";
  if (Array.isArray(record["History"])) return "holds-more";
  const fields = new Set(Object.keys(record).map(fieldOf));
  if (isJepsenRecord(record)) return "jepsen-json";
  if (fields.has("client") && fields.has("call")) return "json-operations";
  return fields.has("type") && (fields.has("client") || fields.has("f") || fields.has("value"))
    ? "json-events"
    : undefined;
}

/** The layout of text without brackets around it, by its first line. */
function textLayout(head: string, from: number, isEnough: boolean): Layout | "more" | undefined {
  const end = head.indexOf("\n", from);
  if (end === -1 && !isEnough) return "more";
  const line = head.slice(from, end === -1 ? head.length : end).replace(/\r$/, "");
  if (isJepsenLogLine(line)) return { kind: "lines", format: "jepsen-log" };
  if (isJepsenHistoryLine(line)) return { kind: "lines", format: "jepsen-history" };
  const delimiter = delimiterOf(line);
  if (delimiter !== undefined) return { kind: "csv", delimiter };
  // Source files and test output begin with other lines.
  if (head.slice(from).split("\n", 100).some(isGoLine)) return { kind: "lines", format: "porcupine-go" };
  return isEnough || head.slice(from).split("\n", 101).length > 100 ? undefined : "more";
}
