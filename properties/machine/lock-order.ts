/**
 * Locks: taken in one order everywhere, released by their holder and in the mode they were taken, and none held by a
 * thread that has returned or in an object that is freed.
 *
 * Two locks taken in both orders in one execution are a violation even if no deadlock happened this time, as in the
 * kernel's lockdep. Orders are not kept from one execution to the next, so a verdict depends on the schedule alone.
 */
import type { Address } from "#impl/memory/access.ts";

/** How a lock was taken: a thread that holds a spinlock must not sleep. */
export type LockMode = "spinlock" | "mutex";

/** Initial room for the locks of one thread. */
const ROOM = 16;

export class LockOrder {
  /** Row t: the locks that thread t holds, in the order taken, as `2 * address`, plus 1 for a spinlock. */
  #held: Int32Array;
  /** Length of a row. */
  #room = ROOM;
  readonly #heldCount: Int32Array;
  readonly #spinning: Int32Array;
  /** `#after[i]` was taken while `#before[i]` was held. Acyclic: an order that would close a cycle is not added. */
  #before: Int32Array = new Int32Array(32);
  #after: Int32Array = new Int32Array(32);
  #edgeCount = 0;
  #reached: Int32Array = new Int32Array(32);

  constructor(threadsMax: number) {
    this.#held = new Int32Array(threadsMax * ROOM);
    this.#heldCount = new Int32Array(threadsMax);
    this.#spinning = new Int32Array(threadsMax);
  }

  reset(): void {
    this.#heldCount.fill(0);
    this.#spinning.fill(0);
    this.#edgeCount = 0;
  }

  heldCount(thread: number): number {
    return this.#heldCount[thread] as number;
  }

  /** Spinlocks among the locks that the thread holds: while it holds one, it must not sleep. */
  spinlocksHeld(thread: number): number {
    return this.#spinning[thread] as number;
  }

  /** The lock that the thread took last, of those it still holds; 0 if it holds none. */
  innermost(thread: number): Address {
    return this.heldCount(thread) === 0 ? 0 : (this.#held[this.#end(thread) - 1] as number) >> 1;
  }

  /** Records that `thread` took `lock`. Returns a lock it holds that was elsewhere taken after `lock`, or 0. */
  acquired(thread: number, lock: Address, mode: LockMode): Address {
    const first = thread * this.#room;
    const end = this.#end(thread);
    let inverted = 0;
    for (let i = first; i < end; i++) {
      const outer = (this.#held[i] as number) >> 1;
      if (inverted === 0 && (outer === lock || this.#reaches(lock, outer))) inverted = outer;
    }
    if (inverted === 0) for (let i = first; i < end; i++) this.#addEdge((this.#held[i] as number) >> 1, lock);
    this.#push(thread, lock, mode);
    return inverted;
  }

  /** A trylock cannot deadlock, so it orders nothing before itself. */
  acquiredByTrying(thread: number, lock: Address): void {
    this.#push(thread, lock, "spinlock");
  }

  /** Records the release, unless the thread does not hold the lock, or took it in the other mode. */
  released(thread: number, lock: Address, mode: LockMode): "released" | "not held" | "other mode" {
    const end = this.#end(thread);
    for (let i = end - 1; i >= thread * this.#room; i--) {
      const entry = this.#held[i] as number;
      if (entry >> 1 !== lock) continue;
      if (entry !== entryOf(lock, mode)) return "other mode";
      this.#held.copyWithin(i, i + 1, end);
      this.#heldCount[thread] = this.heldCount(thread) - 1;
      this.#spinning[thread] = this.spinlocksHeld(thread) - (entry & 1);
      return "released";
    }
    return "not held";
  }

  /** A held lock among the `words` words from `object` on, or 0. */
  heldWithin(object: Address, words: number): Address {
    for (let thread = 0; thread < this.#heldCount.length; thread++) {
      for (let i = thread * this.#room; i < this.#end(thread); i++) {
        const lock = (this.#held[i] as number) >> 1;
        if (lock >= object && lock < object + words) return lock;
      }
    }
    return 0;
  }

  /** The `words` words from `object` on start a new life: discards the orders of the locks that lay there. */
  forget(object: Address, words: number): void {
    const lies = (lock = 0): boolean => lock >= object && lock < object + words;
    let kept = 0;
    for (let i = 0; i < this.#edgeCount; i++) {
      if (lies(this.#before[i]) || lies(this.#after[i])) continue;
      this.#before[kept] = this.#before[i] as number;
      this.#after[kept++] = this.#after[i] as number;
    }
    this.#edgeCount = kept;
  }

  #push(thread: number, lock: Address, mode: LockMode): void {
    const count = this.heldCount(thread);
    if (count === this.#room) this.#grow();
    const entry = entryOf(lock, mode);
    this.#held[this.#end(thread)] = entry;
    this.#heldCount[thread] = count + 1;
    this.#spinning[thread] = this.spinlocksHeld(thread) + (entry & 1);
  }

  /** The place of the thread's next lock. */
  #end(thread: number): number {
    return thread * this.#room + this.heldCount(thread);
  }

  /** Doubles the length of the rows. */
  #grow(): void {
    const room = this.#room;
    const held = new Int32Array(this.#held.length * 2);
    for (let thread = 0; thread < this.#heldCount.length; thread++)
      held.set(this.#held.subarray(thread * room, (thread + 1) * room), thread * room * 2);
    this.#held = held;
    this.#room = room * 2;
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
        const after = this.#after[i] as number;
        if (after === to) return true;
        if (!contains(reached, count, after)) reached[count++] = after;
      }
      next = reached[done] as number;
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
