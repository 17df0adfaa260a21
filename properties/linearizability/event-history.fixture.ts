import type { HistoryOperation } from "./history.ts";

/** One recorded event: a client invokes an operation, or gets a response. */
export type HistoryEvent<Operation, Response> =
  | { readonly kind: "invoke"; readonly client: number | string; readonly operation: Operation }
  | { readonly kind: "respond"; readonly client: number | string; readonly response: Response | undefined };

/**
 * Pairs the invocations of each client, one at a time, with their responses; the time of an event is its position. Open
 * operations are pending.
 */
export function historyOfEvents<Operation, Response>(
  events: readonly HistoryEvent<Operation, Response>[],
): HistoryOperation<Operation, Response>[] {
  return events.flatMap((event, invokedAt): HistoryOperation<Operation, Response>[] => {
    if (event.kind === "respond") return [];
    const { client, operation } = event;
    const at = events.findIndex((other, index) => index > invokedAt && other.client === client);
    const answer = events[at];
    return answer?.kind === "respond"
      ? [{ client, operation, response: answer.response, invokedAt, respondedAt: at }]
      : [{ client, operation, response: undefined, invokedAt, respondedAt: undefined }];
  });
}
