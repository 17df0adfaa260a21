/**
 * What the small-scope certificates of a system are made of: its operations over keys, and what it may hold at first.
 *
 * Keys are ranks 0, 1, 2, … in the order in which the system compares them. Which of two equal sets of operations come
 * first, and which keys are left out, is the certificate's business: here is only what there is.
 */
export interface SmallScope<Operation = unknown> {
  /** Every operation that concerns the key. */
  operationsOn(key: number): readonly Operation[];
  /** Every operation that concerns no key. */
  readonly otherOperations: readonly Operation[];
  /**
   * Every content worth telling apart before the threads start, each as initial operations over the keys 0 to `keys` −
   * 1.
   */
  initialContents(keys: number): readonly (readonly Operation[])[];
  /**
   * Does the operation find nothing to work on, whatever others do, after these of its own thread? A scenario that has
   * such an operation equals one without it. If absent, none does.
   */
  isIdle?(operation: Operation, before: readonly Operation[]): boolean;
  /**
   * Sizes that `verify` certifies in the profiles that have the time; two threads of two operations over two keys if
   * absent.
   */
  readonly sizes?: readonly { readonly threads: number; readonly operations: number; readonly keys: number }[];
  /** Limits of the scenarios that differ from the system's defaults. */
  readonly limits?: Readonly<Record<string, number>>;
}
