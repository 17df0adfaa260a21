/** A ring for one producer and one consumer, after Lamport (1983): two counters, and the elements between them. */
export class Ring {
  readonly counters: Int32Array;
  readonly elements: Uint8Array;

  constructor(storage: SharedArrayBuffer) {
    this.counters = new Int32Array(storage, 0, 2);
    this.elements = new Uint8Array(storage, 8);
  }

  static storageFor(capacity: number): SharedArrayBuffer {
    return new SharedArrayBuffer(8 + capacity);
  }

  push(value: number): boolean {
    const written = Atomics.load(this.counters, 0);
    if (written - Atomics.load(this.counters, 1) === this.elements.length) return false;
    this.put(written, value);
    return true;
  }

  protected put(written: number, value: number): void {
    this.elements[written % this.elements.length] = value;
    Atomics.store(this.counters, 0, written + 1);
  }

  pop(): number | undefined {
    const taken = Atomics.load(this.counters, 1);
    if (Atomics.load(this.counters, 0) === taken) return undefined;
    const value = this.elements[taken % this.elements.length];
    Atomics.store(this.counters, 1, taken + 1);
    return value;
  }
}

/** The counter is published before the element. */
export class EarlyRing extends Ring {
  protected override put(written: number, value: number): void {
    Atomics.store(this.counters, 0, written + 1);
    this.elements[written % this.elements.length] = value;
  }
}

/** Accepts one element more than there is room for. */
export class OverfullRing extends Ring {
  override push(value: number): boolean {
    const written = Atomics.load(this.counters, 0);
    if (written - Atomics.load(this.counters, 1) > this.elements.length) return false;
    this.put(written, value);
    return true;
  }
}
