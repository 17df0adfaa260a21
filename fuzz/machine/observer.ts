import type { AccessKind, Address } from "#impl/memory/access.ts";

/** Receives every event of an execution. Only replay has one: the machine runs several times slower with it. */
export interface Observer {
  /** An access, after it was made. `before` and `after` are the word's values; `result` is what the thread received. */
  performed(access: ObservedAccess): void;
  /** An event that touches no word: a section, a barrier, the start or end of an operation. */
  marked(mark: ObservedMark): void;
}

export interface ObservedAccess {
  /** Steps of the execution before this one. */
  readonly step: number;
  readonly thread: number;
  readonly kind: AccessKind;
  readonly address: Address;
  readonly operand: number;
  readonly expected: number;
  readonly before: number;
  readonly after: number;
  readonly result: number;
  /**
   * The thread has only begun to wait (for a grace period, or inside a section it opened): a later access ends the
   * wait.
   */
  readonly waits: boolean;
}

export interface ObservedMark {
  readonly step: number;
  readonly thread: number;
  readonly kind: AccessKind;
  readonly operand: number;
}
