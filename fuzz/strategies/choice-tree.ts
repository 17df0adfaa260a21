/**
 * The tree of all schedules, walked depth first, one leaf per execution.
 *
 * At its i-th choice point an execution takes one of `options` branches, numbered from 0. It repeats the branches of
 * the preceding execution up to the last point with a branch left, takes the next branch there, and 0 from there on.
 * Branch numbers may be charged to a budget: their sum over an execution never exceeds it.
 */
import { wordAt } from "#impl/memory/word.ts";
export class ChoiceTree {
  #branch = new Int32Array(64);
  #options = new Int32Array(64);
  /** Choice points of this execution so far, and how many of them follow the preceding execution. */
  #depth = 0;
  #planned = 0;
  #budgetHit = false;

  /** Whether this walk left out branches because of the budget. */
  get budgetHit(): boolean {
    return this.#budgetHit;
  }

  /** Starts a walk from the leftmost leaf. */
  restart(): void {
    this.#planned = 0;
    this.#budgetHit = false;
  }

  /** Starts an execution. */
  begin(): void {
    this.#depth = 0;
  }

  /**
   * The branch to take at the next choice point.
   *
   * @throws Error if an earlier execution had a different number of branches here: the program is not deterministic
   */
  choose(options: number): number {
    const depth = this.#depth++;
    if (depth < this.#planned) {
      if (this.#options[depth] !== options) {
        throw new Error(
          `choice ${depth + 1} has ${options} enabled threads, and had ${this.#options[depth]} ` +
            "after the same choices before: the program is not deterministic",
        );
      }
      return wordAt(this.#branch, depth);
    }
    if (depth === this.#branch.length) {
      this.#branch = grown(this.#branch);
      this.#options = grown(this.#options);
    }
    this.#branch[depth] = 0;
    this.#options[depth] = options;
    return 0;
  }

  /** Ends an execution and plans the next; returns false when the walk is complete. O(choice points). */
  advance(budget = Number.POSITIVE_INFINITY): boolean {
    let spent = 0;
    for (let depth = 0; depth < this.#depth; depth++) spent += wordAt(this.#branch, depth);
    for (let depth = this.#depth - 1; depth >= 0; depth--) {
      const branch = wordAt(this.#branch, depth);
      if (branch + 1 < wordAt(this.#options, depth)) {
        if (spent < budget) {
          this.#branch[depth] = branch + 1;
          this.#planned = depth + 1;
          return true;
        }
        this.#budgetHit = true;
      }
      spent -= branch;
    }
    return false;
  }
}

function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
