/** Jepsen's log lines: `INFO  jepsen.util - <process>  :<type>  :<f>  <value>`. */
import type { RecordedEvent } from "./pairing.ts";
import { excerpt, HistoryFileError } from "./record.ts";

const LINE = /^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(invoke|ok|fail|info)\s+:([\w-]+)\s+(.*?)\s*$/;

/** The event of a line. @throws HistoryFileError if it is none */
export function jepsenLogEvent(text: string, file: string, line: number): RecordedEvent {
  const match = LINE.exec(text);
  const type = match?.[2];
  if (match === null || (type !== "invoke" && type !== "ok" && type !== "fail" && type !== "info")) {
    throw new HistoryFileError(
      file,
      line,
      `expected "INFO  jepsen.util - <process> :<invoke|ok|fail|info> :<function> <value>", found "${excerpt(text)}"`,
    );
  }
  const f = match[3] ?? "";
  const value = valueOf(match[4] ?? "", file, line);
  const event = { client: Number(match[1]), f, key: undefined, line };
  // In these logs a compare-and-swap that fails with its pair did run, and found another value: that is an answer.
  if (f === "cas" && Array.isArray(value) && type !== "invoke")
    return { ...event, type: type === "fail" ? "ok" : type, value: type === "ok" };
  return { ...event, type, value };
}

function valueOf(text: string, file: string, line: number): unknown {
  if (text === "nil") return null;
  if (/^-?\d+$/.test(text)) return Number(text);
  if (/^:[\w-]+$/.test(text)) return text;
  const pair = /^\[\s*(-?\d+|nil)[\s,]+(-?\d+|nil)\s*\]$/.exec(text);
  if (pair !== null) return [pair[1], pair[2]].map((each) => (each === "nil" ? null : Number(each)));
  throw new HistoryFileError(
    file,
    line,
    `expected nil, an integer, a pair such as [1 2] or a keyword, found "${excerpt(text)}"`,
  );
}
