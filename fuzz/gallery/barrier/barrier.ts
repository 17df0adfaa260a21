/** A barrier for `parties` threads: word 0 counts arrivals, word 1 is the generation. */
export class Barrier {
  readonly words: Int32Array;
  readonly parties: number;

  constructor(words: Int32Array, parties: number) {
    this.words = words;
    this.parties = parties;
  }

  meet(): void {
    const generation = Atomics.load(this.words, 1);
    if (Atomics.add(this.words, 0, 1) === this.parties - 1) {
      Atomics.store(this.words, 0, 0);
      Atomics.add(this.words, 1, 1);
      Atomics.notify(this.words, 1);
    } else while (Atomics.load(this.words, 1) === generation) Atomics.wait(this.words, 1, generation);
  }
}

/** Waits for the count to be reset; a slow waiter may find that the next generation has begun. */
export class CountingBarrier extends Barrier {
  override meet(): void {
    if (Atomics.add(this.words, 0, 1) === this.parties - 1) {
      Atomics.store(this.words, 0, 0);
      return;
    }
    while (Atomics.load(this.words, 0) !== 0);
  }
}
