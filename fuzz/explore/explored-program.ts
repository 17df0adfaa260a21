import { type Access, type AccessKind, type Address, awaitUnequal, NIL } from "#impl/memory/access.ts";
import type { AnsweredStep } from "./local-states.ts";
import type { Meaning } from "./meaning.ts";

/**
 * A program for the explorer: threads over words of memory that are named by any numbers but 0.
 *
 * Threads are procedures over the access vocabulary of `impl/memory/access.ts`. They must be deterministic: what a
 * thread asks for next depends on what its accesses answered, and on nothing else. They are run again and again from
 * the start, so everything a thread keeps to itself must be made inside its procedure.
 */
export interface ExploredProgram {
  readonly name?: string;
  readonly threads: readonly ExploredThread[];
  /** What the words hold at first; a word that is not named holds 0. */
  readonly initial?: ReadonlyMap<Address, number>;
  /**
   * What the access means that a thread has just asked for, after these steps, where the program can say more than the
   * kind of the access does: only `lkmm` asks.
   */
  readonly meaning?: (thread: number, kind: AccessKind, steps: readonly AnsweredStep[]) => Meaning | undefined;
  /** What an exchange leaves, given its operand and what it finds; the operand itself, if not given. */
  readonly exchange?: (operand: number, found: number) => number;
}

/** Makes the procedure of one thread anew. */
export type ExploredThread = () => Access;

/**
 * Ends the execution as blocked if the condition is false: the rest of it is of no interest, as after a wait that is
 * not over.
 *
 * The condition is evaluated once. What it reads must have been read before, by accesses of their own.
 *
 * @param never where the thread waits for ever: a word that nobody writes. Only the explorer lets it be NIL.
 */
export function* assume(condition: boolean, never: Address = NIL): Access {
  if (!condition) yield awaitUnequal(never, 0, 0);
}
