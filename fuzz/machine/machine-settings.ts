import type { Observer } from "./observer.ts";

/** RCU callbacks one execution may start, each in a thread of its own, unless the program says otherwise. */
export const CALLBACKS_MAX = 16;

/** Accesses one execution may make before it counts as stuck, unless the options say otherwise. */
export const ACCESSES_MAX = 20_000;

/**
 * Which checks the machine makes, and when it gives up. Equal settings are needed to record a schedule and to replay
 * it.
 */
export interface MachineSettings {
  /** Look for data races by vector clocks. On unless switched off; costs more than all other checks together. */
  readonly dataRaces?: boolean;
  /**
   * Refuse two locks taken in both orders even when nobody deadlocked. On unless switched off: without it a deadlock
   * has to happen to be seen.
   */
  readonly lockOrder?: boolean;
  /** Refuse objects that nothing points to at the end. On unless switched off. */
  readonly leaks?: boolean;
  /**
   * Look at memory whenever the program's first thread stands between two operations and nothing is under way, not only at
   * the end. Off unless switched on.
   */
  readonly checksRest?: boolean;
  /** Accesses an execution may make; more violate `progress`. */
  readonly accessesMax?: number;
}

export interface MachineOptions extends MachineSettings {
  readonly observer?: Observer;
}
