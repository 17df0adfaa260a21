/**
 * A set of configurations, each a state and the bits of the open operations that have taken effect.
 *
 * One configuration makes another redundant when it differs only in having used fewer optional operations: it can do
 * everything that the other can. A redundant configuration is not added, and one already in the set is marked dead.
 * Without optional operations this is an ordinary set.
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import { hashWords } from "./row-set.ts";

export class Layer {
  /** Rows of `width` words: the state, then the bits. */
  rows: Int32Array;
  count = 0;
  readonly width: number;
  /** 1 for a row that another one made redundant. */
  dead = new Uint8Array(8);
  /** Bits of the optional operations that are open. */
  readonly #optional: Int32Array;
  #key: Int32Array;
  #chain = new Int32Array(8);
  #heads = new Int32Array(16);
  #mask = 15;

  constructor(words: number, optional: Int32Array) {
    this.width = 1 + words;
    this.#optional = optional;
    this.rows = new Int32Array(8 * this.width);
    this.#key = new Int32Array(this.width);
    this.clear();
  }

  clear(): void {
    let size = 16;
    while (size < this.count * 2 && size < this.#heads.length) size *= 2;
    this.#mask = size - 1;
    this.#heads.fill(-1, 0, size);
    this.count = 0;
  }

  /** @returns whether the row at `base` of `source` was added */
  add(source: Int32Array, base: number): boolean {
    const { width, rows } = this;
    const key = this.#key;
    const optional = this.#optional;
    key[0] = wordAt(source, base);
    for (let i = 1; i < width; i += 1) key[i] = wordAt(source, base + i) & ~wordAt(optional, i - 1);
    const place = hashWords(key, 0, width) & this.#mask;
    for (let row = numberAt(this.#heads, place, -1); row !== -1; row = numberAt(this.#chain, row, -1)) {
      const at = row * width;
      if (rows[at] !== key[0] || this.dead[row] === 1) continue;
      let same = true;
      let covers = true; // the row uses only optional operations that the new one uses
      let covered = true;
      for (let i = 1; i < width; i += 1) {
        const there = wordAt(rows, at + i);
        const here = wordAt(source, base + i);
        if ((there & ~wordAt(optional, i - 1)) !== key[i]) {
          same = false;
          break;
        }
        if ((there & ~here) !== 0) covers = false;
        if ((here & ~there) !== 0) covered = false;
      }
      if (!same) continue;
      if (covers) return false;
      if (covered) this.dead[row] = 1;
    }
    this.#append(source, base, place);
    return true;
  }

  #append(source: Int32Array, base: number, place: number): void {
    const { width } = this;
    const row = this.count;
    if (row >= this.#chain.length) this.#enlarge();
    const at = row * width;
    for (let i = 0; i < width; i += 1) this.rows[at + i] = wordAt(source, base + i);
    this.dead[row] = 0;
    this.#chain[row] = numberAt(this.#heads, place, -1);
    this.#heads[place] = row;
    this.count += 1;
    if (this.count > this.#mask + 1) this.#rehash();
  }

  #enlarge(): void {
    const capacity = this.#chain.length * 2;
    const rows = new Int32Array(capacity * this.width);
    rows.set(this.rows);
    this.rows = rows;
    const chain = new Int32Array(capacity);
    chain.set(this.#chain);
    this.#chain = chain;
    const dead = new Uint8Array(capacity);
    dead.set(this.dead);
    this.dead = dead;
  }

  #rehash(): void {
    const size = (this.#mask + 1) * 4;
    this.#mask = size - 1;
    if (this.#heads.length < size) this.#heads = new Int32Array(size);
    this.#heads.fill(-1, 0, size);
    const { width, rows } = this;
    const key = this.#key;
    for (let row = 0; row < this.count; row += 1) {
      key[0] = wordAt(rows, row * width);
      for (let i = 1; i < width; i += 1) key[i] = wordAt(rows, row * width + i) & ~wordAt(this.#optional, i - 1);
      const place = hashWords(key, 0, width) & this.#mask;
      this.#chain[row] = numberAt(this.#heads, place, -1);
      this.#heads[place] = row;
    }
  }
}
