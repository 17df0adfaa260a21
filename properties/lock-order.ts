/**
 * Locks: taken in one order everywhere, released by who holds them and as they were taken, and none held by a thread that
 * has returned or in an object that is freed.
 *
 * Two locks taken in both orders in one execution are a violation even if nobody deadlocked this time, as the kernel's
 * lockdep sees it. Orders are not remembered from one execution to the next, so a verdict follows from the schedule alone.
 */
import type { Address } from "#impl/memory/access.ts";

/** How a lock was taken: who holds a spinlock must not sleep. */
export type LockMode = "spinlock" | "mutex";

/** Room for the locks a thread holds, at first: it grows. */
const HELD_WORDS = 16;

const NONE = new Int32Array(0);

export class LockOrder {
  /** For each thread the locks it holds, in the order taken, as `2 * address`, plus 1 for a spinlock. */
  readonly #held: Int32Array[];
  readonly #heldCount: Int32Array;
  readonly #spinning: Int32Array;
  /** `#after[i]` was taken while `#before[i]` was held. No cycle: the first that would close one is not added. */
  #before: Int32Array = new Int32Array(32);
  #after: Int32Array = new Int32Array(32);
  #edgeCount = 0;
  #reached: Int32Array = new Int32Array(32);

  constructor(threadsMax: number) {
    this.#held = Array.from({ length: threadsMax }, () => new Int32Array(HELD_WORDS));
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

  /** The lock that the thread took last, of those it still holds; 0 if it holds none. */
  innermost(thread: number): Address {
    const count = this.heldCount(thread);
    return count === 0 ? 0 : (this.#held[thread]?.[count - 1] ?? 0) >> 1;
  }

  /** Records that `thread` took `lock`; answers a lock held meanwhile that was elsewhere taken after `lock`, or 0. */
  acquired(thread: number, lock: Address, mode: LockMode): Address {
    const held = this.#held[thread] ?? NONE;
    const count = this.heldCount(thread);
    let inverted = 0;
    for (let i = 0; i < count; i++) {
      const outer = (held[i] ?? 0) >> 1;
      if (inverted === 0 && (outer === lock || this.#reaches(lock, outer))) inverted = outer;
    }
    if (inverted === 0) for (let i = 0; i < count; i++) this.#addEdge((held[i] ?? 0) >> 1, lock);
    this.#push(thread, lock, mode);
    return inverted;
  }

  /** A trylock cannot deadlock, so it orders nothing before itself. */
  acquiredByTrying(thread: number, lock: Address): void {
    this.#push(thread, lock, "spinlock");
  }

  /** Records the release, unless the thread does not hold the lock, or took it in the other mode. */
  released(thread: number, lock: Address, mode: LockMode): "released" | "not held" | "other mode" {
    const held = this.#held[thread] ?? NONE;
    const count = this.heldCount(thread);
    for (let i = count - 1; i >= 0; i--) {
      const entry = held[i] ?? 0;
      if (entry >> 1 !== lock) continue;
      if (entry !== entryOf(lock, mode)) return "other mode";
      held.copyWithin(i, i + 1, count);
      this.#heldCount[thread] = count - 1;
      this.#spinning[thread] = this.spinlocksHeld(thread) - (entry & 1);
      return "released";
    }
    return "not held";
  }

  /** A lock that somebody holds among the `words` words from `object` on, or 0. */
  heldWithin(object: Address, words: number): Address {
    for (const [thread, held] of this.#held.entries()) {
      for (let i = 0; i < this.heldCount(thread); i++) {
        const lock = (held[i] ?? 0) >> 1;
        if (lock >= object && lock < object + words) return lock;
      }
    }
    return 0;
  }

  /** The `words` words from `object` on start a new life: orders of the locks that lay there count no more. */
  forget(object: Address, words: number): void {
    const lies = (lock = 0): boolean => lock >= object && lock < object + words;
    let kept = 0;
    for (let i = 0; i < this.#edgeCount; i++) {
      if (lies(this.#before[i]) || lies(this.#after[i])) continue;
      this.#before[kept] = this.#before[i] ?? 0;
      this.#after[kept++] = this.#after[i] ?? 0;
    }
    this.#edgeCount = kept;
  }

  #push(thread: number, lock: Address, mode: LockMode): void {
    let held = this.#held[thread] ?? NONE;
    const count = this.heldCount(thread);
    if (count === held.length) {
      held = doubled(held);
      this.#held[thread] = held;
    }
    const entry = entryOf(lock, mode);
    held[count] = entry;
    this.#heldCount[thread] = count + 1;
    this.#spinning[thread] = this.spinlocksHeld(thread) + (entry & 1);
  }

  #addEdge(before: Address, after: Address): void {
    for (let i = 0; i < this.#edgeCount; i++) if (this.#before[i] === before && this.#after[i] === after) return;
    if (this.#edgeCount === this.#before.length) {
      this.#before = doubled(this.#before);
      this.#after = doubled(this.#after);
      this.#reached = doubled(this.#reached);
    }
    this.#before[this.#edgeCount] = before;
    this.#after[this.#edgeCount++] = after;
  }

  /** Is there a path of orders from `from` to `to`? O(locks × orders). */
  #reaches(from: Address, to: Address): boolean {
    const reached = this.#reached;
    let count = 0;
    let next = from;
    // Each order leads to one lock that is reached at most once: `reached` has room for as many as there are orders.
    for (let done = 0; done <= count; done++) {
      for (let i = 0; i < this.#edgeCount; i++) {
        if (this.#before[i] !== next) continue;
        const after = this.#after[i] ?? 0;
        if (after === to) return true;
        if (!contains(reached, count, after)) reached[count++] = after;
      }
      next = reached[done] ?? 0;
    }
    return false;
  }
}

function entryOf(lock: Address, mode: LockMode): number {
  return 2 * lock + (mode === "spinlock" ? 1 : 0);
}

function contains(values: Int32Array, count: number, value: number): boolean {
  for (let i = 0; i < count; i++) if (values[i] === value) return true;
  return false;
}

function doubled(values: Int32Array): Int32Array {
  const grown = new Int32Array(values.length * 2);
  grown.set(values);
  return grown;
}
