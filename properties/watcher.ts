import type { AccessKind, Address } from "#impl/memory/access.ts";

/**
 * A property of one structure that is checked while an execution runs.
 *
 * Each function returns why the property is violated, or undefined while it holds. They are called millions of times a
 * second, so they allocate nothing unless something is wrong. `begin` clears any state they keep.
 */
export interface Watcher {
  /** The property's name, as shown in a verdict. */
  readonly property: string;
  /** Called before the set-up and before each execution, with the current heap. */
  begin?(words: Int32Array): void;
  /** Words whose accesses this watcher observes; called once, before the first execution. */
  readonly watches?: (address: Address) => "writes" | "accesses" | undefined;
  /**
   * Called after each access to a watched word; `before` and `after` are the word's values around it. A cmpxchg that
   * fails is a read. Locks, slabs and grace periods have no accesses to a word.
   */
  accessed?(words: Int32Array, access: WatchedAccess): string | undefined;
  /** Called after a thread released a lock. */
  unlocked?(words: Int32Array, lock: Address): string | undefined;
  /** Called when an object is returned to its slab, with its words as its owner left them. */
  freed?(words: Int32Array, slab: Address, object: Address): string | undefined;
  /**
   * Called between two operations of a sequential run, when no operation is open. The thread may hold references that
   * earlier operations gave it.
   */
  rested?(words: Int32Array): string | undefined;
  /** Called when every thread has returned or waits for work. */
  ended?(words: Int32Array): string | undefined;
}

/** One access to a watched word. The object is reused from call to call: copy any value to keep. */
export interface WatchedAccess {
  readonly thread: number;
  readonly kind: AccessKind;
  readonly address: Address;
  readonly before: number;
  readonly after: number;
}
