/** A sleeping mutex: 0 free, 1 held, 2 held with possible sleepers. After Drepper, "Futexes are tricky" (2011). */
export class Mutex {
  readonly word: Int32Array;

  constructor(word: Int32Array) {
    this.word = word;
  }

  lock(): void {
    if (Atomics.compareExchange(this.word, 0, 0, 1) === 0) return;
    while (Atomics.exchange(this.word, 0, 2) !== 0) Atomics.wait(this.word, 0, 2);
  }

  unlock(): void {
    if (Atomics.exchange(this.word, 0, 0) === 2) Atomics.notify(this.word, 0, 1);
  }
}

/** A woken thread assumes that it holds the mutex, without checking whether another thread was faster. */
export class TrustingMutex extends Mutex {
  override lock(): void {
    if (Atomics.compareExchange(this.word, 0, 0, 1) === 0) return;
    if (Atomics.exchange(this.word, 0, 2) !== 0) Atomics.wait(this.word, 0, 2);
  }
}
