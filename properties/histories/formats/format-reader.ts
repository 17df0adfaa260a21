/** A reader for each layout: from text to operations and notes. */
import { readCsv } from "./csv.ts";
import { EDN } from "./edn.ts";
import { createElementSplitter } from "./element-splitter.ts";
import type { BracketSyntax } from "./element-splitter.ts";
import type { HistoryFormat, Layout } from "./format.ts";
import { HistoryFileError } from "../record.ts";
import type { Receiver } from "./recorded-event.ts";
import { createEvents, createOperations, createRecordReader, CSV_EVENTS, takesOperations } from "./record-reader.ts";
import type { FieldReader } from "./record-reader.ts";
import { createTimeline } from "./recorded-time.ts";
import { readWholeJson } from "./whole-json.ts";

export interface FormatReader {
  add(text: string): void;
  /** To be called once, after the last text. */
  end(): { readonly format: HistoryFormat; readonly failed: number };
}

type Start = (format: HistoryFormat) => Receiver;

const LINE_LENGTH_MAX = 1 << 22;
/** Most characters of a file that must be read as a whole. */
const WHOLE_LENGTH_MAX = 1 << 28;

/** @param start called with the format before anything is passed on */
export function createFormatReader(layout: Layout, file: string, start: Start): FormatReader {
  switch (layout.kind) {
    case "lines": {
      const records = createRecordReader(layout.format, file, start(layout.format));
      const lines = createLines(file, records.add);
      return {
        add: lines.add,
        end() {
          lines.end();
          return { format: layout.format, failed: records.end() };
        },
      };
    }
    case "elements": {
      const records = createRecordReader(layout.format, file, start(layout.format));
      const splitter = createElementSplitter(file, SYNTAXES[layout.format], records.add);
      return {
        add: splitter.add,
        end() {
          splitter.end();
          return { format: layout.format, failed: records.end() };
        },
      };
    }
    case "csv":
      return createWhole(file, (text) => readTable(text, layout.delimiter, file, start));
    case "whole":
      return createWhole(file, (text) => readWholeJson(text, file, start));
  }
}

const JSON_OBJECTS: BracketSyntax = {
  language: "JSON",
  opens: "{",
  example: 'object such as {"process": 0, "type": "invoke", …}',
};

const SYNTAXES: Readonly<Record<Extract<Layout, { kind: "elements" }>["format"], BracketSyntax>> = {
  edn: EDN,
  "json-lines": { language: "JSON", opens: "[", example: "array [client, function, argument, output, call, return]" },
  "jepsen-json": JSON_OBJECTS,
  "json-events": JSON_OBJECTS,
  "json-operations": JSON_OBJECTS,
  "porcupine-json": JSON_OBJECTS,
};

function readTable(
  text: string,
  delimiter: string,
  file: string,
  start: Start,
): { format: HistoryFormat; failed: number } {
  let reader: FieldReader | undefined;
  let format: HistoryFormat = "csv-events";
  readCsv(text, delimiter, file, {
    header(kind) {
      format = kind === "events" ? "csv-events" : "csv-operations";
      const receiver = start(format);
      reader =
        kind === "events"
          ? createEvents(file, receiver, CSV_EVENTS)
          : createOperations(file, takesOperations(receiver, format, file), createTimeline());
    },
    row: (fields, line, describe) => reader?.add(fields, line, describe),
  });
  return { format, failed: reader?.end() ?? 0 };
}

function createWhole(
  file: string,
  read: (text: string) => { readonly format: HistoryFormat; readonly failed: number },
): FormatReader {
  const pieces: string[] = [];
  let length = 0;
  return {
    add(text) {
      pieces.push(text);
      length += text.length;
      if (length > WHOLE_LENGTH_MAX)
        throw new HistoryFileError(
          file,
          1,
          `expected at most ${WHOLE_LENGTH_MAX} characters in one value or table; write one record a line instead`,
        );
    },
    end: () => read(pieces.join("")),
  };
}

/** Calls `onLine` with each line that is not blank, without its end. */
function createLines(
  file: string,
  onLine: (text: string, line: number) => void,
): { add: (text: string) => void; end: () => void } {
  let rest = "";
  let line = 0;
  const take = (text: string): void => {
    line += 1;
    const own = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (own.trim() !== "") onLine(own, line);
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
