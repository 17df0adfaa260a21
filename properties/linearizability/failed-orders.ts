/**
 * The failures of every order of a few operations: the orders that go as far as possible, and what stops them there.
 */
import type { Model } from "#model/model.ts";
import type { HistoryOperation } from "./history.ts";
import { valueText } from "./value-text.ts";

export interface FailedOrder {
  /** Places of the operations that took effect, in order. */
  readonly order: readonly number[];
  /** The state they leave, as the model's key. */
  readonly state: string | number;
  /** Every operation that could only come next, and why it cannot. */
  readonly blocked: readonly { readonly operation: number; readonly because: string }[];
}

/** Most steps tried in total: enough for the few operations of a counterexample, and a bound for larger sets. */
const STEPS_MAX = 200_000;

/**
 * At most `ordersMax` orders, the longest first; orders with the same operations and final state count once.
 */
export function failedOrders<State, Operation, Response>(
  operations: readonly HistoryOperation<Operation, Response>[],
  model: Model<State, Operation, Response>,
  ordersMax: number,
): FailedOrder[] {
  const failed: FailedOrder[] = [];
  const met = new Set<string>();
  let steps = 0;
  const visit = (order: readonly number[], state: State): void => {
    const used = new Set(order);
    const key = `${order.toSorted((left, right) => left - right).join()};${model.key(state)}`;
    if (met.has(key) || steps > STEPS_MAX) return;
    met.add(key);
    const left = [...operations.entries()].filter(([i]) => !used.has(i));
    const firstResponse = Math.min(...left.map(([, { respondedAt }]) => respondedAt ?? Infinity));
    const blocked: { operation: number; because: string }[] = [];
    let stuck = true;
    for (const [i, item] of left) {
      if (item.invokedAt > firstResponse) continue; // another one must come before it
      steps += 1;
      const next = model.next(state, item.operation, item.respondedAt === undefined ? undefined : item.response);
      if (next.length === 0) blocked.push({ operation: i, because: whyNot(model, state, item) });
      for (const each of next) {
        stuck = false;
        visit([...order, i], each);
      }
    }
    if (stuck) failed.push({ order, state: model.key(state), blocked });
  };
  visit([], model.initial);
  return failed.toSorted((left, right) => right.order.length - left.order.length).slice(0, ordersMax);
}

function whyNot<State, Operation, Response>(
  model: Model<State, Operation, Response>,
  state: State,
  item: HistoryOperation<Operation, Response>,
): string {
  const found = valueText(item.response);
  if (model.outcomes === undefined) return `cannot return ${found} here`;
  const responses = [...new Set(model.outcomes(state, item.operation).map(({ response }) => valueText(response)))];
  if (responses.length === 0) return "cannot happen here";
  return `returned ${found}, would return ${responses.join(" or ")} here`;
}
