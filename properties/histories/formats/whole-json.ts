/**
 * A history within a larger JSON value: an object with the array of records in it, or the data of a porcupine
 * visualization, by itself or within its page.
 */
import { exactJson } from "./exact-json.ts";
import { jsonFormatOf } from "./format.ts";
import type { HistoryFormat } from "./format.ts";
import { JsonError, visitArrays } from "./json-arrays.ts";
import type { ArrayVisitor, JsonElement } from "./json-arrays.ts";
import { foundText, isStruct } from "../recorded-value.ts";
import { visualizedOperation } from "./porcupine-visualization.ts";
import { HistoryFileError } from "../record.ts";
import type { HistoryReceiver } from "../record.ts";
import { createRecordReader, takesOperations } from "./record-reader.ts";
import type { RecordReader } from "./record-reader.ts";
import type { Receiver } from "./recorded-event.ts";
import { createTimeline } from "./recorded-time.ts";

/**
 * @param start called with the format before anything is passed on
 * @throws HistoryFileError at text that is not JSON, and where it holds no history or more than one
 */
export function readWholeJson(
  text: string,
  file: string,
  start: (format: HistoryFormat) => Receiver,
): { readonly format: HistoryFormat; readonly failed: number } {
  const { json, line: firstLine } = jsonOf(text, file);
  const visit = (visitor: ArrayVisitor): void => {
    try {
      visitArrays(json, visitor);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new HistoryFileError(file, firstLine + error.line - 1, error.message);
    }
  };
  let partitions = 0;
  visit({
    enter(path, first) {
      if (isDrawn(path, first)) partitions += 1;
      return undefined;
    },
  });
  return partitions > 0
    ? readVisualization(
        visit,
        partitions,
        file,
        firstLine,
        takesOperations(start("porcupine-visualization"), "porcupine-visualization", file),
      )
    : readRecords(visit, file, firstLine, start);
}

type Visit = (visitor: ArrayVisitor) => void;

/** A page is HTML around its data. */
function jsonOf(text: string, file: string): { readonly json: string; readonly line: number } {
  if (!text.trimStart().startsWith("<")) return { json: text, line: 1 };
  const data = /^\s*const data = (.*)$/m.exec(text);
  if (data === null)
    throw new HistoryFileError(file, 1, "expected a page of porcupine with its data (const data = …), found another");
  return { json: data[1] ?? "", line: text.slice(0, data.index + data[0].indexOf("const")).split("\n").length };
}

/** Whether an array is the history of a partition. */
function isDrawn(path: readonly (string | number)[], first: JsonElement): boolean {
  return path.at(-1) === "History" && first.text.includes('"Description"');
}

function readVisualization(
  visit: Visit,
  partitions: number,
  file: string,
  firstLine: number,
  receiver: HistoryReceiver,
): { readonly format: HistoryFormat; readonly failed: number } {
  const timeline = createTimeline();
  let partition = 0;
  visit({
    enter(path, first) {
      if (isDrawn(path, first)) {
        partition += 1;
        const key = partitions === 1 ? undefined : `partition ${partition}`;
        return (element) => {
          const line = firstLine + element.line - 1;
          receiver.operation(visualizedOperation(objectOf(element, file, line), key, file, line, timeline));
        };
      }
      if (path.length !== 1 || path[0] !== "Annotations") return undefined;
      return (element) => {
        const line = firstLine + element.line - 1;
        const { Start: at, Tag: tag, Description: description } = objectOf(element, file, line);
        receiver.note({
          kind: "annotation",
          line,
          at: timeline.placeOf(at),
          text: [tag, description].filter((each) => typeof each === "string" && each !== "").join(": "),
        });
      };
    },
  });
  return { format: "porcupine-visualization", failed: 0 };
}

function readRecords(
  visit: Visit,
  file: string,
  firstLine: number,
  start: (format: HistoryFormat) => Receiver,
): { readonly format: HistoryFormat; readonly failed: number } {
  let found: { readonly format: HistoryFormat; readonly reader: RecordReader; readonly path: string } | undefined;
  visit({
    enter(path, first) {
      const format = jsonFormatOf(first.text);
      if (format === undefined || format === "holds-more") return undefined;
      const line = firstLine + first.line - 1;
      if (found !== undefined)
        throw new HistoryFileError(
          file,
          line,
          `expected one array of operations, found those of ${found.path} ` +
            `and ${path.join(".")}; put each into a file of its own`,
        );
      const reader = createRecordReader(format, file, start(format));
      found = { format, reader, path: path.join(".") };
      return (element) => reader.add(element.text, firstLine + element.line - 1);
    },
  });
  if (found === undefined)
    throw new HistoryFileError(
      file,
      firstLine,
      "expected an array of operations within this value: [client, function, argument, output, call, return], " +
        'or objects such as {"process": 0, "type": "invoke", "f": "write", "value": 1}',
    );
  return { format: found.format, failed: found.reader.end() };
}

function objectOf(element: JsonElement, file: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = exactJson(element.text);
  } catch {
    value = undefined;
  }
  if (isStruct(value)) return value;
  throw new HistoryFileError(file, line, `expected a JSON object, found ${foundText(element.text)}`);
}
