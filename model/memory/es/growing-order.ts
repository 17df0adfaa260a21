/**
 * A transitive order of events that grows pair by pair, and can be reset to a mark.
 *
 * Events are the numbers 0 to size − 1. For searches: adding a pair is linear in size²/32, a mark copies the order.
 */

import { has, type Relation } from "../relation.ts";
import { wordAt, wordsFor } from "../words.ts";

export class GrowingOrder {
  readonly #size: number;
  readonly #words: number;
  readonly #rows: Uint32Array;
  readonly #marks: Uint32Array[] = [];
  #depth = 0;

  /** @param start transitive and without cycles */
  constructor(start: Relation) {
    this.#size = start.size;
    this.#words = wordsFor(start.size);
    this.#rows = start.rows.slice();
  }

  has(a: number, b: number): boolean {
    return ((wordAt(this.#rows, a * this.#words + (b >>> 5)) >>> (b & 31)) & 1) === 1;
  }

  /** Puts a before b; false, with nothing changed, if b is before a or the same. */
  add(a: number, b: number): boolean {
    if (this.has(a, b)) return true;
    if (a === b || this.has(b, a)) return false;
    const words = this.#words;
    const rows = this.#rows;
    for (let earlier = 0; earlier < this.#size; earlier++) {
      if (earlier !== a && !this.has(earlier, a)) continue;
      for (let i = 0; i < words; i++) {
        rows[earlier * words + i] = wordAt(rows, earlier * words + i) | wordAt(rows, b * words + i);
      }
      const word = earlier * words + (b >>> 5);
      rows[word] = wordAt(rows, word) | (1 << (b & 31));
    }
    return true;
  }

  /** Adds every pair of a relation; false if that makes a cycle, with some pairs added. */
  addAll(pairs: Relation): boolean {
    for (let a = 0; a < this.#size; a++) {
      for (let b = 0; b < this.#size; b++) if (has(pairs, a, b) && !this.add(a, b)) return false;
    }
    return true;
  }

  mark(): void {
    const saved = (this.#marks[this.#depth] ??= new Uint32Array(this.#rows.length));
    saved.set(this.#rows);
    this.#depth++;
  }

  /** Returns to the last mark that was not undone. */
  undo(): void {
    const saved = this.#marks[--this.#depth];
    if (saved === undefined) throw new RangeError("undo without a mark");
    this.#rows.set(saved);
  }
}
