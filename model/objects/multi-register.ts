/**
 * Several registers, read and written together: an operation is a list of reads and writes that take effect at one
 * point, in order. Linearizability of this object is strict serializability of these transactions.
 *
 * The response lists the values that the reads found, in order; undefined for a read that was not observed.
 */
import type { Model } from "../model.ts";
import type { Scalar } from "../object-shape.ts";
import { scalarKey } from "./register.ts";

export type MultiRegisterStep =
  | { readonly kind: "read"; readonly key: string }
  | { readonly kind: "write"; readonly key: string; readonly value: Scalar };

export type MultiRegisterOperation = readonly MultiRegisterStep[];

export type MultiRegisterState = ReadonlyMap<string, Scalar>;

/** @param initial the initial value of every register */
export function multiRegister(
  initial: Scalar = 0,
): Model<MultiRegisterState, MultiRegisterOperation, readonly (Scalar | undefined)[]> {
  function run(
    state: MultiRegisterState,
    operation: MultiRegisterOperation,
  ): { response: Scalar[]; next: MultiRegisterState } {
    const response: Scalar[] = [];
    let next = state;
    for (const step of operation) {
      if (step.kind === "read") response.push(next.get(step.key) ?? initial);
      else next = new Map(next).set(step.key, step.value);
    }
    return { response, next };
  }
  return {
    name: "multi-register",
    initial: new Map(),
    next(state, operation, response) {
      const outcome = run(state, operation);
      const fits =
        response === undefined ||
        outcome.response.every((found, at) => response[at] === undefined || response[at] === found);
      return fits ? [outcome.next] : [];
    },
    outcomes: (state, operation) => [run(state, operation)],
    key: (state) =>
      [...state]
        .filter(([, value]) => value !== initial)
        .map(([key, value]) => `${JSON.stringify(key)}=${scalarKey(value)}`)
        .toSorted()
        .join(),
    observes: (operation) => operation.every(({ kind }) => kind === "read"),
  };
}
