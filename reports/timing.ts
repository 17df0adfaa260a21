/**
 * The time and hardware of a run: everything that differs between two runs with one seed, and is therefore kept out of
 * the result.
 */

export interface Timing {
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly workers: number;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly memoryPeakBytes: number;
  readonly accesses: number;
  readonly executions: number;
  /** Operations of real threads, under stress. */
  readonly stressOperations: number;
  /** Milliseconds of work for a scenario or bug, over all workers, by name. */
  readonly parts: Readonly<Record<string, number>>;
}

export function timingJson(timing: Timing): string {
  return `${JSON.stringify({ format: "quiesce-timing", version: 1, ...timing }, null, 2)}\n`;
}
