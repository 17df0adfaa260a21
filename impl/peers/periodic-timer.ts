/**
 * The periodic timer: takes peers that have been idle for long, the longest idle first, and requests its next run.
 *
 * The required idle time, and the time to the next run, fall as the pool fills. A run ends where the clock ticks: the
 * rest is left to the next one.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010): peer_check_expire(), inet_initpeers().
 */
import { type Access, readOnce } from "../memory/access.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { cleanupOnce } from "./cleanup-once.ts";
import { expiryTicks, timerTicks } from "./list-limits.ts";
import type { ListedPool } from "./listed-pool.ts";

/** Starts the timer of a new pool, `jitterTicks` later than the next run would be in an empty pool. */
export function* startTimer(pool: ListedPool, jitterTicks: number): Access {
  yield* queueDelayedWork(pool.timer, pool.limits.timerMaxTicks + jitterTicks, pool.jiffies);
}

/** The timer's handler. */
export function* checkExpired(pool: ListedPool): Access {
  const began = yield readOnce(pool.jiffies);
  const total = yield readOnce(pool.v4.total);
  const ttl = expiryTicks(total, pool.limits);
  for (;;) {
    const tried = yield* cleanupOnce(pool, ttl);
    if (!tried) break;
    const now = yield readOnce(pool.jiffies);
    if (now !== began) break;
  }
  const left = yield readOnce(pool.v4.total);
  yield* queueDelayedWork(pool.timer, timerTicks(left, pool.limits), pool.jiffies);
}
