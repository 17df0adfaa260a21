/**
 * Giving an entry to the collector: the part that both collectors share.
 *
 * Source: Linux net/core/dst.c (2.6.24), __dst_free(), with the waking of commit f262b59becc3, "net: fix scheduling of
 * dst_gc_task by __dst_free".
 */
import { type Access, type Address, read, spinLock, spinUnlock, write } from "../memory/access.ts";
import { modifyDelayedWork } from "../sync/modify-delayed-work.ts";
import { hurried } from "./delay.ts";
import type { Dst } from "./dst.ts";
import { markDead } from "./entry.ts";
import { DstEntry, Garbage } from "./layout.ts";

/**
 * Puts an entry that no lookup finds any more on the list. Wakes a collector that has grown slow: a run that it has
 * requested is moved forward. O(1) accesses under the lock.
 */
export function* queueDead(dst: Dst, entry: Address): Access {
  const { garbage, limits } = dst;
  yield spinLock(Garbage.lock(garbage));
  yield* markDead(entry);
  const first = yield read(Garbage.list(garbage));
  yield write(DstEntry.next(entry), first);
  yield write(Garbage.list(garbage), entry);
  const growth = yield read(Garbage.growth(garbage));
  if (growth > limits.growthTicks) {
    const backOff = hurried(limits);
    yield write(Garbage.growth(garbage), backOff.growth);
    yield write(Garbage.delay(garbage), backOff.delay);
    yield* modifyDelayedWork(dst.work, backOff.delay, dst.jiffies);
  }
  yield spinUnlock(Garbage.lock(garbage));
}
