/**
 * Runs an initialiser once, in the first thread to arrive; the others sleep until it has run. 0 not yet, 1 running, 2
 * done.
 */
export class Once {
  readonly state: Int32Array;

  constructor(state: Int32Array) {
    this.state = state;
  }

  run(initialise: () => void): void {
    if (this.claim()) {
      initialise();
      Atomics.store(this.state, 0, 2);
      Atomics.notify(this.state, 0);
    }
    while (Atomics.load(this.state, 0) !== 2) Atomics.wait(this.state, 0, 1);
  }

  protected claim(): boolean {
    return Atomics.compareExchange(this.state, 0, 0, 1) === 0;
  }
}

/** Reads, then claims: two threads may both find it unclaimed. */
export class TwiceOnce extends Once {
  protected override claim(): boolean {
    if (Atomics.load(this.state, 0) !== 0) return false;
    Atomics.store(this.state, 0, 1);
    return true;
  }
}
