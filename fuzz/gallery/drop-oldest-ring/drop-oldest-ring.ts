/**
 * A ring that never refuses: a producer that finds it full drops the oldest element by moving the consumer's counter.
 */
export class DropOldestRing {
  readonly counters: Int32Array;
  readonly elements: Int32Array;

  constructor(storage: SharedArrayBuffer) {
    this.counters = new Int32Array(storage, 0, 2);
    this.elements = new Int32Array(storage, 8);
  }

  static storageFor(capacity: number): SharedArrayBuffer {
    return new SharedArrayBuffer(8 + 4 * capacity);
  }

  push(value: number): void {
    const written = Atomics.load(this.counters, 0);
    const taken = Atomics.load(this.counters, 1);
    if (written - taken === this.elements.length) this.moveTail(taken);
    Atomics.store(this.elements, written % this.elements.length, value);
    Atomics.store(this.counters, 0, written + 1);
  }

  /** Two threads move the counter, each only from the value it saw. */
  protected moveTail(from: number): boolean {
    return Atomics.compareExchange(this.counters, 1, from, from + 1) === from;
  }

  pop(): number | undefined {
    for (;;) {
      const taken = Atomics.load(this.counters, 1);
      if (Atomics.load(this.counters, 0) === taken) return undefined;
      const value = Atomics.load(this.elements, taken % this.elements.length);
      if (this.moveTail(taken)) return value;
    }
  }
}

/** Each thread stores the counter, although the other may have advanced it. */
export class TwoWritersRing extends DropOldestRing {
  protected override moveTail(from: number): boolean {
    Atomics.store(this.counters, 1, from + 1);
    return true;
  }
}
