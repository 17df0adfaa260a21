/** Lists of integers by number, without one array per list: the items of a list are adjacent. */
export class Buckets {
  readonly #start: Int32Array;
  readonly #items: Int32Array;

  /**
   * @param visit passes all pairs of a bucket and an item to its argument; called twice, and must pass the same pairs
   */
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

  /** In the order in which they were passed. */
  of(bucket: number): Int32Array {
    return this.#items.subarray(this.#start[bucket], this.#start[bucket + 1]);
  }
}

/** Without items that equal the previous one. */
export function withoutRepeats(items: Int32Array): Int32Array {
  return items.filter((item, i) => i === 0 || item !== items[i - 1]);
}
