/**
 * A history: the operations of the clients of one object, with their responses and times.
 *
 * Times are only compared. An operation precedes another when it responded before the other was invoked; equal times
 * count as overlapping. A pending operation (no response) may have taken effect at any time after its invocation, or
 * never.
 */
export interface HistoryOperation<Operation, Response> {
  readonly client: number | string;
  readonly operation: Operation;
  /** undefined when the response was not seen: then any response is allowed. */
  readonly response: Response | undefined;
  readonly invokedAt: number;
  /** undefined when the operation is pending. */
  readonly respondedAt: number | undefined;
}

/** In any order: the checkers sort by time. */
export type History<Operation, Response> = readonly HistoryOperation<Operation, Response>[];

/** The time of the invocation of the operation with this index, which must exist. */
export function invokedAtOf(history: History<unknown, unknown>, index: number): number {
  return (history[index] as HistoryOperation<unknown, unknown>).invokedAt;
}
