import type { Literal } from "./literal.ts";

/**
 * The kinds of object whose histories can be decided without a search, and the roles of their operations.
 *
 * A model of such an object names its kind; the checkers then choose a monitor where the history allows it. Values are
 * distinguished like the keys of a Map.
 */
export type Scalar = string | number | bigint | boolean | null | Literal;

/** A cell that starts with a value; a write replaces it and a read returns it. */
export type RegisterRole =
  | { readonly role: "write"; readonly value: Scalar }
  /** undefined: the value read was not observed. */
  | { readonly role: "read"; readonly value: Scalar | undefined };

/** A container that starts empty: insert puts a value in, take takes one out (the oldest, the newest, the smallest). */
export type ContainerRole =
  | { readonly role: "insert"; readonly value: Scalar }
  /** undefined: the value taken was not observed. */
  | { readonly role: "take"; readonly value: Scalar | undefined }
  | { readonly role: "take-none" };

/** One key of a set, absent at first. `present` is what the operation found (undefined: not observed). */
export interface SetRole {
  readonly role: "add" | "remove" | "has";
  readonly present: boolean | undefined;
}

/** A number that starts at 0 and is only ever raised by 1. */
export type CounterRole =
  | { readonly role: "increment" }
  | { readonly role: "read"; readonly value: number | undefined };

/** Returns undefined for an operation of another kind (a compare-and-swap, say): no monitor then. */
type RoleOf<Operation, Response, Role> = (operation: Operation, response: Response | undefined) => Role | undefined;

export type ObjectShape<Operation, Response> =
  | { readonly kind: "register"; readonly initial: Scalar; readonly roleOf: RoleOf<Operation, Response, RegisterRole> }
  | { readonly kind: "queue" | "stack"; readonly roleOf: RoleOf<Operation, Response, ContainerRole> }
  | {
      readonly kind: "priority-queue";
      readonly compare: (left: Scalar, right: Scalar) => number;
      readonly roleOf: RoleOf<Operation, Response, ContainerRole>;
    }
  | { readonly kind: "set"; readonly roleOf: RoleOf<Operation, Response, SetRole> }
  | { readonly kind: "counter"; readonly roleOf: RoleOf<Operation, Response, CounterRole> };
