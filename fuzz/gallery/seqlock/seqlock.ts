/** A pair guarded by a sequence, which is odd while the pair is being written. */
export class GuardedPair {
  readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  write(value: number): void {
    Atomics.add(this.words, 0, 1);
    Atomics.store(this.words, 1, value);
    Atomics.store(this.words, 2, value);
    Atomics.add(this.words, 0, 1);
  }

  read(): readonly [number, number] | undefined {
    const before = Atomics.load(this.words, 0);
    const pair = [Atomics.load(this.words, 1), Atomics.load(this.words, 2)] as const;
    return this.isStill(before) ? pair : undefined;
  }

  protected isStill(before: number): boolean {
    return before % 2 === 0 && Atomics.load(this.words, 0) === before;
  }
}

/** Checks the sequence before it reads, but not afterwards. */
export class HastyPair extends GuardedPair {
  protected override isStill(before: number): boolean {
    return before % 2 === 0;
  }
}

/** Reads the pair with plain loads, which nothing orders before the second check: correct only under interleavings. */
export class PlainPair extends GuardedPair {
  override read(): readonly [number, number] | undefined {
    const before = Atomics.load(this.words, 0);
    const pair = [this.words[1] ?? 0, this.words[2] ?? 0] as const;
    return this.isStill(before) ? pair : undefined;
  }
}
