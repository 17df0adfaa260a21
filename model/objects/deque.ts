/**
 * A double-ended queue: values go in and come out at either end. Empty at first. With a capacity, a push is refused
 * exactly when it is full.
 *
 * Responses: a push returns null, or false when it was refused; a pop the value, or null when there was none.
 */
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";
import { scalarKey } from "./register.ts";

export type DequeOperation =
  | { readonly kind: "push-front" | "push-back"; readonly value: Scalar }
  | { readonly kind: "pop-front" | "pop-back" };

/** @param capacity the maximum number of values */
export function deque(capacity = Infinity): Model<readonly Scalar[], DequeOperation, Scalar> {
  function outcome(state: readonly Scalar[], operation: DequeOperation): { response: Scalar; next: readonly Scalar[] } {
    switch (operation.kind) {
      case "push-front":
      case "push-back":
        if (state.length >= capacity) return { response: false, next: state };
        return {
          response: null,
          next: operation.kind === "push-front" ? [operation.value, ...state] : [...state, operation.value],
        };
      case "pop-front":
        return { response: state[0] ?? null, next: state.slice(1) };
      case "pop-back":
        return { response: state.at(-1) ?? null, next: state.slice(0, -1) };
    }
  }
  return {
    name: "deque",
    initial: [],
    next(state, operation, response) {
      const { response: own, next } = outcome(state, operation);
      return response === undefined || response === own ? [next] : [];
    },
    outcomes: (state, operation) => [outcome(state, operation)],
    key: (state) => state.map(scalarKey).join(),
    observes: ({ kind }, response) => response === (kind === "pop-front" || kind === "pop-back" ? null : false),
  };
}
