import type { Access } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import type { ProgressCondition } from "#properties/machine/progress-condition.ts";
import type { Watcher } from "#properties/watcher.ts";

/** One line of execution. */
export interface ThreadBody {
  readonly name: string;
  /** Makes the procedure anew for each execution: everything the thread keeps to itself is made in there. */
  body(): Access;
  /** A daemon serves the others: it may be left waiting for work (in a wait for a value) when they have returned. */
  readonly daemon?: boolean;
}

/** Hears the history of an execution, and says at each response whether the specification still allows it. */
export interface HistoryWatcher {
  readonly property: string;
  reset(): void;
  /** `operation` is the number given to `beginOperation`. */
  invoke(thread: number, operation: number): void;
  /** Why no order of the operations explains this response, or undefined if one does. */
  respond(thread: number, response: number): string | undefined;
  /** Does the thread wait in an operation that may wait for ever, as the history is? */
  mayWaitForEver?(thread: number): boolean;
  /** The set-up begins: what is heard until it ends is a history of its own, by thread 0. */
  setUpBegins?(): void;
  /** Every execution starts from what the set-up has left in memory. @returns why that cannot be, if it cannot */
  setUpEnds?(words: Int32Array): string | undefined;
  /** Nothing is under way, and the execution goes on from what memory shows. */
  rests?(words: Int32Array): void;
}

/** Names for the operations of a program and their responses, as a person reads them. */
export interface OperationNames {
  operation(operation: number): string;
  response(operation: number, word: number): string;
}

/** A program for the machine: memory, threads, and what must hold. */
export interface Program {
  readonly name: string;
  /**
   * Laid out but for what `setUp` does; the machine puts it back before each execution. Its contents are taken when the
   * first machine is made: another machine of the same program starts from the same.
   */
  readonly heap: Heap;
  /** Runs alone, once, before the first execution, with every check on: the initial contents. */
  setUp?(): Access;
  readonly threads: readonly ThreadBody[];
  readonly watchers: readonly Watcher[];
  readonly history?: HistoryWatcher;
  /** What operations owe to one another when threads are paused. */
  readonly progress?: ProgressCondition;
  /** What the operations are called, by the number given to `beginOperation`, and their responses. */
  readonly operationNames?: OperationNames;
  /**
   * How many of its operations the first thread has begun, or skipped, in this execution. It stands between two of them when
   * the number has changed since its last access.
   */
  operationsBegun?(): number;
  /** RCU callbacks one execution may start, 16 if it does not say: one more violates `progress`. */
  readonly callbacksMax?: number;
}
