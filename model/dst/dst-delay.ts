/**
 * When the collector of dead destination entries must run next, as a function of what its last run achieved.
 *
 * Two rules: the soft-interrupt collector hurries after any run that freed something, the work-queue collector after
 * runs that freed more than a tenth, rounded down, of those they kept. Left out: the requester of the run.
 *
 * Source: Linux net/core/dst.c, dst_run_gc() (2.6.23) and dst_gc_task() (2.6.24); kernel/timer.c,
 * round_jiffies_relative().
 */

export type CollectorKind = "softirq" | "workqueue";

/** Ticks to the next run, and their increment. */
export interface DstBackOff {
  readonly delay: number;
  readonly growth: number;
}

export interface DstRun {
  /** Entries that were still held. */
  readonly kept: number;
  readonly freed: number;
  /** The lists' contents when it ends; newcomers are entries that it has not examined. */
  readonly leaves: "nothing" | "entries" | "newcomers";
}

/** A tenth of a second, half a second, two minutes. */
export function dstDelayTicks(ticksPerSecond: number): {
  readonly min: number;
  readonly step: number;
  readonly max: number;
} {
  return { min: Math.floor(ticksPerSecond / 10), step: Math.floor(ticksPerSecond / 2), max: ticksPerSecond * 120 };
}

/** The back-off that a run leaves. With nothing left to collect only the growth changes, and no run is requested. */
export function dstBackOffAfter(
  kind: CollectorKind,
  { delay, growth }: DstBackOff,
  run: DstRun,
  ticksPerSecond: number,
): DstBackOff {
  const { min, step, max } = dstDelayTicks(ticksPerSecond);
  const { kept, freed, leaves } = run;
  if (leaves === "newcomers") return { delay: min, growth: step };
  if (leaves === "nothing") return { delay, growth: max };
  const enough = kind === "softirq" ? 1 : Math.floor(kept / 10) + 1;
  return freed >= enough
    ? { delay: min, growth: step }
    : { delay: Math.min(delay + growth, max), growth: growth + step };
}

/** The ticks actually waited: long delays end at a whole second, at most a quarter of one early. */
export function dstWaitedTicks(delay: number, now: number, ticksPerSecond: number): number {
  if (delay <= 4 * ticksPerSecond) return delay;
  const early = ((now + delay) >>> 0) % ticksPerSecond;
  return early < Math.floor(ticksPerSecond / 4) ? delay - early : delay - early + ticksPerSecond;
}
