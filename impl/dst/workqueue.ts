/**
 * The later collector: a delayed work that holds the lock for a few accesses only, however long the lists are.
 *
 * Entries are given up onto `Garbage.list` under the spinlock. A run walks `Busy.list`, left by the previous run, under
 * the mutex; then it takes the whole fresh list in one step under the spinlock, and walks that. While it runs,
 * `Busy.list` still names entries that may be gone, so device events wait for the mutex.
 *
 * The original keeps taking fresh entries as long as there are any, so that a run need never end. This one takes them
 * once; later ones are left to the next run, which is requested at once.
 *
 * Invariant while the spinlock is free: if there is garbage, either a run that will check the fresh list again is under
 * way, or the work has been requested.
 *
 * Source: Linux net/core/dst.c (2.6.24), dst_gc_task(), dst_dev_event(); the offer to reschedule: commit 2fc1b5dd99f6.
 */
import {
  type Access,
  type Address,
  mutexLock,
  mutexUnlock,
  NIL,
  read,
  readOnce,
  spinLock,
  spinUnlock,
  write,
} from "../memory/access.ts";
import { offerToReschedule } from "../sync/reschedule.ts";
import { backOffAfter, freedTenth, hurried } from "./delay.ts";
import type { Collector, Dst } from "./dst.ts";
import { destroyEntry, markDead, notifyEntry } from "./entry.ts";
import { Busy, type DeviceEvent, DstEntry, Garbage, OBSOLETE } from "./layout.ts";
import { askForRun, readBackOff, sleepUntilGarbage } from "./next-run.ts";
import { queueDead } from "./queue-dead.ts";

/** The entries a run has kept so far: a chain in the order of the lists, with counts. Private to the run. */
interface Kept {
  first: Address;
  last: Address;
  kept: number;
  freed: number;
}

function* run(dst: Dst): Access {
  const { garbage, busy, limits } = dst;
  const chain: Kept = { first: NIL, last: NIL, kept: 0, freed: 0 };
  yield mutexLock(Busy.mutex(busy));
  const old = yield read(Busy.list(busy));
  yield* scan(dst, old, chain);
  yield spinLock(Garbage.lock(garbage));
  let fresh = yield read(Garbage.list(garbage));
  if (fresh !== NIL) {
    yield write(Garbage.list(garbage), NIL);
    yield spinUnlock(Garbage.lock(garbage));
    yield* scan(dst, fresh, chain);
    yield spinLock(Garbage.lock(garbage));
    fresh = yield read(Garbage.list(garbage));
  }
  if (chain.last !== NIL) yield write(DstEntry.next(chain.last), NIL);
  yield write(Busy.list(busy), chain.first);
  if (fresh !== NIL) {
    yield* askForRun(dst, hurried(limits));
  } else if (chain.first === NIL) {
    yield* sleepUntilGarbage(dst);
  } else {
    const before = yield* readBackOff(dst);
    yield* askForRun(dst, backOffAfter(before, chain, limits, freedTenth));
  }
  yield spinUnlock(Garbage.lock(garbage));
  yield mutexUnlock(Busy.mutex(busy));
}

/** Destroys the entries that nobody holds of a list private to this run, and appends the rest to the chain. */
function* scan(dst: Dst, list: Address, chain: Kept): Access {
  let next = list;
  while (next !== NIL) {
    const entry = next;
    yield* offerToReschedule(dst.needResched);
    next = yield read(DstEntry.next(entry));
    const refcount = yield readOnce(DstEntry.refcount(entry));
    if (refcount !== 0) {
      if (chain.last === NIL) chain.first = entry;
      else yield write(DstEntry.next(chain.last), entry);
      chain.last = entry;
      chain.kept++;
      continue;
    }
    chain.freed++;
    const child = yield* destroyEntry(dst, entry);
    if (child === NIL) continue;
    const obsolete = yield read(DstEntry.obsolete(child));
    if (obsolete === OBSOLETE.dead) continue; // already on a list
    yield* markDead(child);
    yield write(DstEntry.next(child), next);
    next = child; // which its holder may have released by now
  }
}

/** While the mutex is held, every dead entry is on one of the two lists, and is notified when its list is walked. */
function* deviceEvent({ garbage, busy }: Dst, device: Address, event: DeviceEvent): Access {
  yield mutexLock(Busy.mutex(busy));
  const first = yield read(Busy.list(busy));
  const last = yield* notifyList(first, device, event);
  yield spinLock(Garbage.lock(garbage));
  const fresh = yield read(Garbage.list(garbage));
  yield write(Garbage.list(garbage), NIL);
  yield spinUnlock(Garbage.lock(garbage));
  yield write(last === NIL ? Busy.list(busy) : DstEntry.next(last), fresh);
  yield* notifyList(fresh, device, event);
  yield mutexUnlock(Busy.mutex(busy));
}

/** Notifies every entry of a list; returns the last one, NIL if there is none. */
function* notifyList(first: Address, device: Address, event: DeviceEvent): Access<Address> {
  let last: Address = NIL;
  let entry = first;
  while (entry !== NIL) {
    yield* notifyEntry(entry, device, event);
    last = entry;
    entry = yield read(DstEntry.next(entry));
  }
  return last;
}

export const workQueueCollector: Collector = { hasBusyList: true, queueDead, deviceEvent, run };
