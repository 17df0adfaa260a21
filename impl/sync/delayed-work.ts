/**
 * Delayed work: a handler that runs once, in a separate worker thread, some ticks after it was requested.
 *
 * One word of state, moved by atomic accesses only, no lock:
 *
 *     IDLE → ARMING    the requester, by cmpxchg; a request in any other state changes nothing
 *     ARMING → PENDING the same thread, once `expires` is written; with no delay, ARMING → QUEUED
 *     PENDING → QUEUED the timer, by cmpxchg, at the first tick that finds `expires` reached
 *     QUEUED → IDLE    the worker, before it runs the handler: work requested from then on runs again
 *
 * `expires` is written in ARMING only and read in PENDING only; the release of the one and the acquire of the other
 * order them.
 *
 * Source: Linux kernel/workqueue.c, queue_delayed_work_on() and process_one_work(); kernel/timer.c, mod_timer().
 */
import {
  type Access,
  type Address,
  awaitEqual,
  cmpxchg,
  loadAcquire,
  readOnce,
  smpMb,
  storeRelease,
  writeOnce,
  xchg,
} from "../memory/access.ts";
import { type Heap, place } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";
import { hasReached } from "./ticks.ts";

export const DelayedWork = struct("delayedWork", { state: 1, expires: 1 });

export const WORK_STATE = { idle: 0, arming: 1, pending: 2, queued: 3 } as const;

const EVERY_BIT = -1;

/**
 * Places a work that has not been requested.
 *
 * @throws RangeError when the heap is full
 */
export function placeDelayedWork(heap: Heap, name: string): Address {
  return place(heap, DelayedWork, name);
}

/**
 * Requests the work to run `delay` ticks from now; false, and no change, when it has already been requested and not yet
 * begun.
 *
 * The coming run sees everything the caller wrote before, even when the result is false. Linearizes at the
 * cmpxchg.
 */
export function* queueDelayedWork(work: Address, delay: number, jiffies: Address): Access<boolean> {
  // A failed cmpxchg orders nothing, and the caller relies on the run that is coming: pairs with the worker's xchg.
  yield smpMb();
  const found = yield cmpxchg(DelayedWork.state(work), WORK_STATE.idle, WORK_STATE.arming);
  if (found !== WORK_STATE.idle) return false;
  if (delay === 0) {
    yield storeRelease(DelayedWork.state(work), WORK_STATE.queued);
    return true;
  }
  const now = yield readOnce(jiffies);
  yield writeOnce(DelayedWork.expires(work), (now + delay) | 0);
  yield storeRelease(DelayedWork.state(work), WORK_STATE.pending);
  return true;
}

/** The timer's part at each tick: hands the work to its worker when it is due at `now`. Linearizes at the cmpxchg. */
export function* queueWhenDue(work: Address, now: number): Access {
  const state = yield loadAcquire(DelayedWork.state(work));
  if (state !== WORK_STATE.pending) return;
  const expires = yield readOnce(DelayedWork.expires(work));
  if (hasReached(now, expires)) yield cmpxchg(DelayedWork.state(work), WORK_STATE.pending, WORK_STATE.queued);
}

/** The worker thread: waits for the work and runs `handler`, forever. */
export function* workerLoop(work: Address, handler: () => Access): Access<never> {
  for (;;) {
    yield awaitEqual(DelayedWork.state(work), EVERY_BIT, WORK_STATE.queued);
    yield xchg(DelayedWork.state(work), WORK_STATE.idle);
    yield* handler();
  }
}
