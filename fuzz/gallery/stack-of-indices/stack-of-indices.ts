/** Treiber's stack (1986) of indices from 1: the head, and for each index the one below it. 0 is the bottom. */
export class StackOfIndices {
  readonly head: Int32Array;
  readonly below: Int32Array;

  constructor(words: Int32Array) {
    this.head = words.subarray(0, 1);
    this.below = words.subarray(1);
  }

  /** The head holds an index in its low half and a count of changes above, so that no head value recurs. */
  protected next(head: number, index: number): number {
    return ((head & ~0xffff) + 0x1_0000) | index;
  }

  push(index: number): void {
    for (;;) {
      const head = Atomics.load(this.head, 0);
      Atomics.store(this.below, index, head & 0xffff);
      if (Atomics.compareExchange(this.head, 0, head, this.next(head, index)) === head) return;
    }
  }

  pop(): number {
    for (;;) {
      const head = Atomics.load(this.head, 0);
      const index = head & 0xffff;
      if (index === 0) return 0;
      const below = Atomics.load(this.below, index);
      if (Atomics.compareExchange(this.head, 0, head, this.next(head, below)) === head) return index;
    }
  }
}

/** The head is only an index: its value may recur during a pop (ABA). */
export class BareStack extends StackOfIndices {
  protected override next(_head: number, index: number): number {
    return index;
  }
}
