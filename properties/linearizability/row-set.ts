/**
 * A flat set of rows of int32 words, all of one width: the configurations that a search has reached.
 *
 * Adding a row costs one look-up and allocates only when the tables double. The set is cleared and reused, never freed.
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
export class RowSet {
  /** The rows in sequence, in the order of their addition. */
  words = new Int32Array(256);
  count = 0;
  #width = 1;
  #table = new Int32Array(128).fill(-1);

  get width(): number {
    return this.#width;
  }

  clear(width: number): void {
    if (this.#table.length > 4096 && this.count * 16 < this.#table.length) this.#table = new Int32Array(128).fill(-1);
    else this.#table.fill(-1);
    this.count = 0;
    this.#width = width;
    this.#reserve();
  }

  /** Adds the `width` words of `source` at `base`, unless present. @returns whether they are new */
  add(source: Int32Array, base: number): boolean {
    const width = this.#width;
    const mask = this.#table.length - 1;
    let place = hashWords(source, base, width) & mask;
    for (;;) {
      const row = this.#table[place] as number;
      if (row === -1) break;
      if (equalWords(this.words, row * width, source, base, width)) return false;
      place = (place + 1) & mask;
    }
    const start = this.count * width;
    for (let i = 0; i < width; i += 1) this.words[start + i] = wordAt(source, base + i);
    this.#table[place] = this.count;
    this.count += 1;
    this.#reserve();
    if (this.count * 2 > this.#table.length) this.#rehash();
    return true;
  }

  /**
   * Makes room for one more row, so that a caller may write a candidate after the last row and then add it from there.
   */
  #reserve(): void {
    if ((this.count + 1) * this.#width <= this.words.length) return;
    const larger = new Int32Array(Math.max(this.words.length * 2, (this.count + 1) * this.#width));
    larger.set(this.words);
    this.words = larger;
  }

  #rehash(): void {
    const mask = this.#table.length * 2 - 1;
    this.#table = new Int32Array(mask + 1).fill(-1);
    for (let row = 0; row < this.count; row += 1) {
      let place = hashWords(this.words, row * this.#width, this.#width) & mask;
      while (this.#table[place] !== -1) place = (place + 1) & mask;
      this.#table[place] = row;
    }
  }

  /** The rows in ascending order, copied to `target` from `base` on. */
  copySorted(target: Int32Array, base: number): void {
    const width = this.#width;
    const { words, count } = this;
    if (width === 1) {
      target.set(words.subarray(0, count), base);
      target.subarray(base, base + count).sort();
      return;
    }
    const order = Array.from({ length: count }, (_, row) => row * width);
    order.sort((left, right) => {
      for (let i = 0; i < width; i += 1) {
        const difference = wordAt(words, left + i) - wordAt(words, right + i);
        if (difference !== 0) return difference;
      }
      return 0;
    });
    for (let row = 0; row < count; row += 1) {
      const from = numberAt(order, row);
      for (let i = 0; i < width; i += 1) target[base + row * width + i] = wordAt(words, from + i);
    }
  }
}

/** A well mixed int32 from `length` words. */
export function hashWords(words: Int32Array, base: number, length: number): number {
  let hash = length;
  for (let i = 0; i < length; i += 1) {
    hash = Math.imul(hash ^ wordAt(words, base + i), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

export function equalWords(
  left: Int32Array,
  leftBase: number,
  right: Int32Array,
  rightBase: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i += 1) if (left[leftBase + i] !== right[rightBase + i]) return false;
  return true;
}
