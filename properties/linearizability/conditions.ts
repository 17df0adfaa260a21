/**
 * Conditions weaker than linearizability that reduce to linearizability of a history with other times.
 *
 * Each returns a history that is linearizable exactly when the given one meets the condition. Strict serializability of
 * operations on several keys needs no change: it is linearizability with a model of all keys together.
 */
import type { History, HistoryOperation } from "./history.ts";

/**
 * Quiescent consistency: operations take effect in the order of time only if a moment with no open operation lies
 * between them. Source: Aspnes, Herlihy, Shavit, "Counting networks", 1994; Herlihy and Shavit, "The art of
 * multiprocessor programming", 3.3.
 */
export function quiescentHistory<Operation, Response>(
  history: History<Operation, Response>,
): HistoryOperation<Operation, Response>[] {
  const events: { readonly at: number; readonly change: 1 | -1; readonly index: number }[] = [];
  for (const [index, { invokedAt, respondedAt }] of history.entries()) {
    events.push({ at: invokedAt, change: 1, index });
    if (respondedAt !== undefined) events.push({ at: respondedAt, change: -1, index });
  }
  events.sort((left, right) => left.at - right.at || right.change - left.change);
  const result: HistoryOperation<Operation, Response>[] = [...history];
  let open = 0;
  let started = 0;
  let period: number[] = [];
  const close = (end: number | undefined): void => {
    for (const index of period) {
      const item = history[index];
      if (item !== undefined)
        result[index] = {
          ...item,
          invokedAt: started,
          respondedAt: item.respondedAt === undefined ? undefined : (end ?? Infinity),
        };
    }
    period = [];
  };
  for (const { at, change, index } of events) {
    if (open === 0) started = at;
    open += change;
    if (change === 1) period.push(index);
    if (open === 0) close(at);
  }
  const latest = events.at(-1)?.at ?? 0;
  close(latest); // an operation is pending: the last period never ends
  return result;
}

/**
 * Serializability: the operations take effect in some order, whatever the times. Source: Papadimitriou, JACM 26(4),
 * 1979.
 */
export function unorderedHistory<Operation, Response>(
  history: History<Operation, Response>,
): HistoryOperation<Operation, Response>[] {
  return history.map((item) => ({
    ...item,
    invokedAt: 0,
    respondedAt: item.respondedAt === undefined ? undefined : 1,
  }));
}
