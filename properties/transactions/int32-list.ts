/** A growing list of 32-bit integers: 4 bytes each, where an array of numbers needs 8 or more. */
export class Int32List {
  #words: Int32Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 16) {
    this.#words = new Int32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(word: number): void {
    if (this.#length === this.#words.length) {
      const grown = new Int32Array(2 * this.#length);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.#length] = word;
    this.#length += 1;
  }

  /** 0 outside the list. */
  at(index: number): number {
    return this.#words[index] ?? 0;
  }

  set(index: number, word: number): void {
    this.#words[index] = word;
  }

  /** The words themselves, not a copy: valid until the next push. */
  words(): Int32Array {
    return this.#words.subarray(0, this.#length);
  }
}
