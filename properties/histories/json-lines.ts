/**
 * JSON lines, one operation each: `[client, f, argument, output, call, return]`; return is null for a pending
 * operation.
 */
import { excerpt, HistoryFileError } from "./record.ts";
import type { RecordedOperation } from "./record.ts";

const EXPECTED = "[client, function, argument, output, call, return]";

/** @throws HistoryFileError if the line is no such array */
export function jsonLineOperation(text: string, file: string, line: number): RecordedOperation {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new HistoryFileError(file, line, `expected JSON ${EXPECTED}, found "${excerpt(text)}"`);
  }
  if (!Array.isArray(parsed) || parsed.length !== 6)
    throw new HistoryFileError(file, line, `expected ${EXPECTED}, found "${excerpt(text)}"`);
  const [client, f, argument, output, invokedAt, respondedAt] = parsed as unknown[];
  if (typeof client !== "number" && typeof client !== "string")
    throw new HistoryFileError(
      file,
      line,
      `expected a client's number or name first, found "${excerpt(JSON.stringify(client))}"`,
    );
  if (typeof f !== "string")
    throw new HistoryFileError(
      file,
      line,
      `expected the name of a function second, found "${excerpt(JSON.stringify(f))}"`,
    );
  if (typeof invokedAt !== "number")
    throw new HistoryFileError(
      file,
      line,
      `expected the call's place fifth, found "${excerpt(JSON.stringify(invokedAt))}"`,
    );
  if (respondedAt !== null && (typeof respondedAt !== "number" || respondedAt <= invokedAt)) {
    throw new HistoryFileError(
      file,
      line,
      `expected the return's place sixth, null or more than ${invokedAt}, found "${excerpt(JSON.stringify(respondedAt))}"`,
    );
  }
  const pending = respondedAt === null;
  return {
    client,
    f,
    key: undefined,
    argument,
    output: pending ? undefined : output,
    invokedAt,
    respondedAt: pending ? undefined : respondedAt,
    line,
  };
}
