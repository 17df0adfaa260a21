import type { ObjectShape } from "./object-shape.ts";

/**
 * A sequential specification: what a structure may answer when operations come one at a time.
 *
 * Pure: `next` never changes the state it is given, and the same arguments give the same answer for ever.
 * Nondeterminism (a collector may or may not have run) is more than one next state.
 */
export interface Model<State, Operation, Response> {
  readonly name: string;
  readonly initial: State;
  /**
   * Every state that `operation` may leave when it takes effect in `state` and answers `response`; empty when that
   * response is impossible here. `response` is undefined for a pending operation: nobody saw its answer, so every
   * answer is allowed.
   */
  next(state: State, operation: Operation, response: Response | undefined): readonly State[];
  /**
   * The same step with its answers listed: every response `operation` may give in `state`, and the state it leaves.
   * Optional; it lets the online checker merge operations that took effect differently but answer alike. Must agree
   * with `next`.
   */
  outcomes?(state: State, operation: Operation): readonly { readonly response: Response; readonly next: State }[];
  /** Equal for two states exactly when no sequence of operations can tell them apart. */
  key(state: State): string | number;
  /** Operations with different keys never affect each other, so a history may be checked key by key. */
  partition?(operation: Operation): string | number;
  /**
   * Whether `operation` answering `response` leaves every state in which it is possible as it is (a read that fits).
   * Optional; a checker takes such an operation at once and never branches over it.
   */
  observes?(operation: Operation, response: Response | undefined): boolean;
  /**
   * Whether the state that `operation` leaves (as far as its partition goes) is the same whatever it finds, as after a
   * write. Optional, used together with `outgrown`.
   */
  replaces?(operation: Operation): boolean;
  /**
   * Whether `operation` answering `response`, an observation, is impossible in `state` and stays so until an operation
   * that `replaces` takes effect: a read of "ab" when the text is "x" and can only grow. Optional; a search then gives
   * up early on states that some operation still open can never see.
   */
  outgrown?(state: State, operation: Operation, response: Response | undefined): boolean;
  /** True when `next` never gives more than one state; a checker then holds the model to it. */
  readonly deterministic?: boolean;
  /**
   * What kind of object this is (each key of it, where there is `partition`), so that a history of it may be decided
   * without a search.
   */
  readonly shape?: ObjectShape<Operation, Response>;
}
