/** Ticks of the clock: unsigned 32-bit numbers that wrap, kept in int32 words. */

/** Ticks from `then` to `now`, 0 to 2^32 − 1: right across the wrap as long as less than 2^32 ticks lie between. */
export function ticksSince(now: number, then: number): number {
  return (now - then) >>> 0;
}

/** Has the clock, now at `now`, reached `deadline`? Right while less than 2^31 ticks lie between the two. */
export function hasReached(now: number, deadline: number): boolean {
  return ((now - deadline) | 0) >= 0;
}
