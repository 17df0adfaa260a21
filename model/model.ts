import type { ObjectShape } from "./object-shape.ts";

/**
 * A sequential specification: the allowed responses of a structure when operations take effect one at a time.
 *
 * Pure: `next` never changes the state it is given, and the same arguments always give the same result.
 * Nondeterminism (a collector may or may not have run) is more than one next state.
 */
export interface Model<State, Operation, Response> {
  readonly name: string;
  readonly initial: State;
  /**
   * Every state that `operation` may leave when it takes effect in `state` with the response `response`; empty when
   * that response is impossible here. `response` is undefined for a pending operation, whose response was not observed,
   * so that every response is allowed.
   */
  next(state: State, operation: Operation, response: Response | undefined): readonly State[];
  /**
   * The same step with its responses listed: every response of `operation` in `state`, and the state it leaves.
   * Optional; it lets the online checker merge operations that took effect differently but have equal responses. Must
   * agree with `next`.
   */
  outcomes?(state: State, operation: Operation): readonly { readonly response: Response; readonly next: State }[];
  /** Equal for two states exactly when no sequence of operations can distinguish them. */
  key(state: State): string | number;
  /** Operations with different keys never affect each other, so a history may be checked key by key. */
  partition?(operation: Operation): string | number;
  /**
   * Whether `operation` with the response `response` leaves every state in which it is possible unchanged (a read that
   * fits). Optional; a checker takes such an operation at once and never branches over it.
   */
  observes?(operation: Operation, response: Response | undefined): boolean;
  /**
   * Whether the state that `operation` leaves (within its partition) is the same whatever state it finds, as after a
   * write. Optional, used together with `outgrown`.
   */
  replaces?(operation: Operation): boolean;
  /**
   * Whether `operation` with the response `response`, an observation, is impossible in `state` and stays so until an
   * operation that `replaces` takes effect: a read of "ab" when the text is "x" and can only grow. Optional; a search
   * then gives up early on states that some operation still open can never see.
   */
  outgrown?(state: State, operation: Operation, response: Response | undefined): boolean;
  /** True when `next` never gives more than one state; a checker then holds the model to it. */
  readonly deterministic?: boolean;
  /**
   * The kind of object (of each key, if there is `partition`), so that a history of it may be decided
   * without a search.
   */
  readonly shape?: ObjectShape<Operation, Response>;
}
