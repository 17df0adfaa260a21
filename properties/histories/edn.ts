/**
 * EDN histories: one vector or list of maps over any number of lines (Jepsen), or one map a line (porcupine's kv).
 *
 * The maps are told apart here, with their lines, as the text comes in; their contents are read by edn-data.
 */
import { parseEDNString } from "edn-data";
import type { RecordedEvent } from "./pairing.ts";
import { excerpt, HistoryFileError } from "./record.ts";

/** Longest text of one map: whoever needs more has lost a bracket. */
const MAP_LENGTH_MAX = 1 << 20;

export interface EdnSplitter {
  /** Takes in the next piece of text; `onMap` is called with each map that is complete. */
  add(text: string): void;
  /** @throws HistoryFileError if something is left open */
  end(): void;
}

/** @throws HistoryFileError at brackets that do not match, and at anything but maps at the top */
export function createEdnSplitter(file: string, onMap: (text: string, line: number) => void): EdnSplitter {
  let line = 1;
  let mode: "plain" | "string" | "escape" | "comment" = "plain";
  let outer = ""; // the bracket that closes the whole, "" while there is none, "done" behind it
  let closers = ""; // the brackets that are open within a map, as their closers
  let current = "";
  let startLine = 1;
  const closerOf: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };

  function plain(char: string): void {
    if (char === ";") {
      mode = "comment";
      return;
    }
    if (closers === "") {
      if (char === "{") {
        startLine = line;
        closers = "}";
        current = "{";
      } else if ((char === "[" || char === "(") && outer === "") outer = closerOf[char] ?? "";
      else if (char === outer) outer = "done";
      else if (!/[\s,]/.test(char))
        throw new HistoryFileError(
          file,
          line,
          `expected a map such as {:process 0, :type :invoke, …}, found "${excerpt(char)}"`,
        );
      return;
    }
    current += char;
    if (char === '"') mode = "string";
    else if (char in closerOf) closers += closerOf[char] ?? "";
    else if (char === "}" || char === "]" || char === ")") {
      if (!closers.endsWith(char))
        throw new HistoryFileError(file, line, `expected "${closers.at(-1)}", found "${char}"`);
      closers = closers.slice(0, -1);
      if (closers === "") onMap(current, startLine);
    }
    if (current.length > MAP_LENGTH_MAX)
      throw new HistoryFileError(file, startLine, `expected the end of this map within ${MAP_LENGTH_MAX} characters`);
  }

  return {
    add(text) {
      for (const char of text) {
        if (mode === "plain") plain(char);
        else if (mode === "comment") {
          if (char === "\n") {
            mode = "plain";
            current += closers === "" ? "" : "\n";
          }
        } else {
          current += char;
          if (current.length > MAP_LENGTH_MAX)
            throw new HistoryFileError(
              file,
              startLine,
              `expected the end of this text within ${MAP_LENGTH_MAX} characters`,
            );
          if (mode === "escape") mode = "string";
          else if (char === "\\") mode = "escape";
          else if (char === '"') mode = "plain";
        }
        if (char === "\n") line += 1;
      }
    },
    end() {
      if (closers !== "")
        throw new HistoryFileError(
          file,
          startLine,
          `expected "${closers.at(-1)}" to close this map, found the end of the file`,
        );
      if (outer !== "" && outer !== "done")
        throw new HistoryFileError(file, line, `expected "${outer}" at the end, found the end of the file`);
    },
  };
}

/**
 * The event of one map, or undefined for one that is not a client's (`:process :nemesis`).
 *
 * @throws HistoryFileError if it is no event
 */
export function ednEvent(text: string, file: string, line: number): RecordedEvent | undefined {
  let parsed: unknown;
  try {
    parsed = parseEDNString(text, {
      mapAs: "map",
      keywordAs: "string",
      symbolAs: "string",
      listAs: "array",
      setAs: "array",
      charAs: "string",
    });
  } catch (error) {
    throw new HistoryFileError(
      file,
      line,
      `expected an EDN map: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (!(parsed instanceof Map)) throw new HistoryFileError(file, line, `expected an EDN map, found "${excerpt(text)}"`);
  const client: unknown = parsed.get("process");
  if (typeof client !== "number" || !Number.isInteger(client)) {
    if (client === undefined)
      throw new HistoryFileError(file, line, `expected :process in the map, found "${excerpt(text)}"`);
    return undefined;
  }
  const type: unknown = parsed.get("type");
  if (type !== "invoke" && type !== "ok" && type !== "fail" && type !== "info") {
    throw new HistoryFileError(
      file,
      line,
      `expected :type :invoke, :ok, :fail or :info, found "${excerpt(String(type))}"`,
    );
  }
  const f: unknown = parsed.get("f");
  if (typeof f !== "string")
    throw new HistoryFileError(file, line, `expected :f with the name of a function, found "${excerpt(String(f))}"`);
  const key: unknown = parsed.get("key");
  return {
    type,
    client,
    f,
    key: key === undefined ? undefined : String(key),
    value: parsed.get("value") ?? null,
    line,
  };
}
