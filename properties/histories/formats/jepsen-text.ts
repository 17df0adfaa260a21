/**
 * Jepsen's operations as lines of text: `<process>  :<type>  :<f>  <value>  <error>`. They are whole lines in
 * `history.txt`; in logs, of which Jepsen has written several kinds, they follow level, thread and logger:
 *
 *     INFO  jepsen.util - 0  :invoke  :write  1
 *     INFO [2017-03-30 15:23:36,323] jepsen worker 0 - jepsen.util 0  :invoke  :write  1
 *     2024-01-02 03:04:05,678{GMT}  INFO  [jepsen worker 0] jepsen.util: 0  :invoke  :write  1
 *
 * Any other line of a log is a note.
 */
import { Literal } from "#model/literal.ts";
import { EdnError, ednValue, ednValueAt } from "./edn-value.ts";
import type { EventType } from "./event-types.ts";
import type { RecordedEvent } from "./recorded-event.ts";
import { excerpt, HistoryFileError } from "../record.ts";
import type { RecordedNote } from "../record.ts";
import { clientOf, isNemesis, nemesisText } from "./record-fields.ts";
import { nameOf } from "../recorded-value.ts";

const LEVEL = "(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)";
const TIME = "(?:\\d{4}-\\d\\d-\\d\\d[T ])?\\d\\d:\\d\\d:\\d\\d\\S*";
const LOGGER = "[A-Za-z_][\\w.$-]*";
/** Each expression captures the logger and the message. */
const PREFIXES = {
  bare: new RegExp(`^${LEVEL}\\s+(${LOGGER})\\s+-\\s+(.*)$`),
  dated: new RegExp(`^${LEVEL}\\s+\\[[^\\]]*\\]\\s+.*?\\s-\\s+(${LOGGER})(?:\\s+(.*))?$`),
  // Logback's default format.
  plain: new RegExp(`^(?:${TIME}\\s+)?\\[[^\\]]*\\]\\s+${LEVEL}\\s+(${LOGGER})\\s+-\\s+(.*)$`),
  threaded: new RegExp(`^(?:${TIME}\\s+)?${LEVEL}\\s+\\[[^\\]]*\\]\\s+(${LOGGER}):(?:\\s(.*))?$`),
} as const;

/** A name with blanks in it ends at a tab. */
const OPERATION = /^(\S+|"[^"\\]*(?:\\.[^"\\]*)*"|[^\t]+(?=\t))\s+:(invoke|ok|fail|info)\s+(\S+)(?:\s+(.*))?$/;
/** A line that looks like an operation must be one. */
const LIKE_OPERATION = /^\S+\s+:[\w-]+\s|\s:(?:invoke|ok|fail|info)(?:\s|$)/;
/** Lines of a Java exception, which follow the message that they belong to. */
const EXCEPTION =
  /^(?:\s+at |\s*\.{3} \d+ (?:more|common frames)|(?:Caused by|Suppressed|Wrapped by): |(?:[a-z][\w$]*\.)+[\w$]+(?:Exception|Error|Throwable)\b)/;

export type JepsenLine =
  | { readonly kind: "event"; readonly event: RecordedEvent }
  | { readonly kind: "note"; readonly note: Omit<RecordedNote, "at"> };

/** Whether a line belongs to a log of Jepsen. */
export function isJepsenLogLine(text: string): boolean {
  return Object.values(PREFIXES).some((prefix) => prefix.test(text));
}

/** Whether a line belongs to a `history.txt`. */
export function isJepsenHistoryLine(text: string): boolean {
  return OPERATION.test(text);
}

/** @throws HistoryFileError at a line that is neither an operation nor a note */
export function jepsenLogLine(text: string, file: string, line: number): JepsenLine {
  for (const [form, prefix] of Object.entries(PREFIXES)) {
    const match = prefix.exec(text);
    if (match === null) continue;
    const [, logger = "", message = ""] = match;
    if (OPERATION.test(message)) return operationLine(message, file, line, form === "bare" ? "ran" : "never-happened");
    // The first kind of log often lacks its other lines: there every line of this logger counts.
    const isOperations = logger === "jepsen.util" || logger === "jepsen.print";
    if (isOperations && (form === "bare" || LIKE_OPERATION.test(message))) throw noOperation(message, file, line);
    return { kind: "note", note: { line, kind: "log", text: `${logger}: ${message}` } };
  }
  if (EXCEPTION.test(text)) return { kind: "note", note: { line, kind: "log", text: text.trim() } };
  throw new HistoryFileError(
    file,
    line,
    `expected "INFO  jepsen.util - <process> :<invoke|ok|fail|info> :<function> <value>", found "${excerpt(text)}"`,
  );
}

/** @throws HistoryFileError at a line that is not an operation */
export function jepsenHistoryLine(text: string, file: string, line: number): JepsenLine {
  return operationLine(text, file, line, "never-happened");
}

function noOperation(text: string, file: string, line: number): HistoryFileError {
  return new HistoryFileError(
    file,
    line,
    `expected "<process> :<invoke|ok|fail|info> :<function> <value>", found "${excerpt(text)}"`,
  );
}

/**
 * @param failedCas the meaning of a compare-and-swap that fails with its pair: in the first kind of log it *ran* and
 * found another value, which is a response; elsewhere a failed operation never happened
 */
function operationLine(text: string, file: string, line: number, failedCas: "ran" | "never-happened"): JepsenLine {
  const match = OPERATION.exec(text);
  if (match === null) throw noOperation(text, file, line);
  const [, processText = "", typeText = "", functionText = "", rest = ""] = match;
  const type = typeText as EventType; // one of the four by the expression
  const process = processOf(processText);
  const f = nameOf(orUndefined(functionText));
  const value = valueOf(rest, type, file, line);
  if (isNemesis(process)) return { kind: "note", note: { line, kind: "nemesis", text: nemesisText({ f, value }) } };
  const client = clientOf(process);
  if (client === undefined || f === undefined) throw noOperation(text, file, line);
  const event = { client, f, key: undefined, line };
  if (failedCas === "ran" && f === "cas" && Array.isArray(value) && type !== "invoke")
    return { kind: "event", event: { ...event, type: type === "fail" ? "ok" : type, value: type === "ok" } };
  return { kind: "event", event: { ...event, type, value } };
}

/** Logs print names without quotes: text that is not EDN is a name. */
function processOf(text: string): unknown {
  const value = orUndefined(text);
  return value === undefined ? text.trim() : value;
}

function orUndefined(text: string): unknown {
  try {
    return ednValue(text);
  } catch (error) {
    if (error instanceof EdnError) return undefined;
    throw error;
  }
}

/** The value, followed by nothing but an error. */
function valueOf(rest: string, type: EventType, file: string, line: number): unknown {
  if (rest === "") return undefined;
  let read: { readonly value: unknown; readonly end: number };
  try {
    read = ednValueAt(rest, 0);
  } catch (error) {
    if (!(error instanceof EdnError)) throw error;
    throw noValue(rest, file, line);
  }
  if (read.value instanceof Literal && /^[A-Za-z<]/.test(read.value.edn)) throw noValue(rest, file, line);
  const behind = rest.slice(read.end);
  const mayHaveError = behind.startsWith("\t") || type === "fail" || type === "info";
  if (behind.trim() !== "" && !(mayHaveError && /^\s/.test(behind)))
    throw new HistoryFileError(file, line, `expected nothing behind the value, found "${excerpt(behind)}"`);
  return read.value;
}

function noValue(text: string, file: string, line: number): HistoryFileError {
  return new HistoryFileError(
    file,
    line,
    `expected a value such as nil, 5, "text", [1 2] or :timed-out, found "${excerpt(text)}"`,
  );
}
