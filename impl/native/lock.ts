/**
 * The lock of the native target: rereads the word for a while, then sleeps until woken.
 *
 * One word: `FREE`, or the number of the thread that holds the lock, with `CONTENDED` added when another thread may be
 * asleep. A thread that slept takes the lock with `CONTENDED`, because others may still sleep: at worst a wake-up finds
 * none. The word names its holder, so the locks that a terminated thread held are known.
 *
 * Not fair, not recursive. Writes made under the lock are visible to the next holder.
 *
 * Source: Drepper, "Futexes are tricky", 2011, mutex 2, with a holder.
 */
import { type Access, type Address, cmpxchg, cmpxchgAcquire, xchgRelease } from "../memory/access.ts";
import { lookAgain, sleepWhile, wakeOne } from "./wait-list.ts";

export const FREE = 0;

/** Bit of a held lock for which a thread may be asleep. Thread numbers lie below it. */
export const CONTENDED = 1 << 30;

/** The number of the thread that holds a lock with this word; 0 if there is none. */
export function holderOf(lockWord: number): number {
  return lockWord & ~CONTENDED;
}

/**
 * Takes the lock; waits while another thread holds it. `me` is the caller's number, from 1. Linearizes at the cmpxchg
 * from `FREE`.
 */
export function* acquireLock(lock: Address, me: number, list: Address): Access {
  let found = yield cmpxchgAcquire(lock, FREE, me);
  if (found === FREE) return;
  found = yield* lookAgain(lock);
  let mine = me;
  for (;;) {
    if (found === FREE) {
      found = yield cmpxchgAcquire(lock, FREE, mine);
      if (found === FREE) return;
    }
    if ((found & CONTENDED) === 0) {
      const seen = yield cmpxchg(lock, found, found | CONTENDED);
      if (seen !== found) {
        found = seen;
        continue;
      }
    }
    yield* sleepWhile(list, lock, found | CONTENDED, me);
    mine = me | CONTENDED;
    found = yield* lookAgain(lock);
  }
}

/** Takes the lock if it is free; 1 if so, else 0. Linearizes at its only access. */
export function* tryLock(lock: Address, me: number): Access<number> {
  const found = yield cmpxchgAcquire(lock, FREE, me);
  return found === FREE ? 1 : 0;
}

/** Releases the lock, and wakes a thread if any may be asleep. Linearizes at the xchg. */
export function* releaseLock(lock: Address, list: Address): Access {
  const found = yield xchgRelease(lock, FREE);
  if ((found & CONTENDED) !== 0) yield* wakeOne(list, lock);
}
