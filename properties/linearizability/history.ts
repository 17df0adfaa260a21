/**
 * A history: what the clients of one object asked, what they were answered, and when.
 *
 * Times are only compared. An operation precedes another when it responded before the other was invoked; equal times
 * count as overlapping. A pending operation (no response) may have taken effect at any time after its invocation, or
 * never.
 */
export interface HistoryOperation<Operation, Response> {
  readonly client: number | string;
  readonly operation: Operation;
  /** undefined when nobody saw the answer: then any answer is allowed. */
  readonly response: Response | undefined;
  readonly invokedAt: number;
  /** undefined when the operation is pending. */
  readonly respondedAt: number | undefined;
}

/** In any order: the checkers sort by time. */
export type History<Operation, Response> = readonly HistoryOperation<Operation, Response>[];

/** One line of a record: a client starts an operation, or gets an answer. */
export type HistoryEvent<Operation, Response> =
  | { readonly kind: "invoke"; readonly client: number | string; readonly operation: Operation }
  | { readonly kind: "respond"; readonly client: number | string; readonly response: Response | undefined };

/**
 * Pairs invocations with responses; the time of an event is its position. What is left open is pending.
 *
 * @throws RangeError at a response without its invocation, or a second invocation while one is open
 */
export function historyOfEvents<Operation, Response>(
  events: readonly HistoryEvent<Operation, Response>[],
): HistoryOperation<Operation, Response>[] {
  const history: HistoryOperation<Operation, Response>[] = [];
  const open = new Map<number | string, number>();
  for (const [at, event] of events.entries()) {
    const index = open.get(event.client);
    if (event.kind === "invoke") {
      if (index !== undefined)
        throw new RangeError(`event ${at}: client ${event.client} invokes an operation while its last one is open`);
      open.set(event.client, history.length);
      history.push({
        client: event.client,
        operation: event.operation,
        response: undefined,
        invokedAt: at,
        respondedAt: undefined,
      });
      continue;
    }
    const invoked = index === undefined ? undefined : history[index];
    if (index === undefined || invoked === undefined)
      throw new RangeError(`event ${at}: client ${event.client} gets a response, but has no operation open`);
    open.delete(event.client);
    history[index] = { ...invoked, response: event.response, respondedAt: at };
  }
  return history;
}
