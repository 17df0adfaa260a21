/**
 * The earlier collector: a timer's soft interrupt that walks the one list under the one lock.
 *
 * `Garbage.lock` is held for the whole walk, so a thread that gives up an entry meanwhile spins for a time proportional
 * to the list. One freed entry resets the delay to its least, so a trickle of them means ten walks a second.
 *
 * The original's timer backs off for a tenth of a second when it finds the lock taken: entries that die steadily can
 * keep it from ever running. This one waits for the lock, which nobody holds for longer than a walk.
 *
 * Source: Linux net/core/dst.c (2.6.23), dst_run_gc(), dst_dev_event().
 */
import { type Access, type Address, NIL, read, readOnce, spinLock, spinUnlock, write } from "../memory/access.ts";
import { cancelDelayedWork } from "../sync/modify-delayed-work.ts";
import { backOffAfter, freedAny } from "./delay.ts";
import type { Collector, Dst } from "./dst.ts";
import { destroyEntry, markDead, notifyEntry } from "./entry.ts";
import { type DeviceEvent, DstEntry, Garbage, OBSOLETE } from "./layout.ts";
import { askForRun, readBackOff, sleepUntilGarbage } from "./next-run.ts";
import { queueDead } from "./queue-dead.ts";

function* run(dst: Dst): Access {
  const { garbage, limits } = dst;
  yield spinLock(Garbage.lock(garbage));
  yield* cancelDelayedWork(dst.work);
  let kept = 0;
  let freed = 0;
  let link = Garbage.list(garbage);
  let entry = yield read(link);
  while (entry !== NIL) {
    const next = yield read(DstEntry.next(entry));
    const refcount = yield readOnce(DstEntry.refcount(entry));
    if (refcount !== 0) {
      link = DstEntry.next(entry);
      kept++;
    } else {
      freed++;
      yield write(link, next);
      const child = yield* destroyEntry(dst, entry);
      if (child !== NIL) link = yield* insertChild(child, link, next);
    }
    entry = next;
  }
  const left = yield read(Garbage.list(garbage));
  if (left === NIL) {
    yield* sleepUntilGarbage(dst);
  } else {
    const before = yield* readBackOff(dst);
    yield* askForRun(dst, backOffAfter(before, { kept, freed }, limits, freedAny));
  }
  yield spinUnlock(Garbage.lock(garbage));
}

/**
 * Puts a child that others hold where its parent was, unless it is already on the list; returns the link from which the
 * walk continues.
 */
function* insertChild(child: Address, link: Address, next: Address): Access<Address> {
  const obsolete = yield read(DstEntry.obsolete(child));
  if (obsolete === OBSOLETE.dead) return link;
  yield* markDead(child);
  yield write(DstEntry.next(child), next);
  yield write(link, child);
  return DstEntry.next(child);
}

function* deviceEvent({ garbage }: Dst, device: Address, event: DeviceEvent): Access {
  yield spinLock(Garbage.lock(garbage));
  let entry = yield read(Garbage.list(garbage));
  while (entry !== NIL) {
    yield* notifyEntry(entry, device, event);
    entry = yield read(DstEntry.next(entry));
  }
  yield spinUnlock(Garbage.lock(garbage));
}

export const softirqCollector: Collector = { hasBusyList: false, queueDead, deviceEvent, run };
