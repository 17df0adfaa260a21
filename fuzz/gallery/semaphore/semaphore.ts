/** A counting semaphore: the word is the number of permits. */
export class Semaphore {
  readonly word: Int32Array;

  constructor(word: Int32Array) {
    this.word = word;
  }

  acquire(): void {
    for (;;) {
      const free = Atomics.load(this.word, 0);
      if (free > 0) {
        if (Atomics.compareExchange(this.word, 0, free, free - 1) === free) return;
      } else Atomics.wait(this.word, 0, 0);
    }
  }

  release(): void {
    Atomics.add(this.word, 0, 1);
    Atomics.notify(this.word, 0, 1);
  }
}

/**
 * Wakes only when the count was 0: a second release before the first sleeper runs wakes no thread, and one sleeps on.
 */
export class ThriftySemaphore extends Semaphore {
  override release(): void {
    if (Atomics.add(this.word, 0, 1) === 0) Atomics.notify(this.word, 0, 1);
  }
}
