/**
 * A clock without a thread of its own: whoever comes by moves it to the host's time, which it shows in milliseconds.
 *
 * It never goes back. Who moves it serves the works that are due by it.
 */
import { type Access, cmpxchg, readOnce } from "../memory/access.ts";
import { queueWhenDue } from "../sync/delayed-work.ts";
import type { Clock } from "../sync/jiffies.ts";

/**
 * Moves the clock on to `now`; false if it shows that already, or somebody else moved it meanwhile. Linearizes at the
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
