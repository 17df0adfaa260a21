/** A number that starts at 0: increment raises it by 1 and answers null, read answers it. */
import type { Model } from "../model.ts";

export interface CounterOperation {
  readonly kind: "increment" | "read";
}

export function counter(): Model<number, CounterOperation, number | null> {
  return {
    name: "counter",
    initial: 0,
    next(state, { kind }, response) {
      if (kind === "increment") return [state + 1];
      return response === undefined || response === state ? [state] : [];
    },
    outcomes: (state, { kind }) =>
      kind === "increment" ? [{ response: null, next: state + 1 }] : [{ response: state, next: state }],
    key: (state) => state,
    observes: ({ kind }) => kind === "read",
    shape: {
      kind: "counter",
      // A read that answers null is wrong whatever the count, not unseen.
      roleOf: ({ kind }, response) =>
        kind === "increment" ? { role: "increment" } : { role: "read", value: response === null ? NaN : response },
    },
  };
}
