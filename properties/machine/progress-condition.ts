/**
 * Progress conditions: the progress that operations guarantee when threads are paused at any moment, for any time.
 *
 * - `wait-free`: every operation returns within a bound of its own accesses.
 * - `lock-free`: within a bound of accesses of all threads together, some operation returns.
 * - `obstruction-free`: a thread that runs alone returns within a bound of accesses.
 *
 * Under each of them a thread that must wait for another is a violation: the other may be paused for ever. "Eventually"
 * has no finite counterexample, so a bound replaces it.
 *
 * Source: Herlihy and Shavit, On the nature of progress, OPODIS 2011.
 */
export interface ProgressCondition {
  readonly kind: "wait-free" | "lock-free" | "obstruction-free";
  /** Accesses within which progress is required. */
  readonly accessesMax: number;
}

/** Follows one execution. */
export class ProgressWatch {
  readonly condition: ProgressCondition;
  /** Accesses of the open operation, by thread; −1 where none is open. */
  readonly #made: Int32Array;
  #sinceReturn = 0;
  #alone = 0;
  #last = -1;

  constructor(condition: ProgressCondition, threadsMax: number) {
    this.condition = condition;
    this.#made = new Int32Array(threadsMax).fill(-1);
  }

  reset(): void {
    this.#made.fill(-1);
    this.#sinceReturn = 0;
    this.#alone = 0;
    this.#last = -1;
  }

  invoked(thread: number): void {
    this.#made[thread] = 0;
    this.#alone = 0;
  }

  returned(thread: number): void {
    this.#made[thread] = -1;
    this.#sinceReturn = 0;
    this.#alone = 0;
  }

  /** @returns the progress that is missing after an access of the thread, or undefined */
  accessed(thread: number): string | undefined {
    if (this.#made[thread] === -1) return undefined;
    const made = (this.#made[thread] as number) + 1;
    this.#made[thread] = made;
    this.#sinceReturn++;
    this.#alone = thread === this.#last ? this.#alone + 1 : 1;
    this.#last = thread;
    const { kind, accessesMax } = this.condition;
    if (kind === "wait-free" && made > accessesMax)
      return `an operation has made ${made} accesses and has not returned`;
    if (kind === "lock-free" && this.#sinceReturn > accessesMax)
      return `${this.#sinceReturn} accesses were made, and no operation has returned`;
    if (kind === "obstruction-free" && this.#alone > accessesMax)
      return `an operation has made ${this.#alone} accesses with nobody between, and has not returned`;
    return undefined;
  }
}
