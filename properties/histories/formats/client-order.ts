import { HistoryFileError } from "../record.ts";
import type { RecordedOperation } from "../record.ts";

/**
 * Detects a client that invokes an operation while its last one is open. A client whose operation never returned may
 * have been restarted under its name.
 *
 * @throws HistoryFileError, from the returned function
 */
export function createClientOrder(file: string): (operation: RecordedOperation) => void {
  const lastOf = new Map<number | string, RecordedOperation>();
  return (operation) => {
    const { client, f, invokedAt, respondedAt = Infinity, line } = operation;
    const last = lastOf.get(client);
    if (last?.respondedAt !== undefined && last.respondedAt > invokedAt && respondedAt > last.invokedAt)
      throw new HistoryFileError(
        file,
        line,
        `client ${client} invokes ${f} at ${invokedAt} while its ${last.f} of line ${last.line} is open`,
      );
    lastOf.set(client, operation);
  };
}
