/** Comparable figures from schedules to the first bug, and a table of them. */
import {
  type Figure,
  type ReferenceRow,
  type ReferenceStrategy,
  REFERENCE_SCHEDULES,
  REFERENCE_TRIALS,
  DEPTH_FIRST_SCHEDULES,
  reference,
  referenceStrategies,
} from "./reference-figures.ts";
import type { TaskResult } from "./trials.ts";

export interface Summary {
  readonly program: string;
  readonly strategy: string;
  readonly trials: number;
  readonly found: number;
  /** Over the trials that found the bug; absent if none did. */
  readonly mean?: number;
  readonly median?: number;
  /** Mean over all trials, where a trial without the bug counts as the bound: a lower bound of the true mean. */
  readonly bounded: number;
  readonly stepsPerRun: number;
  readonly choicesPerRun: number;
}

export interface StrategyComparison {
  readonly strategy: string;
  /** Programs whose figures are in the means. */
  readonly programs: number;
  /** Geometric means over the programs of `bounded`; the reference's where the reference has the strategy. */
  readonly ours: number;
  readonly reference?: number;
}

export interface Comparison {
  readonly strategies: readonly StrategyComparison[];
  /** Programs where our best strategy needs no more schedules than the best of the reference. */
  readonly bestRows: number;
  readonly rows: number;
}

export function summarize(result: TaskResult): Summary {
  const { program, strategy, trials, schedulesMax, schedulesToBug: found, stepsPerRun, choicesPerRun } = result;
  const sum = found.reduce((total, schedules) => total + schedules, 0);
  return {
    program,
    strategy,
    trials,
    found: found.length,
    ...(found.length === 0 ? {} : { mean: sum / found.length, median: medianOf(found) }),
    bounded: (sum + (trials - found.length) * schedulesMax) / trials,
    stepsPerRun,
    choicesPerRun,
  };
}

/** The reference's figure, counted like `Summary.bounded`. */
export function boundedReference({ found, mean = 0 }: Figure, strategy: ReferenceStrategy): number {
  const [trials, bound] = strategy === "dfs" ? [1, DEPTH_FIRST_SCHEDULES] : [REFERENCE_TRIALS, REFERENCE_SCHEDULES];
  return (mean * found + bound * (trials - found)) / trials;
}

export function compare(summaries: readonly Summary[]): Comparison {
  const programs = reference.filter(({ program }) => summaries.some((summary) => summary.program === program));
  const names = [...new Set(summaries.map((summary) => summary.strategy))];
  let bestRows = 0;
  for (const row of programs) {
    const ours = Math.min(
      ...summaries.filter((summary) => summary.program === row.program).map((summary) => summary.bounded),
    );
    if (ours <= Math.min(...referenceStrategies.map((strategy) => boundedReference(row.figures[strategy], strategy))))
      bestRows++;
  }
  return {
    strategies: names.map((name) => compareStrategy(name, summaries, programs)),
    bestRows,
    rows: programs.length,
  };
}

function compareStrategy(
  strategy: string,
  summaries: readonly Summary[],
  rows: readonly ReferenceRow[],
): StrategyComparison {
  const known = referenceStrategies.find((name) => name === strategy);
  const ours = summaries.filter(
    (summary) => summary.strategy === strategy && rows.some((row) => row.program === summary.program),
  );
  return {
    strategy,
    programs: ours.length,
    ours: geometricMean(ours.map((summary) => summary.bounded)),
    ...(known === undefined
      ? {}
      : { reference: geometricMean(rows.map((row) => boundedReference(row.figures[known], known))) }),
  };
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** @param sorted in ascending order, at least one */
export function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Ours as `mean (median, found/trials)`; the median only if it is informative, the trials only if some failed. */
export function formatSummary({ mean, median, found, trials }: Summary): string {
  if (mean === undefined || median === undefined) return "–";
  const notes = [
    ...(trials > 1 ? [`~${formatNumber(median)}`] : []),
    ...(found < trials ? [`${found}/${trials}`] : []),
  ];
  return `${formatNumber(mean)}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

export function formatFigure({ mean, found }: Figure, strategy: ReferenceStrategy): string {
  if (mean === undefined) return "–";
  const trials = found < REFERENCE_TRIALS && strategy !== "dfs" ? ` (${found}/${REFERENCE_TRIALS})` : "";
  return `${formatNumber(mean)}${trials}`;
}

export function formatNumber(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

/** Lines of a table in which a column is as wide as its widest cell. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
}
