/**
 * A register with compare-and-swap.
 *
 * Responses: a write returns null, a read the value found, a compare-and-swap whether it swapped. One that returns
 * false did run, and found another value than `old`.
 */
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";
import { scalarKey } from "./register.ts";
import type { RegisterOperation } from "./register.ts";

export type CasRegisterOperation =
  | RegisterOperation
  | { readonly kind: "cas"; readonly old: Scalar; readonly new: Scalar };

/** @param initial the register's value before any write */
export function casRegister(initial: Scalar = 0): Model<Scalar, CasRegisterOperation, Scalar> {
  function outcomes(state: Scalar, operation: CasRegisterOperation): { response: Scalar; next: Scalar }[] {
    switch (operation.kind) {
      case "write":
        return [{ response: null, next: operation.value }];
      case "read":
        return [{ response: state, next: state }];
      case "cas":
        return [state === operation.old ? { response: true, next: operation.new } : { response: false, next: state }];
    }
  }
  return {
    name: "cas-register",
    initial,
    next(state, operation, response) {
      if (operation.kind === "write") return [operation.value];
      return outcomes(state, operation).flatMap((outcome) =>
        response === undefined || response === outcome.response ? [outcome.next] : [],
      );
    },
    outcomes,
    key: scalarKey,
    observes: (operation, response) =>
      operation.kind === "read" ||
      (operation.kind === "cas" && (response === false || operation.old === operation.new)),
    shape: {
      kind: "register",
      initial,
      roleOf(operation, response) {
        if (operation.kind === "cas") return undefined;
        return operation.kind === "write"
          ? { role: "write", value: operation.value }
          : { role: "read", value: response };
      },
    },
  };
}
