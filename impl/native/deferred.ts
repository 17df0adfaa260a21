/**
 * Callbacks deferred until after a grace period: a queue in shared memory, which any thread serves.
 *
 * It lies in shared memory so that nothing is lost with the thread that deferred it. An entry names the callback by its
 * number: every thread creates the same callbacks in the same order.
 *
 *     lock        guards tail and the entries between head and tail, and head against other servers
 *     head, tail  entries ever taken, ever put; marked, so that an empty queue is seen without the lock
 *     entry       callback, argument, epoch: of the grace period that must be over
 *
 * Epochs begin under the lock, so the oldest entry is the first to be due.
 */
import { type Access, type Address, assertHolds, read, readOnce, write, writeOnce } from "../memory/access.ts";
import { type Heap, place } from "../memory/heap.ts";
import { struct, type StructLayout } from "../memory/struct.ts";
import { acquireLock, releaseLock } from "./lock.ts";
import { beginGracePeriod, isOver, lastFinished, type Rcu } from "./rcu.ts";

export const DeferredQueue = struct("deferred", { lock: 1, head: 1, tail: 1 });

const ENTRY_WORDS = 3;

export interface Deferred {
  readonly rcu: Rcu;
  readonly queue: Address;
  readonly entries: Address;
  readonly capacity: number;
  /** Where threads that sleep on the lock are kept; see wait-list.ts. */
  readonly waitList: Address;
}

/** Carries out an entry: runs callback number `callback`. */
export type RunCallback = (callback: number, argument: number) => Access;

/**
 * Places an empty queue.
 *
 * @param capacity number of entries: as many as can be deferred and not yet due
 * @throws RangeError when the heap is full
 */
export function placeDeferred(heap: Heap, rcu: Rcu, capacity: number, waitList: Address): Deferred {
  const entries: StructLayout = { structName: "entries", words: capacity * ENTRY_WORDS, wordName: entryWordName };
  return {
    rcu,
    queue: place(heap, DeferredQueue, "deferred"),
    entries: place(heap, entries, "entries"),
    capacity,
    waitList,
  };
}

function entryWordName(offset: number): string {
  const field = offset % ENTRY_WORDS === 0 ? "callback" : offset % ENTRY_WORDS === 1 ? "argument" : "epoch";
  return `${field}[${Math.floor(offset / ENTRY_WORDS)}]`;
}

/** The lock's word: for finding out whether a terminated thread held it. */
export function deferredLock({ queue }: Deferred): Address {
  return DeferredQueue.lock(queue);
}

/**
 * Defers `callback` until after a grace period that begins now. Never waits for one. Linearizes at the store to
 * tail.
 */
export function* defer(
  { rcu, queue, entries, capacity, waitList }: Deferred,
  me: number,
  callback: number,
  argument: number,
): Access {
  yield* acquireLock(DeferredQueue.lock(queue), me, waitList);
  const head = yield read(DeferredQueue.head(queue));
  const tail = yield read(DeferredQueue.tail(queue));
  yield assertHolds(((tail - head) | 0) < capacity, "there is room for everything that can be deferred");
  const epoch = yield* beginGracePeriod(rcu);
  const entry = entryAt(entries, tail, capacity);
  yield write(entry, callback);
  yield write(entry + 1, argument);
  yield write(entry + 2, epoch);
  yield writeOnce(DeferredQueue.tail(queue), (tail + 1) | 0);
  yield* releaseLock(DeferredQueue.lock(queue), waitList);
}

function entryAt(entries: Address, number: number, capacity: number): Address {
  return entries + ((number >>> 0) % capacity) * ENTRY_WORDS;
}

/** Entries that wait for their grace period or for a server; may be stale at once. */
export function* deferredCount({ queue }: Deferred): Access<number> {
  const head = yield readOnce(DeferredQueue.head(queue));
  const tail = yield readOnce(DeferredQueue.tail(queue));
  return (tail - head) | 0;
}

/**
 * Runs entries that are due, at most `countMax`, each once; returns how many. The caller holds no lock, and nothing
 * that is to be freed.
 */
export function* runDeferred(deferred: Deferred, me: number, countMax: number, run: RunCallback): Access<number> {
  const { rcu, queue, entries, capacity, waitList } = deferred;
  const waiting = yield* deferredCount(deferred);
  if (waiting <= 0) return 0;
  const finished = yield* lastFinished(rcu);
  for (let count = 0; count < countMax; count++) {
    yield* acquireLock(DeferredQueue.lock(queue), me, waitList);
    const head = yield read(DeferredQueue.head(queue));
    const tail = yield read(DeferredQueue.tail(queue));
    const entry = entryAt(entries, head, capacity);
    const begun = head === tail ? 0 : yield read(entry + 2);
    if (head === tail || !isOver(begun, finished)) {
      yield* releaseLock(DeferredQueue.lock(queue), waitList);
      return count;
    }
    const callback = yield read(entry);
    const argument = yield read(entry + 1);
    yield writeOnce(DeferredQueue.head(queue), (head + 1) | 0);
    yield* releaseLock(DeferredQueue.lock(queue), waitList);
    yield* run(callback, argument);
  }
  return countMax;
}
