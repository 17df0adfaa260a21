/**
 * How long the garbage lock of the destination cache is held, in accesses, by length of the list: before, with the
 * soft-interrupt collector, and after, with the work queue.
 *
 * Each collector runs alone over a list of entries that are held, so that one run keeps all. Every access of its thread
 * between taking and releasing the lock counts, and the longest stretch is the spinning time that others may face. The
 * list is made before; the entry given up during the measurement is one of those that wait.
 */
import { ACCESS, type Access, type Address, NIL, request } from "#impl/memory/access.ts";
import { isLocal } from "#impl/memory/access-class.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { numberAt } from "#impl/memory/word.ts";
import { freeAfterGrace, getEntry, unlinkEntry } from "#impl/dst/cache.ts";
import { createDst, dstWords } from "#impl/dst/create-dst.ts";
import type { Collector, Dst } from "#impl/dst/dst.ts";
import { DEVICE_EVENT, DstEntry, Garbage } from "#impl/dst/layout.ts";
import { softirqCollector } from "#impl/dst/softirq.ts";
import { workQueueCollector } from "#impl/dst/workqueue.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import type { LockHold, LockHoldRow } from "#reports/lookup-costs.ts";

/** @throws RangeError if a length is not a whole number of at least 0 */
export function dstLockHolds(lengths: readonly number[]): readonly LockHoldRow[] {
  return lengths.map((listed) => {
    if (!Number.isInteger(listed) || listed < 0)
      throw new RangeError(
        `a list of ${listed} entries cannot be measured: its length must be a whole number of at least 0`,
      );
    return { listed, softirq: measure(softirqCollector, listed), workqueue: measure(workQueueCollector, listed) };
  });
}

function measure(collector: Collector, listed: number): LockHold {
  return {
    runThatKeeps: longestHold(collector, listed, 1, (dst) => collector.run(dst)),
    runThatDestroys: longestHold(collector, listed, 0, (dst) => collector.run(dst)),
    deviceEvent: longestHold(collector, listed, 1, (dst) =>
      collector.deviceEvent(dst, numberAt(dst.devices, 0), DEVICE_EVENT.unregister),
    ),
  };
}

/** Of `action`, with so many dead entries on the fresh list, each held so many times. */
function longestHold(collector: Collector, listed: number, references: number, action: (dst: Dst) => Access): number {
  const options = {
    collector,
    ticksPerSecond: 10,
    entriesMax: Math.max(listed, 1),
    devices: [{ name: "eth0", namespace: 0, hasNeighbours: false }],
  };
  const heap = createHeap(dstWords(options) + 10);
  const dst = createDst(heap, placeClock(heap, 0), options);
  for (let key = 0; key < listed; key++) {
    const entry = runAlone(
      heap,
      getEntry(dst, { key, device: numberAt(dst.devices, 0), over: NIL, hasPrivateChild: false }),
    );
    runAlone(heap, unlinkEntry(dst, key));
    runAlone(heap, freeAfterGrace(dst, entry));
    heap.words[DstEntry.refcount(entry)] = references;
  }
  const stretches: number[] = [0];
  runAlone(heap, noting(action(dst), Garbage.lock(dst.garbage), stretches));
  return Math.max(...stretches);
}

const NOT_HELD = -1;

/** Runs `procedure` unchanged and appends the number of accesses of each lock hold. */
function* noting(procedure: Access, lock: Address, stretches: number[]): Access {
  let held = NOT_HELD;
  let step = procedure.next(0);
  while (step.done !== true) {
    const kind = step.value;
    const concernsLock = request.address === lock;
    if (kind === ACCESS.spinLock && concernsLock) {
      held = 0;
    } else if (kind === ACCESS.spinUnlock && concernsLock) {
      stretches.push(held);
      held = NOT_HELD;
    } else if (held !== NOT_HELD && !isLocal(kind)) {
      held++;
    }
    const found = yield kind; // the registers still hold the request
    step = procedure.next(found);
  }
}
