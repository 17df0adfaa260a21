/**
 * Delayed work that can be cancelled for good: afterwards its handler neither runs nor will run.
 *
 * The first two words are those of delayed-work.ts, which requests the work and makes it due. One additional state:
 *
 *     IDLE, PENDING, QUEUED → CANCELLED   the canceller, by cmpxchg; final, and no thread can request the work again
 *
 * `running` is 1 from before the worker takes the work up (QUEUED → IDLE) until its handler has returned. The worker
 * writes `running` and then takes the state, the canceller takes the state and then reads `running`, with a full
 * barrier between: one of the two sees the other.
 *
 * Source: Linux kernel/workqueue.c, cancel_delayed_work_sync().
 */
import {
  type Access,
  type Address,
  awaitEqual,
  awaitUnequal,
  cmpxchg,
  smpMb,
  storeRelease,
  writeOnce,
} from "../memory/access.ts";
import { type Heap, place } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";
import { WORK_STATE } from "./delayed-work.ts";

export const CancellableWork = struct("work", { state: 1, expires: 1, running: 1 });

export const CANCELLED = 4;

const EVERY_BIT = -1;

/**
 * Places a work that has not been requested. If a clock's timer is to serve it, add it to the clock's works.
 *
 * @throws RangeError when the heap is full
 */
export function placeCancellableWork(heap: Heap, name: string): Address {
  return place(heap, CancellableWork, name);
}

/** The worker thread: waits for the work and runs `handler`, until the work is cancelled. */
export function* cancellableLoop(work: Address, handler: () => Access): Access<never> {
  for (;;) {
    yield awaitEqual(CancellableWork.state(work), EVERY_BIT, WORK_STATE.queued);
    yield writeOnce(CancellableWork.running(work), 1);
    yield smpMb(); // pairs with the barrier in cancelWork
    const found = yield cmpxchg(CancellableWork.state(work), WORK_STATE.queued, WORK_STATE.idle);
    if (found === WORK_STATE.queued) yield* handler();
    yield storeRelease(CancellableWork.running(work), 0);
  }
}

/**
 * Cancels the work for good, and waits for a run of its handler that is under way. May sleep; not for the handler to
 * call.
 */
export function* cancelWork(work: Address): Access {
  for (;;) {
    const seen = yield awaitUnequal(CancellableWork.state(work), EVERY_BIT, WORK_STATE.arming);
    const found = yield cmpxchg(CancellableWork.state(work), seen, CANCELLED);
    if (found === seen) break; // else it was requested or taken up in between
  }
  yield smpMb();
  yield awaitEqual(CancellableWork.running(work), EVERY_BIT, 0);
}
