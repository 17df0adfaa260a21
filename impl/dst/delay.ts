/**
 * How long the collector sleeps: briefly after a run that freed much, longer and longer after runs that freed little.
 *
 * Source: Linux net/core/dst.c (2.6.24), DST_GC_MIN, DST_GC_INC, DST_GC_MAX, dst_gc_task(); kernel/timer.c,
 * __round_jiffies_relative() for CPU 0.
 */

/** All in ticks. */
export interface DelayLimits {
  /** HZ, at least 10: with less, the least delay would be no delay. */
  readonly ticksPerSecond: number;
  readonly minTicks: number;
  /** The initial growth, and its increment. */
  readonly growthTicks: number;
  readonly maxTicks: number;
}

/**
 * The sleep before the next run, and the increment after a run that frees little. With a growth of `maxTicks`, no run
 * is requested.
 */
export interface BackOff {
  readonly delay: number;
  readonly growth: number;
}

export interface RunCounts {
  readonly kept: number;
  readonly freed: number;
}

/** Did a run free enough that the next may follow at once? */
export type WorthRule = (counts: RunCounts) => boolean;

/** The soft-interrupt collector's rule: one entry freed is enough. */
export const freedAny: WorthRule = ({ freed }) => freed > 0;

/** The work-queue collector's rule: frees more than a tenth of those kept. */
export const freedTenth: WorthRule = ({ kept, freed }) => freed > Math.trunc(kept / 10);

/** @throws RangeError if a second has fewer than 10 ticks */
export function delayLimits(ticksPerSecond: number): DelayLimits {
  if (ticksPerSecond < 10)
    throw new RangeError(
      `ticksPerSecond is ${ticksPerSecond}, and must be at least 10: the least delay is a tenth of a second`,
    );
  return {
    ticksPerSecond,
    minTicks: Math.trunc(ticksPerSecond / 10),
    growthTicks: Math.trunc(ticksPerSecond / 2),
    maxTicks: 120 * ticksPerSecond,
  };
}

/** The back-off that requests a run as soon as one is allowed. */
export function hurried({ minTicks, growthTicks }: DelayLimits): BackOff {
  return { delay: minTicks, growth: growthTicks };
}

/** The back-off after a run that left entries. */
export function backOffAfter(
  { delay, growth }: BackOff,
  counts: RunCounts,
  limits: DelayLimits,
  isWorth: WorthRule,
): BackOff {
  if (isWorth(counts)) return hurried(limits);
  return { delay: Math.min(delay + growth, limits.maxTicks), growth: growth + limits.growthTicks };
}

/** Is the delay long enough to be rounded to whole seconds, so that timers fire together? */
export function isRounded(delay: number, { ticksPerSecond }: DelayLimits): boolean {
  return delay > 4 * ticksPerSecond;
}

/**
 * The delay that ends at a whole second: the last one if less than a quarter of a second earlier, else the next.
 */
export function roundedDelay(delay: number, now: number, { ticksPerSecond }: DelayLimits): number {
  const remainder = ((now + delay) >>> 0) % ticksPerSecond;
  const down = delay - remainder;
  return remainder < Math.trunc(ticksPerSecond / 4) ? down : down + ticksPerSecond;
}
