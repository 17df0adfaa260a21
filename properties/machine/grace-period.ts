/**
 * Grace periods: nothing is freed while a read-side critical section is open that has fetched a pointer to it;
 * published pointers are followed inside such sections only.
 *
 * Keeps every thread's section (its nesting depth, and a serial number that no other section ever has) and, for each
 * word, in which section each thread last fetched a pointer to it, since it was last allocated. Serial numbers go on
 * from execution to execution, beyond 2^31, so nothing but the depths needs clearing.
 */
import { type Address, NIL } from "#impl/memory/access.ts";

export class GracePeriods {
  readonly #threadsMax: number;
  readonly #depth: Int32Array;
  readonly #section: Float64Array;
  readonly #fetchedIn: Float64Array;
  readonly #awaited: Float64Array;
  #serial = 0;

  constructor(threadsMax: number, words: number) {
    this.#threadsMax = threadsMax;
    this.#depth = new Int32Array(threadsMax);
    this.#section = new Float64Array(threadsMax);
    this.#fetchedIn = new Float64Array(threadsMax * words);
    this.#awaited = new Float64Array(threadsMax * threadsMax);
  }

  reset(): void {
    this.#depth.fill(0);
  }

  depth(thread: number): number {
    return this.#depth[thread] as number;
  }

  lock(thread: number): void {
    const depth = this.depth(thread);
    if (depth === 0) this.#section[thread] = ++this.#serial;
    this.#depth[thread] = depth + 1;
  }

  /** Ends the innermost section; returns false if there is none. */
  unlock(thread: number): boolean {
    const depth = this.depth(thread);
    if (depth === 0) return false;
    this.#depth[thread] = depth - 1;
    return true;
  }

  /** Records that the thread fetched a pointer to `object`, or into it, by a dereference inside its section. */
  fetched(thread: number, object: Address): void {
    this.#fetchedIn[object * this.#threadsMax + thread] = this.#section[thread] as number;
  }

  /** `object` is allocated: pointers fetched before belong to its former life. */
  allocated(object: Address): void {
    const row = object * this.#threadsMax;
    this.#fetchedIn.fill(0, row, row + this.#threadsMax);
  }

  /** A thread in a section that has fetched a pointer to `object`, or -1. */
  readerOf(object: Address, threadCount: number): number {
    if (object === NIL) return -1;
    for (let thread = 0; thread < threadCount; thread++) {
      if (this.depth(thread) > 0 && this.#fetchedIn[object * this.#threadsMax + thread] === this.#section[thread])
        return thread;
    }
    return -1;
  }

  /** Starts a grace period for `waiter`: it covers the sections that are open now. */
  start(waiter: number, threadCount: number): void {
    const row = waiter * this.#threadsMax;
    for (let thread = 0; thread < this.#threadsMax; thread++) {
      this.#awaited[row + thread] = thread < threadCount ? (this.#section[thread] as number) : 0;
    }
  }

  /** Has every section that was open at the start of the waiter's grace period ended? */
  isOver(waiter: number, threadCount: number): boolean {
    return this.blockerOf(waiter, threadCount) === -1;
  }

  /** A thread whose section the waiter still waits for, or -1. */
  blockerOf(waiter: number, threadCount: number): number {
    const row = waiter * this.#threadsMax;
    for (let thread = 0; thread < threadCount; thread++) {
      if (this.depth(thread) > 0 && this.#awaited[row + thread] === this.#section[thread]) return thread;
    }
    return -1;
  }
}
