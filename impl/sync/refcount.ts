/**
 * A reference count with three kinds of values: n > 0 held n times, 0 idle but alive, `DEAD` final, about to be freed.
 *
 * All accesses are atomic; no lock guards the word. An idle object may be taken again. A dead one never is: the thread
 * that took it from 0 to `DEAD` owns it and reclaims it after a grace period.
 *
 * Source: Linux net/ipv4/inetpeer.c (2012), the use of refcnt; include/linux/atomic.h, atomic_add_unless().
 */
import { type Access, type Address, atomicAdd, cmpxchg, readUnordered, smpMbBeforeAtomic } from "../memory/access.ts";

/** The count of an object to which no reference may be taken any more. */
export const DEAD = -1;

/**
 * Takes a reference, unless the object is dead. Linearizes at the cmpxchg that succeeds, or the read that finds it
 * dead.
 */
export function* acquireUnlessDead(refcount: Address): Access<boolean> {
  let seen = yield readUnordered(refcount); // the cmpxchg checks whether it still holds
  while (seen !== DEAD) {
    const found = yield cmpxchg(refcount, seen, seen + 1);
    if (found === seen) return true;
    seen = found; // another thread intervened: retry with the value found
  }
  return false;
}

/**
 * Takes a reference to an object that cannot die, because the caller holds the lock under which objects die. Linearizes
 * at its only access.
 */
export function* acquireAlive(refcount: Address): Access {
  yield atomicAdd(refcount, 1);
}

/**
 * Drops a reference; the caller's earlier accesses to the object are ordered before it. The object may be gone at once.
 * Linearizes at its only access.
 */
export function* release(refcount: Address): Access {
  yield smpMbBeforeAtomic();
  yield atomicAdd(refcount, -1);
}

/** Marks an idle object dead; false if it is held. Linearizes at its only access. */
export function* markDead(refcount: Address): Access<boolean> {
  const found = yield cmpxchg(refcount, 0, DEAD);
  return found === 0;
}
