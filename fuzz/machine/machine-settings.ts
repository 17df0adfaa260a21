import type { Observer } from "./observer.ts";

/** RCU callbacks one execution may start, each in its own thread, unless the program sets another number. */
export const CALLBACKS_MAX = 16;

/** Accesses one execution may make before it counts as stuck, unless the options set another number. */
export const ACCESSES_MAX = 20_000;

/**
 * The machine's checks and bounds. Recording a schedule and replaying it need equal settings.
 */
export interface MachineSettings {
  /** Detect data races with vector clocks. On by default; costs more than all other checks together. */
  readonly dataRaces?: boolean;
  /**
   * Report two locks taken in both orders even without a deadlock. On by default: without it only actual deadlocks are
   * found.
   */
  readonly lockOrder?: boolean;
  /** Report objects that nothing points to at the end. On by default. */
  readonly leaks?: boolean;
  /**
   * Check memory whenever the program's first thread is between two operations and no operation is in progress, not
   * only at the end. Off by default.
   */
  readonly checksRest?: boolean;
  /** Accesses an execution may make; more violate `progress`. */
  readonly accessesMax?: number;
}

export interface MachineOptions extends MachineSettings {
  readonly observer?: Observer;
}
