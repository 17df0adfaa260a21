/**
 * JSON arrays, one operation each: `[client, f, argument, output, call, return]`; return is null for a pending
 * operation.
 */
import { exactJson } from "./exact-json.ts";
import { excerpt, HistoryFileError } from "../record.ts";
import type { RecordedOperation } from "../record.ts";
import { clientOf } from "./record-fields.ts";
import type { Timeline } from "./recorded-time.ts";
import { foundText } from "../recorded-value.ts";

const EXPECTED = "[client, function, argument, output, call, return]";

/** @throws HistoryFileError if the text is not such an array */
export function jsonLineOperation(text: string, file: string, line: number, timeline: Timeline): RecordedOperation {
  let parsed: unknown;
  try {
    parsed = exactJson(text);
  } catch {
    throw new HistoryFileError(file, line, `expected JSON ${EXPECTED}, found "${excerpt(text)}"`);
  }
  if (!Array.isArray(parsed) || parsed.length !== 6)
    throw new HistoryFileError(file, line, `expected ${EXPECTED}, found "${excerpt(text)}"`);
  const [process, f, argument, output, call, returned] = parsed as unknown[];
  const client = clientOf(process);
  if (client === undefined)
    throw new HistoryFileError(file, line, `expected a client's number or name first, found "${foundText(process)}"`);
  if (typeof f !== "string")
    throw new HistoryFileError(file, line, `expected the name of a function second, found "${foundText(f)}"`);
  const invokedAt = timeline.placeOf(call);
  if (invokedAt === undefined)
    throw new HistoryFileError(file, line, `expected the call's place fifth, found "${foundText(call)}"`);
  const respondedAt = returned === null ? undefined : timeline.placeOf(returned);
  if (returned !== null && (respondedAt === undefined || respondedAt <= invokedAt)) {
    throw new HistoryFileError(
      file,
      line,
      `expected the return's place sixth, null or more than ${foundText(call)}, found "${foundText(returned)}"`,
    );
  }
  const pending = respondedAt === undefined;
  return { client, f, key: undefined, argument, output: pending ? undefined : output, invokedAt, respondedAt, line };
}
