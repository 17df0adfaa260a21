/**
 * The data behind porcupine's pictures of histories: partitions with their operations, each reduced to a description:
 * `get('x') -> 'y'`, `put('x', 'y')`, `cas(1, 2) -> ok`. Values have lost their types: text that looks like a number is
 * read as one.
 *
 * Source: porcupine, visualization.go (visualizationData, historyElement), and the descriptions of porcupine_test.go.
 */
import { plainValue } from "./go-value.ts";
import { excerpt, HistoryFileError } from "../record.ts";
import type { RecordedOperation } from "../record.ts";
import type { Timeline } from "./recorded-time.ts";
import { foundText } from "../recorded-value.ts";

/**
 * The operation of one element of a partition's history.
 *
 * @param partition the key of operations whose description has none; undefined if there is only one partition
 * @throws HistoryFileError if it is not an operation
 */
export function visualizedOperation(
  element: Readonly<Record<string, unknown>>,
  partition: string | undefined,
  file: string,
  line: number,
  timeline: Timeline,
): RecordedOperation {
  const { ClientId: client, Start: start, End: end, Description: description } = element;
  const [invokedAt, respondedAt] = [timeline.placeOf(start), timeline.placeOf(end)];
  if (typeof client !== "number" || typeof description !== "string")
    throw new HistoryFileError(
      file,
      line,
      `expected ClientId, Start, End and Description, found ${foundText(element)}`,
    );
  if (invokedAt === undefined || respondedAt === undefined || respondedAt < invokedAt)
    throw new HistoryFileError(
      file,
      line,
      `expected the times Start and End, found ${foundText(start)} and ${foundText(end)}`,
    );
  const { f, key = partition, argument, output } = described(description, file, line);
  return { client, f, key, argument, output, invokedAt, respondedAt, line };
}

interface Described {
  readonly f: string;
  readonly key?: string;
  readonly argument: unknown;
  readonly output: unknown;
}

const NAME = /^\s*([A-Za-z_][\w.-]*)\s*\(/;
const VALUE = /\s*(?:'([^']*)'|"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s,()'"][^,()'"]*))\s*/y;
/** The number of values that an operation has besides its key. */
const VALUES: Readonly<Record<string, number>> = { read: 0, get: 0, write: 1, put: 1, set: 1, append: 1, cas: 2 };

function described(text: string, file: string, line: number): Described {
  const fail = (): never => {
    throw new HistoryFileError(
      file,
      line,
      `expected a description such as get('x') -> 'y', put('x', 'y') or cas(1, 2) -> ok, found "${excerpt(text)}"`,
    );
  };
  const name = NAME.exec(text);
  if (name === null) return fail();
  const f = (name[1] ?? "").toLowerCase();
  const values: unknown[] = [];
  let at = name[0].length;
  for (; text[at] !== ")"; at += text[at] === "," ? 1 : 0) {
    const { value, end } = valueAt(text, at) ?? fail();
    values.push(value);
    at = end;
    if (text[at] !== "," && text[at] !== ")") return fail();
  }
  const arrow = /^\)\s*(?:(?:->|=>|:)\s*([^]*))?$/.exec(text.slice(at));
  if (arrow === null) return fail();
  const expected = Object.hasOwn(VALUES, f) ? VALUES[f] : undefined;
  const hasKey = expected !== undefined && values.length === expected + 1;
  const rest = hasKey ? values.slice(1) : values;
  if (expected !== undefined && rest.length !== expected) return fail();
  return {
    f,
    ...(hasKey ? { key: String(values[0]) } : {}),
    argument: rest.length === 0 ? null : rest.length === 1 ? rest[0] : rest,
    output: outputOf(f, arrow[1], fail),
  };
}

function valueAt(text: string, at: number): { readonly value: unknown; readonly end: number } | undefined {
  VALUE.lastIndex = at;
  const match = VALUE.exec(text);
  if (match === null) return undefined;
  const [, single, double, bare] = match;
  return { value: plainValue(single ?? double ?? bare?.trim() ?? ""), end: VALUE.lastIndex };
}

/** Undefined for a response that was not seen. */
function outputOf(f: string, text: string | undefined, fail: () => never): unknown {
  if (text === undefined) return f === "get" || f === "read" ? fail() : null;
  const read = valueAt(text, 0);
  if (read === undefined) return text.trim() === "" ? "" : fail();
  if (read.end < text.length) return fail();
  if (/^\s*(?:unknown|\?)\s*$/.test(text)) return undefined;
  if (f !== "get" && f !== "read") {
    if (/^\s*(?:ok|true|success)\s*$/i.test(text)) return true;
    if (/^\s*(?:fail|failed|false)\s*$/i.test(text)) return false;
  }
  return read.value;
}
