/**
 * A set of keys, empty at first; keys are independent.
 *
 * Responses: add returns whether the key was absent, remove and has whether it was present.
 */
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";
import { scalarKey } from "./register.ts";

export interface SetOperation {
  readonly kind: "add" | "remove" | "has";
  readonly key: Scalar;
}

export function set(): Model<ReadonlySet<Scalar>, SetOperation, boolean> {
  function outcomes(
    state: ReadonlySet<Scalar>,
    { kind, key }: SetOperation,
  ): { response: boolean; next: ReadonlySet<Scalar> }[] {
    const present = state.has(key);
    if (kind === "has" || (kind === "add") === present) return [{ response: kind === "has" && present, next: state }];
    const next = new Set(state);
    if (kind === "add") next.add(key);
    else next.delete(key);
    return [{ response: true, next }];
  }
  return {
    name: "set",
    initial: new Set(),
    next: (state, operation, response) =>
      outcomes(state, operation).flatMap((outcome) =>
        response === undefined || response === outcome.response ? [outcome.next] : [],
      ),
    outcomes,
    key: (state) => [...state].map(scalarKey).toSorted().join(),
    partition: ({ key }) => scalarKey(key),
    observes: ({ kind }, response) => kind === "has" || response === false,
    shape: {
      kind: "set",
      roleOf: ({ kind }, response) => ({
        role: kind === "remove" ? "remove" : kind,
        present: response === undefined ? undefined : response !== (kind === "add"),
      }),
    },
  };
}
