/**
 * Running a delayed work without a dedicated thread: any thread that passes by runs it, one at a time.
 *
 * `guard` is a lock that is only ever tried: while one thread runs the handler, work that is requested anew stays
 * queued, for the next thread that passes by.
 */
import { type Access, type Address, cmpxchg, readOnce } from "../memory/access.ts";
import { DelayedWork, WORK_STATE } from "../sync/delayed-work.ts";
import { releaseLock, tryLock } from "./lock.ts";
import { OWN_LIST } from "./wait-list.ts";

/** Runs `handler` if the work is queued and no other thread runs it; returns whether it did. Never waits. */
export function* runIfQueued(work: Address, guard: Address, me: number, handler: () => Access): Access<boolean> {
  const state = yield readOnce(DelayedWork.state(work));
  if (state !== WORK_STATE.queued) return false;
  const mine = yield* tryLock(guard, me);
  if (mine === 0) return false;
  const found = yield cmpxchg(DelayedWork.state(work), WORK_STATE.queued, WORK_STATE.idle);
  if (found === WORK_STATE.queued) yield* handler();
  yield* releaseLock(guard, OWN_LIST); // nobody sleeps on it
  return found === WORK_STATE.queued;
}
