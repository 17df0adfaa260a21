/**
 * The limits of a peer pool with a list of unused peers and a periodic timer, fixed for its life.
 *
 * Source: Linux net/ipv4/inetpeer.c (2010): inet_peer_threshold, inet_peer_minttl, inet_peer_maxttl,
 * inet_peer_gc_mintime, inet_peer_gc_maxtime, peer_check_expire().
 */
import { defaultLimits, ttlTicks } from "./limits.ts";
import type { StoreLimits } from "./store.ts";

export interface ListLimits extends StoreLimits {
  /** Time from one run of the timer to the next in a pool at its threshold. */
  readonly timerMinTicks: number;
  /** The same in an empty pool. */
  readonly timerMaxTicks: number;
}

/** The original's limits on a machine with this much memory. */
export function defaultListLimits(memoryBytes: number, ticksPerSecond: number): ListLimits {
  const { threshold, ttlMinTicks, ttlMaxTicks, linksMax } = defaultLimits(memoryBytes, ticksPerSecond);
  return {
    threshold,
    ttlMinTicks,
    ttlMaxTicks,
    timerMinTicks: 10 * ticksPerSecond,
    timerMaxTicks: 120 * ticksPerSecond,
    ticksPerSecond,
    linksMax,
  };
}

/** Ticks that a peer may stay idle before the timer takes it from a pool of `total` peers. */
export function expiryTicks(total: number, limits: ListLimits): number {
  return total >= limits.threshold ? limits.ttlMinTicks : ttlTicks(total, limits);
}

/** Ticks to the timer's next run in a pool of `total` peers. */
export function timerTicks(
  total: number,
  { threshold, timerMinTicks, timerMaxTicks, ticksPerSecond }: ListLimits,
): number {
  return total >= threshold
    ? timerMinTicks
    : ttlTicks(total, { threshold, ttlMinTicks: timerMinTicks, ttlMaxTicks: timerMaxTicks, ticksPerSecond });
}
