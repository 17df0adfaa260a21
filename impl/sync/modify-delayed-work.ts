/**
 * Cancelling a delayed work, and moving it to another time. For works whose every request is made under a lock of the
 * caller's.
 *
 * Cancelling does not wait: a work whose run has begun, or is about to, continues. The timer may read the old time of a
 * work, see it requested anew, and hand it over then: a work that is moved may also run at its earlier time.
 *
 * Source: Linux kernel/workqueue.c, cancel_delayed_work(); kernel/timer.c, mod_timer(), del_timer().
 */
import { type Access, type Address, cmpxchg } from "../memory/access.ts";
import { DelayedWork, queueDelayedWork, WORK_STATE } from "./delayed-work.ts";

/** Cancels a work whose time has not come; false if it was not pending. Linearizes at its only access. */
export function* cancelDelayedWork(work: Address): Access<boolean> {
  const found = yield cmpxchg(DelayedWork.state(work), WORK_STATE.pending, WORK_STATE.idle);
  return found === WORK_STATE.pending;
}

/**
 * Requests the work to run `delay` ticks from now at the latest: a run that is already due is left alone. Linearizes
 * like queueDelayedWork.
 */
export function* modifyDelayedWork(work: Address, delay: number, jiffies: Address): Access {
  yield* cancelDelayedWork(work);
  yield* queueDelayedWork(work, delay, jiffies);
}
