/**
 * Waiting for RCU callbacks: not for what they do, but until they have returned.
 *
 * A callback that signals its effect is still running when the waiter wakes. Whoever frees what callbacks run on (the
 * owner's memory, a module's code) must wait for their return, which only their caller can tell. One word counts the
 * callbacks asked for and not returned; it belongs to the caller of callbacks, and outlives the structure that asked. A
 * structure that is never freed has no such word, `NIL`: nobody will wait for its callbacks, and they are not counted.
 *
 * Source: Linux kernel/rcu/tree.c, rcu_barrier(), which queues a callback of its own on every CPU instead of counting.
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

/** The callback, and after its return the note that it has returned. Make it once for each structure. */
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

/** Waits until every callback asked for before has returned. May sleep. */
export function* rcuBarrier(pending: Address): Access {
  yield awaitEqual(pending, EVERY_BIT, 0);
}
