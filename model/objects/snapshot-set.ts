/**
 * A set of keys that can be read as a whole; empty at first. Its keys are not independent, as a read sees all of them
 * at one point.
 *
 * Responses: add returns whether the key was absent, remove and has whether it was present, read the keys, in any
 * order.
 */
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";
import { scalarKey } from "./register.ts";
import type { SetOperation } from "./set.ts";

export type SnapshotSetOperation = SetOperation | { readonly kind: "read" };

/** By {@link scalarKey}. */
type Keys = ReadonlyMap<string | number, Scalar>;

export function snapshotSet(): Model<Keys, SnapshotSetOperation, boolean | readonly Scalar[]> {
  function outcome(
    state: Keys,
    operation: SnapshotSetOperation,
  ): { response: boolean | readonly Scalar[]; next: Keys } {
    if (operation.kind === "read") return { response: [...state.values()], next: state };
    const { kind, key } = operation;
    const present = state.has(scalarKey(key));
    if (kind === "has" || (kind === "add") === present) return { response: kind === "has" && present, next: state };
    const next = new Map(state);
    if (kind === "add") next.set(scalarKey(key), key);
    else next.delete(scalarKey(key));
    return { response: true, next };
  }
  return {
    name: "set",
    initial: new Map(),
    next(state, operation, response) {
      if (operation.kind === "read" && typeof response === "object") return isEqual(state, response) ? [state] : [];
      const { response: own, next } = outcome(state, operation);
      return response === undefined || response === own ? [next] : [];
    },
    outcomes: (state, operation) => [outcome(state, operation)],
    key: (state) => [...state.keys()].toSorted().join(),
    observes: ({ kind }, response) => kind === "has" || kind === "read" || response === false,
  };
}

/** A list with a key twice is not a set. */
function isEqual(state: Keys, listed: readonly Scalar[]): boolean {
  return state.size === listed.length && new Set(listed.map(scalarKey)).size === listed.length
    ? listed.every((key) => state.has(scalarKey(key)))
    : false;
}
