/**
 * What queue, stack and priority queue have in common: push puts a value in, pop takes one out.
 *
 * Responses: a push answers null, a pop the value or null when there was none.
 */
import type { Model } from "../model.ts";
import type { ContainerRole, ObjectShape, Scalar } from "../object-shape.ts";
import { scalarKey } from "./register.ts";

export type ContainerOperation = { readonly kind: "push"; readonly value: Scalar } | { readonly kind: "pop" };

export type ContainerRoleOf = (operation: ContainerOperation, response: Scalar | undefined) => ContainerRole;

export type ContainerModel = Model<readonly Scalar[], ContainerOperation, Scalar>;

/**
 * @param inserted the contents after a push
 * @param shapeOf the shape, given the role of an operation
 * @param taken index of the value that a pop takes, -1 when there is none
 */
export function container(
  name: string,
  inserted: (state: readonly Scalar[], value: Scalar) => readonly Scalar[],
  taken: (state: readonly Scalar[]) => number,
  shapeOf: (roleOf: ContainerRoleOf) => ObjectShape<ContainerOperation, Scalar>,
): ContainerModel {
  return {
    name,
    initial: [],
    next(state, operation, response) {
      if (operation.kind === "push") return [inserted(state, operation.value)];
      const at = taken(state);
      if (response !== undefined && response !== (state[at] ?? null)) return [];
      return at === -1 ? [state] : [state.toSpliced(at, 1)];
    },
    outcomes(state, operation) {
      if (operation.kind === "push") return [{ response: null, next: inserted(state, operation.value) }];
      const at = taken(state);
      return [{ response: state[at] ?? null, next: at === -1 ? state : state.toSpliced(at, 1) }];
    },
    key: (state) => state.map(scalarKey).join(),
    observes: (operation, response) => operation.kind === "pop" && response === null,
    shape: shapeOf(roleOf),
  };
}

function roleOf(operation: ContainerOperation, response: Scalar | undefined): ContainerRole {
  if (operation.kind === "push") return { role: "insert", value: operation.value };
  return response === null ? { role: "take-none" } : { role: "take", value: response };
}
