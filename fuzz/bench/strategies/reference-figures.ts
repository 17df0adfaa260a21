/**
 * Schedules until the first bug for the same algorithms in another engine: the reference for ours.
 *
 * Measured with the schedulers rewritten over shuttle 0.9.3. Every shared read, write, lock and unlock is a scheduling
 * point there, and so are the start and the end of each thread. 20 seeds, 10,000 schedules each; depth first: one run
 * of 200,000.
 */

/** The strategies measured there, under our names. */
export const referenceStrategies = ["random", "pct2", "pct3", "pct5", "urw", "dfs"] as const;

export type ReferenceStrategy = (typeof referenceStrategies)[number];

/** Trials with a bug, and their mean number of schedules until it, the failing one included. */
export interface Figure {
  readonly found: number;
  /** Absent when no trial found it. */
  readonly mean?: number;
}

export interface ReferenceRow {
  readonly program: string;
  readonly figures: Readonly<Record<ReferenceStrategy, Figure>>;
}

export const REFERENCE_TRIALS = 20;
export const REFERENCE_SCHEDULES = 10_000;

/** Schedules of the one depth-first run. */
export const DEPTH_FIRST_SCHEDULES = 200_000;

const never: Figure = { found: 0 };

export const reference: readonly ReferenceRow[] = [
  row("account_bad", 4.8, 6.7, 5.0, 4.6, 3.0, 5817),
  row("bluetooth_driver_bad", 34, 26, 26, 25, 122, 84),
  row("carter01_bad", 2.3, 6.0, 2.6, 2.0, 1.7, 198),
  row("circular_buffer_bad", 1.1, 9.9, 2.8, 2.6, 1.1, 170),
  row("deadlock01_bad", 3.1, 8.9, 3.9, 2.7, 2.4, 51),
  row("lazy01_bad", 6.0, 4.5, 5.7, 4.2, 4.0, 3516),
  row("phase01_bad", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
  row("reorder_3_bad", 59, 29, 13, 26, 9.6, 922),
  row("reorder_4_bad", 118, 60, 60, 26, 14, never),
  row("reorder_5_bad", 228, 172, 101, 54, 21, never),
  row("reorder_10_bad", never, 1255, 917, 563, 42, never),
  row(
    "reorder_20_bad",
    never,
    { found: 11, mean: 4990 },
    { found: 15, mean: 3677 },
    { found: 17, mean: 2598 },
    204,
    never,
  ),
  row("stack_bad", 1.7, 4.0, 4.2, 3.0, 1.4, 1682),
  row("token_ring_bad", 7.0, 8.3, 9.0, 11, 4.2, never),
  row("twostage_bad", 73, 6.7, 6.5, 16, { found: 19, mean: 476 }, 643),
  row("twostage_20_bad", { found: 17, mean: 2721 }, 160, 81, 48, 38, never),
  row("twostage_50_bad", never, 844, 432, 380, 62, never),
  row("wronglock_3_bad", 3.1, 12, 6.5, 6.6, 2.9, never),
  row("wronglock_bad", 1.4, 4.2, 2.6, 2.4, 1.0, 12),
  row("stringbuffer", 1.0, 2.6, 2.1, 2.0, 1.0, 16),
  row("cve-2016-1972", 1.2, 3.7, 3.8, 2.4, 1.1, 45),
  row("work-steal-queue", 25, 4.0, 4.5, 4.8, 2.0, 1288),
  row("boundedBuffer", 1.0, 5.4, 3.0, 2.1, 1.0, 20),
];

type Cell = number | Figure;

function row(program: string, random: Cell, pct2: Cell, pct3: Cell, pct5: Cell, urw: Cell, dfs: Cell): ReferenceRow {
  return {
    program,
    figures: {
      random: figure(random),
      pct2: figure(pct2),
      pct3: figure(pct3),
      pct5: figure(pct5),
      urw: figure(urw),
      dfs: figure(dfs, 1),
    },
  };
}

function figure(cell: Cell, trials = REFERENCE_TRIALS): Figure {
  return typeof cell === "number" ? { found: trials, mean: cell } : cell;
}
