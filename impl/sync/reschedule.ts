/**
 * Offering the CPU to others in a long loop: one read of the CPU's flag. Under the machine every access is such an
 * offer, so nothing more happens; the check is that the loop makes it.
 *
 * Source: Linux include/linux/sched.h, cond_resched().
 */
import { type Access, type Address, readOnce } from "../memory/access.ts";

/** Lets others run if the CPU's flag asks for it. No spinlock may be held. */
export function* offerToReschedule(needResched: Address): Access {
  yield readOnce(needResched);
}
