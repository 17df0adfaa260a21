/**
 * A number that operations add to, with every digit.
 *
 * Responses: increment returns null, read the number, add-and-get the number after its addition, get-and-add the one
 * before.
 */
import { sumOf } from "../exact-number.ts";
import type { Model } from "../model.ts";
import type { CounterRole } from "../object-shape.ts";
import { scalarKey } from "./register.ts";

export type Amount = number | bigint;

export type CounterOperation =
  /** By 1 by default. */
  | { readonly kind: "increment"; readonly by?: Amount }
  | { readonly kind: "add-and-get" | "get-and-add"; readonly by: Amount }
  | { readonly kind: "read" };

/** @param initial the initial number */
export function counter(initial: Amount = 0): Model<Amount, CounterOperation, Amount | null> {
  function outcome(state: Amount, operation: CounterOperation): { response: Amount | null; next: Amount } {
    switch (operation.kind) {
      case "read":
        return { response: state, next: state };
      case "increment":
        return { response: null, next: sumOf(state, operation.by ?? 1) };
      case "add-and-get": {
        const next = sumOf(state, operation.by);
        return { response: next, next };
      }
      case "get-and-add":
        return { response: state, next: sumOf(state, operation.by) };
    }
  }
  return {
    name: "counter",
    initial,
    next(state, operation, response) {
      const { response: own, next } = outcome(state, operation);
      return response === undefined || operation.kind === "increment" || response === own ? [next] : [];
    },
    outcomes: (state, operation) => [outcome(state, operation)],
    key: scalarKey,
    observes: ({ kind }) => kind === "read",
    ...(initial === 0 ? { shape: { kind: "counter", roleOf } } : {}),
  };
}

/** Numbers with more digits than a double has are left to the search. */
function roleOf(operation: CounterOperation, response: Amount | null | undefined): CounterRole | undefined {
  if (operation.kind === "increment" && (operation.by ?? 1) === 1) return { role: "increment" };
  if (operation.kind !== "read" || typeof response === "bigint") return undefined;
  // A read that returns null is wrong whatever the count, not unobserved.
  return { role: "read", value: response === null ? NaN : response };
}
