import type { Heap } from "#impl/memory/heap.ts";
import type { Violation } from "#properties/violation.ts";
import type { Program } from "./program.ts";

/**
 * A machine in the middle of an execution, as strategies and observers of schedules see it: which threads can go on,
 * and the pending access of each.
 */
export interface RunningMachine {
  readonly program: Program;
  readonly heap: Heap;
  readonly words: Int32Array;
  /** Threads started so far in this execution: the program's own, then one for each RCU callback. */
  readonly threadCount: number;
  /** The threads that can make their pending access now: the first `enabledCount` entries, in ascending order. */
  readonly enabled: Int32Array;
  readonly enabledCount: number;
  /**
   * The pending access of each thread, by thread; meaningless for a thread that has returned. An operand or comparand
   * that the access does not have is arbitrary.
   */
  readonly pendingKind: Int32Array;
  readonly pendingAddress: Int32Array;
  readonly pendingOperand: Int32Array;
  readonly pendingExpected: Int32Array;
  /** Accesses made so far in this execution, and the thread that made each. */
  readonly steps: number;
  readonly choices: Int32Array;
  /** Steps at which more than one thread was enabled. */
  readonly choicePoints: number;
  /** The first violation of this execution, if there has been one. */
  readonly violation: Violation | undefined;
  /** The thread's name in the program; a callback's thread is named after the order of its start. */
  threadName(thread: number): string;
  /** Does the thread run an RCU callback? */
  isCallback(thread: number): boolean;
  hasReturned(thread: number): boolean;
  /** Is the thread waiting for the end of a grace period that has begun? */
  isInGracePeriod(thread: number): boolean;
  /** May the other threads leave this one waiting for work when they return? */
  isDaemon(thread: number): boolean;
}

/** Can the thread make its pending access now? */
export function isEnabled({ enabled, enabledCount }: RunningMachine, thread: number): boolean {
  for (let i = 0; i < enabledCount; i++) if (enabled[i] === thread) return true;
  return false;
}
