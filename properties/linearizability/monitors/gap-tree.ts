/** Counts over gaps 0 … n-1: add to a range, find a gap in a range that has 0. Both O(log n), flat, no allocation. */
import { wordAt } from "#impl/memory/word.ts";
export class GapTree {
  readonly #size: number;
  /** Smallest count below a node, without the amounts added to the node's ancestors. */
  readonly #least: Int32Array;
  readonly #added: Int32Array;

  constructor(gaps: number) {
    let size = 1;
    while (size < gaps) size *= 2;
    this.#size = size;
    this.#least = new Int32Array(2 * size);
    this.#added = new Int32Array(2 * size);
  }

  /** Adds `amount` to every gap from `from` up to, not including, `to`. */
  add(from: number, to: number, amount: number): void {
    if (from < to) this.#add(1, 0, this.#size, from, to, amount);
  }

  #add(node: number, low: number, high: number, from: number, to: number, amount: number): void {
    if (from <= low && high <= to) {
      this.#least[node] = wordAt(this.#least, node) + amount;
      this.#added[node] = wordAt(this.#added, node) + amount;
      return;
    }
    const middle = (low + high) >> 1;
    if (from < middle) this.#add(2 * node, low, middle, from, to, amount);
    if (to > middle) this.#add(2 * node + 1, middle, high, from, to, amount);
    this.#least[node] =
      wordAt(this.#added, node) + Math.min(wordAt(this.#least, 2 * node), wordAt(this.#least, 2 * node + 1));
  }

  /** The first gap from `from` up to, not including, `to` whose count is 0, or -1. Counts are never negative. */
  findZero(from: number, to: number): number {
    return from < to ? this.#find(1, 0, this.#size, from, to, 0) : -1;
  }

  #find(node: number, low: number, high: number, from: number, to: number, above: number): number {
    if (to <= low || high <= from || wordAt(this.#least, node) + above > 0) return -1;
    if (high - low === 1) return low;
    const middle = (low + high) >> 1;
    const below = above + wordAt(this.#added, node);
    const left = this.#find(2 * node, low, middle, from, to, below);
    return left === -1 ? this.#find(2 * node + 1, middle, high, from, to, below) : left;
  }
}
