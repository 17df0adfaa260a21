/**
 * A priority queue with two ends: pop-min takes the smallest value, pop-max the largest. Empty at first. With a
 * capacity, a push is refused exactly when it is full.
 *
 * Responses: a push returns null, or false when it was refused; a pop the value, or null when there was none.
 */
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";
import { comparePriorities } from "./priority-queue.ts";
import { scalarKey } from "./register.ts";

export type DoubleEndedPriorityQueueOperation =
  | { readonly kind: "push"; readonly value: Scalar }
  | { readonly kind: "pop-min" | "pop-max" };

/** @param capacity the maximum number of values */
export function doubleEndedPriorityQueue(
  capacity = Infinity,
): Model<readonly Scalar[], DoubleEndedPriorityQueueOperation, Scalar> {
  function outcome(
    state: readonly Scalar[],
    operation: DoubleEndedPriorityQueueOperation,
  ): { response: Scalar; next: readonly Scalar[] } {
    switch (operation.kind) {
      case "push":
        return state.length >= capacity
          ? { response: false, next: state }
          : { response: null, next: [...state, operation.value].toSorted(comparePriorities) };
      case "pop-min":
        return { response: state[0] ?? null, next: state.slice(1) };
      case "pop-max":
        return { response: state.at(-1) ?? null, next: state.slice(0, -1) };
    }
  }
  return {
    name: "double-ended-priority-queue",
    initial: [],
    next(state, operation, response) {
      const { response: own, next } = outcome(state, operation);
      return response === undefined || response === own ? [next] : [];
    },
    outcomes: (state, operation) => [outcome(state, operation)],
    key: (state) => state.map(scalarKey).join(),
    observes: ({ kind }, response) => response === (kind === "push" ? false : null),
  };
}
