/**
 * Passive serialisation: readers only mark where they read, and a writer waits until all of them have been
 * elsewhere.
 *
 * Rules, and how each is enforced:
 * - no sleeping between enter and exit: the machine, as inside every read-side critical section;
 * - perform runs in an lwp, outside a section, without a spinlock: an assertion and the machine;
 * - perform never runs under a lock that a reader or a soft interrupt needs: a soft interrupt that waits for the lock
 *   keeps its CPU from being quiescent, and neither proceeds: a deadlock, which the machine detects;
 * - writers exclude one another by their own lock.
 *
 * Unlike a grace period, a perform also waits until no soft interrupt runs on any CPU: a pointer that a soft interrupt
 * keeps from a section is valid until the interrupt ends.
 *
 * Source: NetBSD sys/kern/subr_pserialize.c.
 */
import { type Access, assertHolds, awaitEqual, rcuReadLock, rcuReadUnlock, synchronizeRcu } from "../memory/access.ts";
import { Cpu, type Cpus, type Runner } from "./cpu.ts";

const EVERY_BIT = -1;

/** Begins a read section; sections nest. */
export function* pserializeReadEnter(): Access {
  yield rcuReadLock();
}

/** Ends the innermost section. */
export function* pserializeReadExit(): Access {
  yield rcuReadUnlock();
}

/** Waits until every section and every soft interrupt that is under way has ended. */
export function* pserializePerform(cpus: Cpus, { inInterrupt }: Runner): Access {
  yield assertHolds(!inInterrupt, "pserializePerform runs in no soft interrupt, which would wait for itself");
  for (const cpu of cpus) yield awaitEqual(Cpu.interrupts(cpu), EVERY_BIT, 0);
  yield synchronizeRcu();
}
