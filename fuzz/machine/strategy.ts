import type { RunningMachine } from "./running-machine.ts";

/**
 * Chooses which thread goes next. Every engine (random, PCT, exhaustive, replay) is one of these over the same machine.
 */
export interface Strategy {
  readonly name: string;
  /** An execution is about to start: its threads stand before their first accesses. */
  begin(machine: RunningMachine): void;
  /**
   * The thread that makes its pending access now: one of `machine.enabled[0 … enabledCount - 1]`, which are in
   * ascending order. Asked only when at least two are enabled.
   */
  choose(machine: RunningMachine): number;
  /** The thread has made its access, and stands before its next one. Called after every step, chosen or not. */
  performed?(machine: RunningMachine, thread: number): void;
  /** The execution has ended. */
  end?(machine: RunningMachine): void;
  /** Every schedule of a list that the strategy runs through has been run; one more execution starts the list anew. */
  isExhausted?(): boolean;
}
