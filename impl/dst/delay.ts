/**
 * How long the collector sleeps: short after a run that freed much, longer and longer after runs that freed little.
 *
 * Source: Linux net/core/dst.c (2.6.24), DST_GC_MIN, DST_GC_INC, DST_GC_MAX, dst_gc_task(); kernel/timer.c,
 * __round_jiffies_relative() for CPU 0.
 */

/** All in ticks. */
export interface DelayLimits {
  /** HZ, at least 10: shorter, and the least delay would be no delay. */
  readonly ticksPerSecond: number;
  readonly minTicks: number;
  /** What the growth begins with, and grows by. */
  readonly growthTicks: number;
  readonly maxTicks: number;
}

/**
 * The sleep before the next run, and by how much it grows after a run that frees little. Growth `maxTicks`: nothing is
 * asked for.
 */
export interface BackOff {
  readonly delay: number;
  readonly growth: number;
}

export interface RunCounts {
  readonly kept: number;
  readonly freed: number;
}

/** Was a run worth its while, so that the next may follow at once? */
export type WorthRule = (counts: RunCounts) => boolean;

/** The soft-interrupt collector's rule: one entry freed is enough. */
export const freedAny: WorthRule = ({ freed }) => freed > 0;

/** The work-queue collector's rule: more freed than a tenth of those kept. */
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

/** The back-off that asks for a run as soon as there may be one. */
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
 * The delay that ends at a whole second: the last one if it is less than a quarter of a second before, else the next.
 */
export function roundedDelay(delay: number, now: number, { ticksPerSecond }: DelayLimits): number {
  const remainder = ((now + delay) >>> 0) % ticksPerSecond;
  const down = delay - remainder;
  return remainder < Math.trunc(ticksPerSecond / 4) ? down : down + ticksPerSecond;
}
