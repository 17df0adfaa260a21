/**
 * A cell; a write replaces its value and a read returns it.
 *
 * Responses: a write returns null, a read the value found.
 */
import { Literal } from "../literal.ts";
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";

export type RegisterOperation = { readonly kind: "write"; readonly value: Scalar } | { readonly kind: "read" };

/** @param initial the value before any write */
export function register(initial: Scalar = 0): Model<Scalar, RegisterOperation, Scalar> {
  return {
    name: "register",
    initial,
    next(state, operation, response) {
      if (operation.kind === "write") return [operation.value];
      return response === undefined || response === state ? [state] : [];
    },
    outcomes(state, operation) {
      return operation.kind === "write"
        ? [{ response: null, next: operation.value }]
        : [{ response: state, next: state }];
    },
    key: scalarKey,
    observes: (operation) => operation.kind === "read",
    shape: {
      kind: "register",
      initial,
      roleOf: (operation, response) =>
        operation.kind === "write" ? { role: "write", value: operation.value } : { role: "read", value: response },
    },
  };
}

/** Distinguishes scalars of different types: 1 is not "1", and :a is not ":a". */
export function scalarKey(value: Scalar): string | number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return `${value}n`;
  return value instanceof Literal ? `edn ${value.edn}` : JSON.stringify(value);
}
