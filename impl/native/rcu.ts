/**
 * RCU for worker threads, by quiescent states: a section costs nothing, and each thread reports from time to time that
 * it is in none.
 *
 *     Epoch.now         atomic; odd, counts grace periods by 2
 *     ThreadSlot.owner  0 while the slot is free; taken by cmpxchg
 *     ThreadSlot.seen   written by the owner: `OFFLINE`, or the epoch at its last quiescent state. While online, it may
 *                       still hold everything found since then. Written by other threads only when the owner no longer
 *                       exists
 *
 * A grace period advances the epoch and is over once every thread is offline or has seen that epoch. Then no thread
 * holds anything that was unlinked before it began: a thread that came online or was quiescent later reads memory as of
 * after the unlinking. A thread that blocks while online delays every grace period, and nothing else; so does a
 * terminated thread until `forgetThread`.
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

/** `seen` of a thread that holds nothing. Never an epoch: epochs are odd. */
export const OFFLINE = 0;

const EVERY_BIT = -1;
const FIRST_EPOCH = 1;

/** The addresses of the epoch and the slots. */
export interface Rcu {
  readonly epoch: Address;
  readonly slots: readonly Address[];
}

/**
 * Places the epoch, and slots for `threadsMax` threads.
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
 * Takes a slot for `owner`, a number that is not 0; returns the slot's index, or -1 if all are taken. Linearizes at the
 * cmpxchg.
 */
export function* claimSlot({ slots }: Rcu, owner: number): Access<number> {
  for (const [index, slot] of slots.entries()) {
    const found = yield cmpxchg(ThreadSlot.owner(slot), 0, owner);
    if (found === 0) return index;
  }
  return -1;
}

/** Comes online, or reports that nothing found before is needed any more: a quiescent state. */
export function* passQuiescentState({ epoch }: Rcu, slot: Address): Access {
  // The epoch is read after every use of the objects found: the store releases them.
  const now = yield loadAcquire(epoch);
  yield storeRelease(ThreadSlot.seen(slot), now);
  yield smpMb(); // a waiting thread sees the slot before this thread reads memory
}

/** Goes offline: the thread holds nothing, and reads nothing until it passes a quiescent state. */
export function* goOffline(slot: Address): Access {
  yield storeRelease(ThreadSlot.seen(slot), OFFLINE);
}

/** Gives a slot up: the owner's last access, or another thread's when the owner no longer exists. */
export function* forgetThread(slot: Address): Access {
  yield storeRelease(ThreadSlot.seen(slot), OFFLINE);
  yield storeRelease(ThreadSlot.owner(slot), 0);
}

/** Begins a grace period: memory unlinked before is free when {@link lastFinished} reaches the result. */
export function* beginGracePeriod({ epoch }: Rcu): Access<number> {
  return yield atomicAddReturn(epoch, 2);
}

/** The last epoch since whose beginning every thread that was online has been quiescent. Never waits. */
export function* lastFinished({ epoch, slots }: Rcu): Access<number> {
  let last = yield loadAcquire(epoch); // before the slots, which prove nothing about later epochs
  yield smpMb(); // a thread that comes online is seen, or its loads see every earlier unlinking
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

/** Waits for a grace period. The caller must be offline, or it waits for itself forever. */
export function* awaitGracePeriod(rcu: Rcu): Access {
  const begun = yield* beginGracePeriod(rcu);
  yield smpMb(); // see lastFinished
  for (const slot of rcu.slots) {
    let seen = yield loadAcquire(ThreadSlot.seen(slot));
    while (isBehind(seen, begun)) seen = yield awaitUnequal(ThreadSlot.seen(slot), EVERY_BIT, seen);
  }
}

/** Epochs wrap: right while less than 2^30 grace periods lie between the two. */
function isBehind(seen: number, epoch: number): boolean {
  return seen !== OFFLINE && ((seen - epoch) | 0) < 0;
}
