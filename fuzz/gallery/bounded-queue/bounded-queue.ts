/**
 * Vyukov's bounded queue for many producers and consumers (1024cores.net, 2010): each element has a sequence number.
 */
export class BoundedQueue {
  readonly positions: Int32Array;
  readonly sequences: Int32Array;
  readonly elements: Int32Array;
  readonly mask: number;

  constructor(storage: SharedArrayBuffer, capacity: number) {
    this.positions = new Int32Array(storage, 0, 2);
    this.sequences = new Int32Array(storage, 8, capacity);
    this.elements = new Int32Array(storage, 8 + 4 * capacity, capacity);
    this.mask = capacity - 1;
  }

  static create<Queue extends BoundedQueue>(
    make: new (storage: SharedArrayBuffer, capacity: number) => Queue,
    capacity: number,
  ): Queue {
    const queue = new make(new SharedArrayBuffer(8 + 8 * capacity), capacity);
    for (let index = 0; index < capacity; index++) queue.sequences[index] = index;
    return queue;
  }

  push(value: number): boolean {
    for (;;) {
      const position = Atomics.load(this.positions, 0);
      const ahead = Atomics.load(this.sequences, position & this.mask) - position;
      if (ahead < 0) return false;
      if (ahead === 0 && Atomics.compareExchange(this.positions, 0, position, position + 1) === position) {
        this.publish(position, value);
        return true;
      }
    }
  }

  protected publish(position: number, value: number): void {
    this.elements[position & this.mask] = value;
    Atomics.store(this.sequences, position & this.mask, position + 1);
  }

  pop(): number | undefined {
    for (;;) {
      const position = Atomics.load(this.positions, 1);
      const ahead = Atomics.load(this.sequences, position & this.mask) - (position + 1);
      if (ahead < 0) return undefined;
      if (ahead === 0 && Atomics.compareExchange(this.positions, 1, position, position + 1) === position) {
        const value = this.elements[position & this.mask];
        Atomics.store(this.sequences, position & this.mask, position + this.mask + 1);
        return value;
      }
    }
  }
}

/** The sequence announces the element before it is stored. */
export class EarlyQueue extends BoundedQueue {
  protected override publish(position: number, value: number): void {
    Atomics.store(this.sequences, position & this.mask, position + 1);
    this.elements[position & this.mask] = value;
  }
}
