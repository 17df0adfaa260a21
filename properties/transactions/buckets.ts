/** Lists of integers by number, without an array each: those of n stand together. */
export class Buckets {
  readonly #start: Int32Array;
  readonly #items: Int32Array;

  /** @param visit hands all pairs of a bucket and an item to its argument; called twice, must hand on the same */
  constructor(buckets: number, visit: (add: (bucket: number, item: number) => void) => void) {
    this.#start = new Int32Array(buckets + 1);
    const start = this.#start;
    visit((bucket) => {
      start[bucket + 1] = (start[bucket + 1] as number) + 1;
    });
    for (let bucket = 0; bucket < buckets; bucket += 1)
      start[bucket + 1] = (start[bucket + 1] as number) + (start[bucket] as number);
    const next = start.slice();
    const items = new Int32Array(start[buckets] as number);
    visit((bucket, item) => {
      const at = next[bucket] as number;
      items[at] = item;
      next[bucket] = at + 1;
    });
    this.#items = items;
  }

  /** In the order in which they were handed on. */
  of(bucket: number): Int32Array {
    return this.#items.subarray(this.#start[bucket], this.#start[bucket + 1]);
  }
}

/** Without what equals the item before it. */
export function withoutRepeats(items: Int32Array): Int32Array {
  return items.filter((item, i) => i === 0 || item !== items[i - 1]);
}
