import type { StressResult } from "./run-stress.ts";

/** The system under stress. */
export interface StressRun {
  readonly system: string;
  /** The bug of the museum that was put back. */
  readonly bug?: string;
  readonly threads: number;
  readonly seed: number;
}

/** The file of a saved violation: the system, the violation, and the operations that show it. */
export function stressHistoryJson(
  { system, bug, threads, seed }: StressRun,
  violation: NonNullable<StressResult["violation"]>,
): string {
  return `${JSON.stringify({ format: "quiesce-stress", version: 1, system, bug, threads, seed, ...violation }, null, 1)}\n`;
}
