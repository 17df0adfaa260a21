/**
 * Splits incoming text into its bracketed records, each with its line: maps or objects, one after another or within one
 * vector, list or array, over any number of lines.
 *
 * Only brackets, strings and comments are examined; the receiver reads the content of a record.
 */
import { excerpt, HistoryFileError } from "../record.ts";

/** Longest text of one record: a longer one lacks a bracket. */
export const ELEMENT_LENGTH_MAX = 1 << 20;

export interface ElementSplitter {
  /** Adds the next piece of text. */
  add(text: string): void;
  /** @throws HistoryFileError if a bracket or string is left open */
  end(): void;
}

/** The records at the top level of a file: maps of EDN, with or without tags; objects or arrays of JSON. */
export interface BracketSyntax {
  readonly language: "EDN" | "JSON";
  /** Brackets that begin a record; `#` begins a tag before one. */
  readonly opens: string;
  /** A record as an example, for messages. */
  readonly example: string;
}

const CLOSER: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };

/**
 * @param onElement called with each complete record
 * @throws HistoryFileError, from `add`, at brackets that do not match, and at anything but records at the top level
 */
export function createElementSplitter(
  file: string,
  { language, opens, example }: BracketSyntax,
  onElement: (text: string, line: number) => void,
): ElementSplitter {
  const isEdn = language === "EDN";
  let line = 1;
  let mode: "plain" | "text" | "escape" | "comment" | "character" = "plain";
  let outer = ""; // the bracket that closes the whole, "" if none, "done" after it
  let closers = ""; // the closers of the open brackets within a record
  let tagged = false; // after # and before the bracket of a record
  let before = ""; // the current record's text in earlier pieces
  let startLine = 1;

  const isOpen = (): boolean => closers !== "" || tagged;
  const fail = (at: number, what: string): never => {
    throw new HistoryFileError(file, at, what);
  };

  /** A character outside records. @returns whether a record begins here */
  function between(character: string): boolean {
    if (opens.includes(character) && (character !== "[" || outer !== "")) {
      if (outer === "done") fail(line, `expected the end of the file behind its brackets, found "${character}"`);
      startLine = line;
      if (character === "#") tagged = true;
      else closers = CLOSER[character] ?? "";
      return true;
    }
    if ((character === "[" || (isEdn && character === "(")) && outer === "") outer = CLOSER[character] ?? "";
    else if (character === outer) outer = "done";
    else if (isEdn && character === ";") mode = "comment";
    else if (!/[\s,]/.test(character)) fail(line, `expected a ${example}, found "${excerpt(character)}"`);
    return false;
  }

  /** A character within a record, but not within a string. @returns whether the record ends here */
  function within(character: string): boolean {
    if (character === '"') mode = "text";
    else if (isEdn && character === ";") mode = "comment";
    else if (isEdn && character === "\\") mode = "character";
    else if (character === "{" || character === "[" || (isEdn && character === "(")) {
      tagged = false;
      closers += CLOSER[character] ?? "";
    } else if (character === "}" || character === "]" || (isEdn && character === ")")) {
      if (!closers.endsWith(character) || closers === "")
        fail(line, `expected "${closers.at(-1) ?? "a map behind its tag"}", found "${character}"`);
      closers = closers.slice(0, -1);
      return closers === "";
    }
    return false;
  }

  function checkLength(length: number): void {
    if (length <= ELEMENT_LENGTH_MAX) return;
    const what = mode === "text" || mode === "escape" ? "text" : isEdn ? "map" : "record";
    fail(startLine, `expected the end of this ${what} within ${ELEMENT_LENGTH_MAX} characters`);
  }

  return {
    add(text) {
      let from = isOpen() ? 0 : -1; // where the current record begins in this piece
      for (let i = 0; i < text.length; i += 1) {
        const character = text[i] ?? "";
        switch (mode) {
          case "plain":
            if (!isOpen()) {
              if (between(character)) from = i;
            } else if (within(character)) {
              checkLength(before.length + i + 1 - from);
              onElement(before + text.slice(from, i + 1), startLine);
              before = "";
              from = -1;
            }
            break;
          case "text":
            if (character === '"') mode = "plain";
            else if (character === "\\") mode = "escape";
            break;
          case "escape":
            mode = "text";
            break;
          case "character":
            mode = "plain";
            break;
          case "comment":
            if (character === "\n") mode = "plain";
            break;
        }
        if (character === "\n") line += 1;
      }
      if (from !== -1) before += text.slice(from);
      checkLength(before.length);
    },
    end() {
      const closer = closers.at(-1) ?? "{";
      if (isOpen())
        fail(startLine, `expected "${closer}" to close this ${isEdn ? "map" : "record"}, found the end of the file`);
      if (outer !== "" && outer !== "done") fail(line, `expected "${outer}" at the end, found the end of the file`);
    },
  };
}
