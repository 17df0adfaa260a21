import type { Access } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import type { ProgressCondition } from "#properties/machine/progress-condition.ts";
import type { Watcher } from "#properties/watcher.ts";

/** One line of execution. */
export interface ThreadBody {
  readonly name: string;
  /** Creates the procedure afresh for each execution: all private state of the thread is created in there. */
  body(): Access;
  /** A daemon serves the others: it may be left waiting for work (in a wait for a value) when they have returned. */
  readonly daemon?: boolean;
}

/** Receives the history of an execution, and checks at each response whether the specification still allows it. */
export interface HistoryWatcher {
  readonly property: string;
  reset(): void;
  /** `operation` is the number given to `beginOperation`. */
  invoke(thread: number, operation: number): void;
  /** Why no order of the operations explains this response, or undefined if one does. */
  respond(thread: number, response: number): string | undefined;
  /** Does the thread wait in an operation that may wait forever, given the history? */
  mayWaitForEver?(thread: number): boolean;
  /** The set-up begins: events until it ends form a separate history, by thread 0. */
  setUpBegins?(): void;
  /** Every execution starts from the memory left by the set-up. @returns why that is impossible, if it is */
  setUpEnds?(words: Int32Array): string | undefined;
  /** No operation is in progress, and the execution continues from the state in memory. */
  rests?(words: Int32Array): void;
}

/** Readable names for the operations of a program and their responses. */
export interface OperationNames {
  operation(operation: number): string;
  response(operation: number, word: number): string;
}

/** A program for the machine: memory, threads, and what must hold. */
export interface Program {
  readonly name: string;
  /**
   * Laid out except for the effects of `setUp`; the machine restores it before each execution. Its contents are
   * captured when the first machine is made: another machine of the same program starts from the same contents.
   */
  readonly heap: Heap;
  /** Runs alone, once, before the first execution, with every check on; establishes the initial contents. */
  setUp?(): Access;
  readonly threads: readonly ThreadBody[];
  readonly watchers: readonly Watcher[];
  readonly history?: HistoryWatcher;
  /** The progress that operations guarantee when other threads are paused. */
  readonly progress?: ProgressCondition;
  /** Names of the operations, by the number given to `beginOperation`, and of their responses. */
  readonly operationNames?: OperationNames;
  /**
   * How many of its operations the first thread has begun, or skipped, in this execution. It is between two of them
   * when the number has changed since its last access.
   */
  operationsBegun?(): number;
  /** RCU callbacks one execution may start, 16 by default: one more violates `progress`. */
  readonly callbacksMax?: number;
}
