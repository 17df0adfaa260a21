import {
  type Access,
  type Address,
  atomicAdd,
  awaitEqual,
  mutexLock,
  mutexUnlock,
  readOnce,
} from "#impl/memory/access.ts";

/**
 * Waits like `pthread_cond_wait`: releases `mutex`, sleeps until signalled, takes `mutex` again. No spurious wake-ups.
 *
 * The condition is a word with one bit per waiter; `waiter` is the caller's number, from 0 to 30. The caller holds
 * `mutex`.
 */
export function* conditionWait(condition: Address, mutex: Address, waiter: number): Access {
  const bit = 1 << waiter;
  yield atomicAdd(condition, bit);
  yield mutexUnlock(mutex);
  yield awaitEqual(condition, bit, 0);
  yield mutexLock(mutex);
}

/** Wakes the waiter with the lowest number, if any. The caller holds the waiters' mutex. */
export function* conditionSignal(condition: Address): Access {
  const waiters = yield readOnce(condition);
  if (waiters !== 0) yield atomicAdd(condition, -(waiters & -waiters));
}
