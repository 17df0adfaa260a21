/**
 * Detects a thread that only reads the same few words again and again. Under the machine such a loop must be written as
 * one wait, which no schedule can starve.
 */
import { CLASS } from "#impl/memory/access-class.ts";
import type { Address } from "#impl/memory/access.ts";

/** Minimum number of reads: fewer may be a search that ends. */
export const LOOKS_MIN = 64;

/** Maximum number of words that such a loop reads. */
export const LOOKED_AT_MAX = 4;

/** The suggested replacement. */
export const WAIT_INSTEAD = "a loop that only waits is one wait: yield awaitEqual(address, mask, value)";

export class LookingLoop {
  readonly #looks = new Map<number, { reads: number; does: boolean; readonly words: Set<Address> }>();

  reset(): void {
    this.#looks.clear();
  }

  /** Records an access of a thread. */
  note(thread: number, classes: number, address: Address): void {
    const looks = this.#looks.get(thread) ?? { reads: 0, does: false, words: new Set() };
    if ((classes & (CLASS.reads | CLASS.writes | CLASS.waits)) !== CLASS.reads) looks.does = true;
    looks.reads++;
    looks.words.add(address);
    this.#looks.set(thread, looks);
  }

  /** The words that a thread read; undefined if it did anything else, or made too few reads. */
  wordsOf(thread: number): readonly Address[] | undefined {
    const looks = this.#looks.get(thread);
    if (looks === undefined || looks.does || looks.reads < LOOKS_MIN || looks.words.size > LOOKED_AT_MAX)
      return undefined;
    return [...looks.words];
  }
}
