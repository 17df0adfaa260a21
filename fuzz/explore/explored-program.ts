import { type Access, type AccessKind, type Address, awaitUnequal, NIL } from "#impl/memory/access.ts";
import type { CompletedStep } from "./local-states.ts";
import type { Meaning } from "./meaning.ts";

/**
 * A program for the explorer: threads over words of memory, named by any numbers but 0.
 *
 * Threads are procedures over the access vocabulary of `impl/memory/access.ts`. They must be deterministic: the next
 * access of a thread depends only on the results of its earlier accesses. They are run many times from the start, so
 * all private state of a thread must be created inside its procedure.
 */
export interface ExploredProgram {
  readonly name?: string;
  readonly threads: readonly ExploredThread[];
  /** Names of the threads and of words, for stories; numbers unless given. */
  readonly threadNames?: readonly string[];
  readonly wordName?: (word: Address) => string;
  /** Initial values of words; a word that is not listed holds 0. */
  readonly initial?: ReadonlyMap<Address, number>;
  /**
   * The meaning of the access that a thread has just requested after these steps, where the program knows more than the
   * kind of access. Only `lkmm` uses it.
   */
  readonly meaning?: (thread: number, kind: AccessKind, steps: readonly CompletedStep[]) => Meaning | undefined;
  /** The value that an exchange leaves, given its operand and the value it finds; by default the operand itself. */
  readonly exchange?: (operand: number, found: number) => number;
}

/** Creates a fresh procedure of one thread. */
export type ExploredThread = () => Access;

/**
 * Ends the execution as blocked if the condition is false: the rest is of no interest, as after a wait that does not
 * end.
 *
 * The condition is evaluated once. Its operands must have been read before, each by its own access.
 *
 * @param never where the thread waits forever: a word that no thread writes. Only the explorer allows NIL.
 */
export function* assume(condition: boolean, never: Address = NIL): Access {
  if (!condition) yield awaitUnequal(never, 0, 0);
}
