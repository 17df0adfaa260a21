/**
 * Waiting for RCU callbacks: until they have returned, not only until their effects are visible.
 *
 * A callback that signals its effect is still running when the waiter wakes. Before freeing memory that callbacks run
 * on (the owner's memory, a module's code), a thread must wait for their return, which only their caller can report.
 * One word counts the requested callbacks that have not returned; it belongs to the caller of callbacks, and outlives
 * the structure. A structure that is never freed has no such word (`NIL`): its callbacks are not counted.
 *
 * Source: Linux kernel/rcu/tree.c, rcu_barrier(), which queues its own callback on every CPU instead of counting.
 */
import {
  type Access,
  type Address,
  atomicAdd,
  awaitEqual,
  callRcu,
  NIL,
  type RcuCallback,
  smpMbBeforeAtomic,
} from "../memory/access.ts";

const EVERY_BIT = -1;

/** The callback, counted off after its return. Create it once per structure. */
export function countedCallback(pending: Address, callback: RcuCallback): RcuCallback {
  if (pending === NIL) return callback;
  return function* (argument: number): Access {
    yield* callback(argument);
    yield smpMbBeforeAtomic(); // pairs with the acquire in rcuBarrier
    yield atomicAdd(pending, -1);
  };
}

/** Runs a callback made by {@link countedCallback} after a grace period. Never waits. */
export function* callRcuCounted(pending: Address, callback: RcuCallback, argument: number): Access {
  if (pending !== NIL) yield atomicAdd(pending, 1);
  yield callRcu(callback, argument);
}

/** Waits until every callback requested before has returned. May sleep. */
export function* rcuBarrier(pending: Address): Access {
  yield awaitEqual(pending, EVERY_BIT, 0);
}
