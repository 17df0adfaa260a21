/**
 * Small random histories for tests: overlapping clients, pending operations, responses that are mostly right.
 */
import type { Model } from "#model/model.ts";
import type { HistoryOperation } from "./history.ts";
import type { Random } from "#properties/random.ts";

export interface RandomHistoryOptions<Operation, Response> {
  readonly operations: readonly Operation[];
  /** Responses to draw from for a random response. */
  readonly responses: readonly Response[];
  readonly length: number;
  readonly clients: number;
  /** One in this many responses is drawn at random instead of taken from the model. */
  readonly wrongOneIn: number;
}

/**
 * The model takes effect at a point within each operation, so that most histories hold except for the wrong responses.
 */
export function randomHistory<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  random: Random,
  { operations, responses, length, clients, wrongOneIn }: RandomHistoryOptions<Operation, Response>,
): HistoryOperation<Operation, Response>[] {
  const history: HistoryOperation<Operation, Response>[] = [];
  const open: ({ readonly index: number; response: Response | undefined; done: boolean } | undefined)[] = Array.from({
    length: clients,
  });
  let state = model.initial;
  for (let at = 0; at < length * 3; at += 1) {
    const client = random.below(clients);
    const own = open[client];
    if (own === undefined) {
      const operation = operations[random.below(operations.length)];
      if (operation === undefined || history.length >= length) continue;
      open[client] = { index: history.length, response: undefined, done: false };
      history.push({ client, operation, response: undefined, invokedAt: at, respondedAt: undefined });
      continue;
    }
    const item = history[own.index];
    if (item === undefined) continue;
    if (!own.done) {
      const possible = responses.filter((response) => model.next(state, item.operation, response).length > 0);
      own.response =
        random.below(wrongOneIn) === 0 || possible.length === 0
          ? responses[random.below(responses.length)]
          : possible[random.below(possible.length)];
      const nexts = model.next(state, item.operation, own.response);
      state = nexts[random.below(Math.max(1, nexts.length))] ?? state;
      own.done = true;
      continue;
    }
    history[own.index] = { ...item, response: own.response, respondedAt: at };
    open[client] = undefined;
  }
  return history;
}
