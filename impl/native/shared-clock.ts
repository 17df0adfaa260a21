/**
 * A clock without a dedicated thread: any thread that passes by moves it to the host's time, in milliseconds.
 *
 * It never goes back. The thread that moves it queues the works that are due by it.
 */
import { type Access, cmpxchg, readOnce } from "../memory/access.ts";
import { queueWhenDue } from "../sync/delayed-work.ts";
import type { Clock } from "../sync/jiffies.ts";

/**
 * Moves the clock to `now`; false if it already shows that, or another thread moved it meanwhile. Linearizes at the
 * cmpxchg.
 */
export function* moveClockTo({ jiffies, works }: Clock, now: number): Access<boolean> {
  const seen = yield readOnce(jiffies);
  if (((now - seen) | 0) <= 0) return false;
  const found = yield cmpxchg(jiffies, seen, now | 0);
  if (found !== seen) return false;
  for (const work of works) yield* queueWhenDue(work, now | 0);
  return true;
}
