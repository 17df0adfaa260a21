/**
 * RCU for worker threads, by quiescent states: a section costs nothing, and each thread says now and then that it is in
 * none.
 *
 *     Epoch.now         atomic; odd, counts grace periods by 2
 *     ThreadSlot.owner  0 while nobody has the slot; taken by cmpxchg
 *     ThreadSlot.seen   written by the owner: `OFFLINE`, or the epoch at its last quiescent state. While it is online,
 *     everything it
 *                       found since then may still be in its hands. Written by others only when the owner is no more
 *
 * A grace period moves the epoch on and is over once every thread is offline, or has seen that epoch. What was unlinked
 * before it began is then in nobody's hands: a thread that came online later, or was quiescent later, looks at memory
 * after the unlinking. A thread that blocks while online holds every grace period up, and nothing else; one that was
 * terminated does so until `forgetThread`.
 *
 * Source: Desnoyers, McKenney, Stern, Dagenais, Walpole, "User-level implementations of read-copy update", IEEE TPDS
 * 2012, section 5.1.
 */
import {
  type Access,
  type Address,
  atomicAddReturn,
  awaitUnequal,
  cmpxchg,
  loadAcquire,
  smpMb,
  storeRelease,
} from "../memory/access.ts";
import { type Heap, place } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";

const Epoch = struct("epoch", { now: 1 });

export const ThreadSlot = struct("threadSlot", { owner: 1, seen: 1 });

/** `seen` of a thread that holds nothing. No epoch is it: they are odd. */
export const OFFLINE = 0;

const EVERY_BIT = -1;
const FIRST_EPOCH = 1;

/** Where it all is. */
export interface Rcu {
  readonly epoch: Address;
  readonly slots: readonly Address[];
}

/**
 * Places the epoch and slots for so many threads.
 *
 * @throws RangeError when the heap is full
 */
export function placeRcu(heap: Heap, threadsMax: number): Rcu {
  const epoch = Epoch.now(place(heap, Epoch, "epoch"));
  heap.words[epoch] = FIRST_EPOCH;
  return {
    epoch,
    slots: Array.from({ length: threadsMax }, (_, index) => place(heap, ThreadSlot, `thread${index + 1}`)),
  };
}

/**
 * Takes a slot for `owner`, a number that is not 0; answers the slot's index, or -1 if all are taken. Linearizes at the
 * cmpxchg.
 */
export function* claimSlot({ slots }: Rcu, owner: number): Access<number> {
  for (const [index, slot] of slots.entries()) {
    const found = yield cmpxchg(ThreadSlot.owner(slot), 0, owner);
    if (found === 0) return index;
  }
  return -1;
}

/** Comes online, or says that nothing found before is needed any more: a quiescent state. */
export function* passQuiescentState({ epoch }: Rcu, slot: Address): Access {
  // The epoch is read after everything that was done with what was found: the store releases it.
  const now = yield loadAcquire(epoch);
  yield storeRelease(ThreadSlot.seen(slot), now);
  yield smpMb(); // whoever waits sees the slot before this thread looks at memory
}

/** Goes offline: the thread holds nothing, and looks at nothing until it passes a quiescent state. */
export function* goOffline(slot: Address): Access {
  yield storeRelease(ThreadSlot.seen(slot), OFFLINE);
}

/** Gives a slot up: the owner's last access, or somebody's when the owner is no more. */
export function* forgetThread(slot: Address): Access {
  yield storeRelease(ThreadSlot.seen(slot), OFFLINE);
  yield storeRelease(ThreadSlot.owner(slot), 0);
}

/** Begins a grace period: what was unlinked before is free when {@link lastFinished} comes to the answer. */
export function* beginGracePeriod({ epoch }: Rcu): Access<number> {
  return yield atomicAddReturn(epoch, 2);
}

/** The last epoch since whose beginning every thread that was online has been quiescent. Never waits. */
export function* lastFinished({ epoch, slots }: Rcu): Access<number> {
  let last = yield loadAcquire(epoch); // before the slots: of what begins later, they say nothing
  yield smpMb(); // a thread that comes online is seen, or sees what was unlinked before, by whatever loads
  for (const slot of slots) {
    const seen = yield loadAcquire(ThreadSlot.seen(slot));
    if (isBehind(seen, last)) last = seen;
  }
  return last;
}

/** Is the grace period that began with the epoch `begun` over, if `finished` is the {@link lastFinished}? */
export function isOver(begun: number, finished: number): boolean {
  return ((finished - begun) | 0) >= 0;
}

/** Waits for a grace period. The caller is offline, or waits for itself for ever. */
export function* awaitGracePeriod(rcu: Rcu): Access {
  const begun = yield* beginGracePeriod(rcu);
  yield smpMb(); // see lastFinished
  for (const slot of rcu.slots) {
    let seen = yield loadAcquire(ThreadSlot.seen(slot));
    while (isBehind(seen, begun)) seen = yield awaitUnequal(ThreadSlot.seen(slot), EVERY_BIT, seen);
  }
}

/** Epochs wrap round: right while less than 2^30 grace periods lie between the two. */
function isBehind(seen: number, epoch: number): boolean {
  return seen !== OFFLINE && ((seen - epoch) | 0) < 0;
}
