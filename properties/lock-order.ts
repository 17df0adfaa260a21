/**
 * Locks: taken in one order everywhere, released by who holds them, and none held by a thread that has returned.
 *
 * Two locks taken in both orders in one execution are a violation even if nobody deadlocked this time, as the kernel's
 * lockdep sees it. Orders are not remembered from one execution to the next, so a verdict follows from the schedule alone.
 */
import type { Address } from "#impl/memory/access.ts";

const HELD_MAX = 16;

export class LockOrder {
  readonly #held: Int32Array;
  readonly #heldCount: Int32Array;
  readonly #spinning: Int32Array;
  #before: Int32Array = new Int32Array(32);
  #after: Int32Array = new Int32Array(32);
  #edgeCount = 0;

  constructor(threadsMax: number) {
    this.#held = new Int32Array(threadsMax * HELD_MAX);
    this.#heldCount = new Int32Array(threadsMax);
    this.#spinning = new Int32Array(threadsMax);
  }

  reset(): void {
    this.#heldCount.fill(0);
    this.#spinning.fill(0);
    this.#edgeCount = 0;
  }

  heldCount(thread: number): number {
    return this.#heldCount[thread] ?? 0;
  }

  /** Spinlocks among the locks that the thread holds: while there is one, it must not sleep. */
  spinlocksHeld(thread: number): number {
    return this.#spinning[thread] ?? 0;
  }

  /** The lock that the thread took last, of those it still holds. */
  innermost(thread: number): Address {
    return this.#held[thread * HELD_MAX + this.heldCount(thread) - 1] ?? 0;
  }

  holds(thread: number, lock: Address): boolean {
    const first = thread * HELD_MAX;
    for (let i = first; i < first + this.heldCount(thread); i++) if (this.#held[i] === lock) return true;
    return false;
  }

  /** Records that `thread` took `lock`; answers a lock held meanwhile that was elsewhere taken after `lock`, or 0. */
  acquired(thread: number, lock: Address, spinning: 0 | 1): Address {
    const count = this.heldCount(thread);
    if (count === HELD_MAX) throw new RangeError(`thread ${thread} holds more than ${HELD_MAX} locks at once`);
    const first = thread * HELD_MAX;
    let inverted = 0;
    for (let i = first; i < first + count; i++) {
      const outer = this.#held[i] ?? 0;
      if (this.#reaches(lock, outer)) inverted = outer;
      this.#addEdge(outer, lock);
    }
    this.#held[first + count] = lock;
    this.#heldCount[thread] = count + 1;
    this.#spinning[thread] = (this.#spinning[thread] ?? 0) + spinning;
    return inverted;
  }

  /** A trylock cannot deadlock, so it orders nothing. */
  acquiredByTrying(thread: number, lock: Address): void {
    const count = this.heldCount(thread);
    if (count === HELD_MAX) throw new RangeError(`thread ${thread} holds more than ${HELD_MAX} locks at once`);
    this.#held[thread * HELD_MAX + count] = lock;
    this.#heldCount[thread] = count + 1;
    this.#spinning[thread] = (this.#spinning[thread] ?? 0) + 1;
  }

  /** Records the release; answers false if the thread does not hold the lock. */
  released(thread: number, lock: Address, spinning: 0 | 1): boolean {
    const first = thread * HELD_MAX;
    const last = first + this.heldCount(thread) - 1;
    for (let i = last; i >= first; i--) {
      if (this.#held[i] !== lock) continue;
      this.#held.copyWithin(i, i + 1, last + 1);
      this.#heldCount[thread] = last - first;
      this.#spinning[thread] = (this.#spinning[thread] ?? 0) - spinning;
      return true;
    }
    return false;
  }

  #addEdge(before: Address, after: Address): void {
    for (let i = 0; i < this.#edgeCount; i++) if (this.#before[i] === before && this.#after[i] === after) return;
    if (this.#edgeCount === this.#before.length) {
      this.#before = doubled(this.#before);
      this.#after = doubled(this.#after);
    }
    this.#before[this.#edgeCount] = before;
    this.#after[this.#edgeCount++] = after;
  }

  /** Is there a path of orders from `from` to `to`? The graph is acyclic until the first violation, and tiny. */
  #reaches(from: Address, to: Address): boolean {
    for (let i = 0; i < this.#edgeCount; i++) {
      if (this.#before[i] === from && (this.#after[i] === to || this.#reaches(this.#after[i] ?? 0, to))) return true;
    }
    return false;
  }
}

function doubled(values: Int32Array): Int32Array {
  const grown = new Int32Array(values.length * 2);
  grown.set(values);
  return grown;
}
