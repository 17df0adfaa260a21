/**
 * The elements of a system's small-scope certificates: its operations over keys, and its initial contents.
 *
 * Keys are ranks 0, 1, 2, … in the order in which the system compares them. Symmetry (the order of equal sets of
 * operations, unused keys) is the certificate's concern; this only lists the elements.
 */
export interface SmallScope<Operation = unknown> {
  /** Every operation that concerns the key. */
  operationsOn(key: number): readonly Operation[];
  /** Every operation that concerns no key. */
  readonly otherOperations: readonly Operation[];
  /**
   * Every distinct initial content, each as initial operations over the keys 0 to `keys` − 1.
   */
  initialContents(keys: number): readonly (readonly Operation[])[];
  /**
   * Does the operation find nothing to work on, regardless of other threads, after these operations of its own thread?
   * A scenario with such an operation equals one without it. If absent, no operation does.
   */
  isIdle?(operation: Operation, before: readonly Operation[]): boolean;
  /**
   * Sizes that `verify` certifies in the long profiles; two threads of two operations over two keys if absent.
   */
  readonly sizes?: readonly { readonly threads: number; readonly operations: number; readonly keys: number }[];
  /** Limits of the scenarios that differ from the system's defaults. */
  readonly limits?: Readonly<Record<string, number>>;
}
