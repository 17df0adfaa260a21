/**
 * Taking back a delayed work, and moving it to another time. For works of which a lock of the caller's guards every
 * request.
 *
 * Taking back does not wait: a work whose run has begun, or is about to, goes on. The timer may read the old time of a
 * work, see it asked for anew, and hand it over then: a work that is moved may run at the time it had before as well.
 *
 * Source: Linux kernel/workqueue.c, cancel_delayed_work(); kernel/timer.c, mod_timer(), del_timer().
 */
import { type Access, type Address, cmpxchg } from "../memory/access.ts";
import { DelayedWork, queueDelayedWork, WORK_STATE } from "./delayed-work.ts";

/** Takes back a work whose time has not come; false if there is none. Linearizes at its only access. */
export function* cancelDelayedWork(work: Address): Access<boolean> {
  const found = yield cmpxchg(DelayedWork.state(work), WORK_STATE.pending, WORK_STATE.idle);
  return found === WORK_STATE.pending;
}

/**
 * Asks for the work to run `delay` ticks from now, at the latest: a run that is due already is left alone. Linearizes
 * as queueDelayedWork.
 */
export function* modifyDelayedWork(work: Address, delay: number, jiffies: Address): Access {
  yield* cancelDelayedWork(work);
  yield* queueDelayedWork(work, delay, jiffies);
}
