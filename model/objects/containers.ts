/**
 * The common part of queue, stack and priority queue: push puts a value in, pop takes one out. With a capacity, a push
 * is refused exactly when the container is full.
 *
 * Responses: a push returns null, or false when it was refused; a pop the value, or null when there was none.
 */
import type { Model } from "../model.ts";
import type { ContainerRole, ObjectShape, Scalar } from "../object-shape.ts";
import { scalarKey } from "./register.ts";

export type ContainerOperation = { readonly kind: "push"; readonly value: Scalar } | { readonly kind: "pop" };

export type ContainerRoleOf = (operation: ContainerOperation, response: Scalar | undefined) => ContainerRole;

export type ContainerModel = Model<readonly Scalar[], ContainerOperation, Scalar>;

/**
 * @param inserted the contents after a push
 * @param taken index of the value that a pop takes, -1 when there is none
 * @param shapeOf the shape of one that is never full, given the role of an operation
 * @param capacity the maximum number of values
 */
export function container(
  name: string,
  inserted: (state: readonly Scalar[], value: Scalar) => readonly Scalar[],
  taken: (state: readonly Scalar[]) => number,
  shapeOf: (roleOf: ContainerRoleOf) => ObjectShape<ContainerOperation, Scalar>,
  capacity = Infinity,
): ContainerModel {
  return {
    name,
    initial: [],
    next(state, operation, response) {
      if (operation.kind === "push") {
        const isFull = state.length >= capacity;
        if (response !== undefined && isFull !== (response === false)) return [];
        return isFull ? [state] : [inserted(state, operation.value)];
      }
      const at = taken(state);
      if (response !== undefined && response !== (state[at] ?? null)) return [];
      return at === -1 ? [state] : [state.toSpliced(at, 1)];
    },
    outcomes(state, operation) {
      if (operation.kind === "push") {
        return state.length >= capacity
          ? [{ response: false, next: state }]
          : [{ response: null, next: inserted(state, operation.value) }];
      }
      const at = taken(state);
      return [{ response: state[at] ?? null, next: at === -1 ? state : state.toSpliced(at, 1) }];
    },
    key: (state) => state.map(scalarKey).join(),
    observes: (operation, response) => response === (operation.kind === "pop" ? null : false),
    ...(capacity === Infinity ? { shape: shapeOf(roleOf) } : {}),
  };
}

function roleOf(operation: ContainerOperation, response: Scalar | undefined): ContainerRole {
  if (operation.kind === "push") return { role: "insert", value: operation.value };
  return response === null ? { role: "take-none" } : { role: "take", value: response };
}
