/** Rows of bits of one width: one set of events per row, in one array that only grows. */
export class BitRows {
  rows = new Uint32Array(0);
  words = 0;

  /** Empties the rows and makes room for `count` rows of `size` bits. */
  reset(count: number, size: number): void {
    this.words = (size + 31) >>> 5;
    const length = count * this.words;
    if (length > this.rows.length) this.rows = new Uint32Array(length * 2);
    else this.rows.fill(0, 0, length);
  }

  has(row: number, bit: number): boolean {
    return (((this.rows[row * this.words + (bit >>> 5)] as number) >>> (bit & 31)) & 1) === 1;
  }

  add(row: number, bit: number): void {
    const at = row * this.words + (bit >>> 5);
    this.rows[at] = (this.rows[at] as number) | (1 << (bit & 31));
  }

  /** Adds a whole row of `other`, which may be this object. */
  join(row: number, other: BitRows, otherRow: number): void {
    const { words, rows } = this;
    const from = otherRow * words;
    const into = row * words;
    for (let i = 0; i < words; i++) rows[into + i] = (rows[into + i] as number) | (other.rows[from + i] as number);
  }

  /** Adds the intersection of a row of `other` and a row of `mask`. */
  joinWithin(row: number, other: BitRows, otherRow: number, mask: BitRows, maskRow: number): void {
    const { words, rows } = this;
    const from = otherRow * words;
    const by = maskRow * words;
    const into = row * words;
    for (let i = 0; i < words; i++)
      rows[into + i] = (rows[into + i] as number) | ((other.rows[from + i] as number) & (mask.rows[by + i] as number));
  }

  clear(row: number): void {
    this.rows.fill(0, row * this.words, (row + 1) * this.words);
  }

  copy(row: number, other: BitRows, otherRow: number): void {
    const { words, rows } = this;
    for (let i = 0; i < words; i++) rows[row * words + i] = other.rows[otherRow * words + i] as number;
  }
}
