import type { RunningMachine } from "./running-machine.ts";

/**
 * Chooses which thread goes next. Every engine (random, PCT, exhaustive, replay) is a strategy over the same machine.
 */
export interface Strategy {
  readonly name: string;
  /** An execution is about to start: each thread is before its first access. */
  begin(machine: RunningMachine): void;
  /**
   * The thread that makes its pending access now: one of `machine.enabled[0 … enabledCount - 1]`, which are in
   * ascending order. Called only when at least two are enabled.
   */
  choose(machine: RunningMachine): number;
  /** The thread has made its access, and its next one is pending. Called after every step, chosen or not. */
  performed?(machine: RunningMachine, thread: number): void;
  /** The execution has ended. */
  end?(machine: RunningMachine): void;
  /** Whether all schedules of the strategy's finite list have been run; one more execution restarts the list. */
  isExhausted?(): boolean;
}
