/**
 * A reference count whose owner is the thread that drops the last reference: n > 0 held n times, 0 gone forever.
 *
 * All accesses are atomic; no lock guards the word. A holder may take more references. A thread that holds none, and
 * found the object inside a read-side critical section, may take one unless the count is 0: then another thread is
 * taking the object apart.
 *
 * Source: Linux include/linux/atomic.h, atomic_inc_not_zero(), atomic_dec_and_test().
 */
import { type Access, type Address, atomicAddReturn, cmpxchg, readOnce } from "../memory/access.ts";

/** Takes a reference unless the count is 0. Linearizes at the cmpxchg that succeeds, or the access that finds 0. */
export function* acquireUnlessZero(refcount: Address): Access<boolean> {
  let seen = yield readOnce(refcount);
  while (seen !== 0) {
    const found = yield cmpxchg(refcount, seen, seen + 1);
    if (found === seen) return true;
    seen = found; // another thread intervened: retry with the value found
  }
  return false;
}

/**
 * Drops a reference; true if it was the last, and the object is the caller's to take apart. A full barrier: all the
 * other holders' accesses to the object are over. Linearizes at its only access.
 */
export function* releaseWasLast(refcount: Address): Access<boolean> {
  const left = yield atomicAddReturn(refcount, -1);
  return left === 0;
}
