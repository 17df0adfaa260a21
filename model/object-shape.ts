import type { Literal } from "./literal.ts";

/**
 * The kinds of object whose histories can be decided without a search, and what an operation does to one.
 *
 * A model that is such an object says which; the checkers then choose a monitor where the history allows it. Values are
 * told apart as a Map tells its keys apart.
 */
export type Scalar = string | number | bigint | boolean | null | Literal;

/** A cell that starts with a value, which a write replaces and a read answers. */
export type RegisterRole =
  | { readonly role: "write"; readonly value: Scalar }
  /** undefined: nobody saw what was read. */
  | { readonly role: "read"; readonly value: Scalar | undefined };

/** A container that starts empty: insert puts a value in, take takes one out (the oldest, the newest, the smallest). */
export type ContainerRole =
  | { readonly role: "insert"; readonly value: Scalar }
  /** undefined: nobody saw what was taken. */
  | { readonly role: "take"; readonly value: Scalar | undefined }
  | { readonly role: "take-none" };

/** One key of a set, absent at first. `present` is what the operation found (undefined: nobody saw it). */
export interface SetRole {
  readonly role: "add" | "remove" | "has";
  readonly present: boolean | undefined;
}

/** A number that starts at 0 and is only ever raised by 1. */
export type CounterRole =
  | { readonly role: "increment" }
  | { readonly role: "read"; readonly value: number | undefined };

/** Gives undefined for an operation of another kind (a compare-and-swap, say): no monitor then. */
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
