/**
 * Sleeping until woken, under simulation: the behaviour of ECMAScript's list of waiters, in accesses.
 *
 * `lock` is the list's critical section, `sleepers` has a bit for each thread in it. The comparison and the entry into
 * the list are one critical section, so a waker that changed the word sees the sleeper, or the sleeper the change.
 *
 * On real threads atomics-wait.ts replaces this file: there the list belongs to the engine.
 *
 * Source: ECMA-262, 25.4.1.2 to 25.4.1.13 (WaiterList records) and 25.4.11 (Atomics.wait), 25.4.13 (Atomics.notify).
 */
import {
  type Access,
  type Address,
  atomicAdd,
  awaitEqual,
  NIL,
  readOnce,
  spinLock,
  spinUnlock,
} from "../memory/access.ts";
import { struct } from "../memory/struct.ts";

export const WaitList = struct("waitList", { lock: 1, sleepers: 1 });

/** Stands for the engine's list, where the engine has one for each word. */
export const OWN_LIST: Address = NIL;

/** Rereads a held lock once more; returns the word found. On real threads it rereads for a while. */
export function* lookAgain(lock: Address): Access<number> {
  return yield readOnce(lock);
}

/** Sleeps until woken, unless `word` is no longer `value`. `sleeper` identifies the thread, from 1 to 30. */
export function* sleepWhile(list: Address, word: Address, value: number, sleeper: number): Access {
  yield spinLock(WaitList.lock(list));
  const found = yield readOnce(word);
  if (found !== value) {
    yield spinUnlock(WaitList.lock(list));
    return;
  }
  yield atomicAdd(WaitList.sleepers(list), 1 << sleeper);
  yield spinUnlock(WaitList.lock(list));
  yield awaitEqual(WaitList.sleepers(list), 1 << sleeper, 0);
}

/** Wakes one of the threads that sleep on `word`, if there is one. */
export function* wakeOne(list: Address, _word: Address): Access {
  yield spinLock(WaitList.lock(list));
  const sleepers = yield readOnce(WaitList.sleepers(list));
  if (sleepers !== 0) yield atomicAdd(WaitList.sleepers(list), -(sleepers & -sleepers));
  yield spinUnlock(WaitList.lock(list));
}
