/** The deque of Chase and Lev (SPAA 2005), of fixed size: its owner pushes and pops at the bottom, others steal. */
export class WorkStealingDeque {
  readonly ends: Int32Array;
  readonly tasks: Int32Array;

  constructor(words: Int32Array) {
    this.ends = words.subarray(0, 2);
    this.tasks = words.subarray(2);
  }

  push(task: number): void {
    const bottom = Atomics.load(this.ends, 1);
    Atomics.store(this.tasks, bottom % this.tasks.length, task);
    Atomics.store(this.ends, 1, bottom + 1);
  }

  pop(): number | undefined {
    const bottom = Atomics.load(this.ends, 1) - 1;
    Atomics.store(this.ends, 1, bottom);
    const top = Atomics.load(this.ends, 0);
    if (top > bottom) {
      Atomics.store(this.ends, 1, bottom + 1);
      return undefined;
    }
    const task = Atomics.load(this.tasks, bottom % this.tasks.length);
    if (top < bottom) return task;
    const isMine = this.takeLast(top);
    Atomics.store(this.ends, 1, bottom + 1);
    return isMine ? task : undefined;
  }

  /** The last task may be stolen at the same time: the top decides. */
  protected takeLast(top: number): boolean {
    return Atomics.compareExchange(this.ends, 0, top, top + 1) === top;
  }

  steal(): number | undefined {
    const top = Atomics.load(this.ends, 0);
    if (top >= Atomics.load(this.ends, 1)) return undefined;
    const task = Atomics.load(this.tasks, top % this.tasks.length);
    return Atomics.compareExchange(this.ends, 0, top, top + 1) === top ? task : undefined;
  }
}

/** The owner takes the last task without checking the top. */
export class GreedyDeque extends WorkStealingDeque {
  protected override takeLast(top: number): boolean {
    Atomics.store(this.ends, 0, top + 1);
    return true;
  }
}
