/**
 * A reader–writer spinlock: any number of readers inside, or one writer. One word, moved by atomic accesses only.
 *
 * The word is the number of readers, plus `WRITER` while a writer is inside: negative then, and only then. A reader
 * counts itself in and checks the result; one that meets a writer counts itself out again and waits. A writer
 * enters only where the word is 0. So a word is added to, never stored to: a departing reader may still be
 * counted.
 *
 * Not fair, like the original: a steady stream of readers keeps a writer out. No sleeping inside, and no second lock:
 * the machine sees the words, not a lock, so its checks of lock order and context do not cover it. It does check that
 * readers and writers exclude one another: the data that the lock guards is accessed plainly.
 *
 * Source: Linux arch/x86/include/asm/spinlock.h, arch_read_lock() and arch_write_lock(); arch/x86/lib/rwlock_64.S
 * (2010).
 */
import {
  type Access,
  type Address,
  atomicAdd,
  atomicAddReturnAcquire,
  atomicAddReturnRelease,
  awaitEqual,
  cmpxchgAcquire,
} from "../memory/access.ts";

/** Added to the word by a writer: more than there can be readers. */
export const WRITER = -0x0100_0000;

const SIGN_BIT = 0x8000_0000 | 0;
const EVERY_BIT = -1;

/** Enters as a reader; waits while a writer is inside. Linearizes at the last atomicAddReturnAcquire. */
export function* readLock(rwlock: Address): Access {
  for (;;) {
    const readers = yield atomicAddReturnAcquire(rwlock, 1);
    if (readers > 0) return;
    yield atomicAdd(rwlock, -1);
    yield awaitEqual(rwlock, SIGN_BIT, 0);
  }
}

/** Leaves as a reader. Linearizes at its only access. */
export function* readUnlock(rwlock: Address): Access {
  yield atomicAddReturnRelease(rwlock, -1);
}

/** Enters as the writer; waits while any thread is inside. Linearizes at the cmpxchg that finds 0. */
export function* writeLock(rwlock: Address): Access {
  for (;;) {
    const found = yield cmpxchgAcquire(rwlock, 0, WRITER);
    if (found === 0) return;
    yield awaitEqual(rwlock, EVERY_BIT, 0);
  }
}

/** Leaves as the writer. Linearizes at its only access. */
export function* writeUnlock(rwlock: Address): Access {
  yield atomicAddReturnRelease(rwlock, -WRITER);
}
