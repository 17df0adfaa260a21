/**
 * The whole access vocabulary on real threads. Accesses that are one under simulation and several on a processor
 * (locks, the slab allocator, grace periods) are procedures here. Replaces memory/access.ts, except for this folder,
 * whose own procedures access only words.
 *
 * The procedures work for the thread and heap that `useRuntime` named last.
 */
import { type Access, type Address, type RcuCallback, assertHolds } from "../memory/access.ts";
import { giveObject, takeObject } from "../memory/slab.ts";
import { type Deferred, defer } from "./deferred.ts";
import { acquireLock, releaseLock, tryLock } from "./lock.ts";
import { awaitGracePeriod, goOffline, passQuiescentState } from "./rcu.ts";
import { OWN_LIST } from "./wait-list.ts";

export type { Access, AccessKind, Address, RcuCallback } from "../memory/access.ts";
export {
  assertHolds,
  atomicAdd,
  atomicAddReturn,
  atomicAddReturnAcquire,
  atomicAddReturnRelaxed,
  atomicAddReturnRelease,
  awaitEqual,
  awaitUnequal,
  beginOperation,
  cmpxchg,
  cmpxchgAcquire,
  cmpxchgRelaxed,
  cmpxchgRelease,
  endOperation,
  loadAcquire,
  NIL,
  rcuAssignPointer,
  rcuDereference,
  rcuDereferenceProtected,
  read,
  readOnce,
  readUnordered,
  smpMb,
  smpMbAfterAtomic,
  smpMbAfterSpinlock,
  smpMbBeforeAtomic,
  smpRmb,
  smpWmb,
  storeRelease,
  write,
  writeOnce,
  writeUnordered,
  xchg,
  xchgAcquire,
  xchgRelaxed,
  xchgRelease,
} from "../memory/access.ts";

/** One thread's view of a heap. */
export interface Runtime {
  readonly words: Int32Array;
  /** The thread's number, from 1. */
  readonly me: number;
  /** The thread's own slot. */
  readonly slot: Address;
  /** Guards every slab of the heap. */
  readonly allocatorLock: Address;
  readonly deferred: Deferred;
  /** Callbacks that the thread has deferred and not yet balanced by running as many. */
  owed: number;
  /** The structure's RCU callbacks by number, the same in every thread. */
  readonly callbacks: readonly RcuCallback[];
}

let runtime: Runtime | undefined;

export function useRuntime(next: Runtime): void {
  runtime = next;
}

function current(): Runtime {
  if (runtime === undefined) throw new Error("useRuntime comes before the first operation");
  return runtime;
}

export function* spinLock(lock: Address): Access {
  yield* acquireLock(lock, current().me, OWN_LIST);
}

export function* spinTrylock(lock: Address): Access<number> {
  return yield* tryLock(lock, current().me);
}

export function* spinUnlock(lock: Address): Access {
  yield* releaseLock(lock, OWN_LIST);
}

export { spinLock as mutexLock, spinUnlock as mutexUnlock };

export function* allocate(slab: Address): Access<Address> {
  const { words, me, allocatorLock } = current();
  yield* acquireLock(allocatorLock, me, OWN_LIST);
  const object = takeObject(words, slab);
  yield* releaseLock(allocatorLock, OWN_LIST);
  return object;
}

export function* free(slab: Address, object: Address): Access {
  const { words, me, allocatorLock } = current();
  yield* acquireLock(allocatorLock, me, OWN_LIST);
  giveObject(words, slab, object);
  yield* releaseLock(allocatorLock, OWN_LIST);
}

export function* callRcu(callback: RcuCallback, argument: number): Access {
  const mine = current();
  const { deferred, me, callbacks } = mine;
  const number = callbacks.indexOf(callback);
  yield assertHolds(number !== -1, "a callback that is deferred is one of the runtime's");
  yield* defer(deferred, me, number, argument);
  mine.owed++;
}

/** The caller is in no section, and keeps nothing that it found in one. */
export function* synchronizeRcu(): Access {
  const { deferred, slot } = current();
  yield* goOffline(slot);
  yield* awaitGracePeriod(deferred.rcu);
  yield* passQuiescentState(deferred.rcu, slot);
}

/** A section costs nothing: it lies between two quiescent states of its thread. */
export function rcuReadLock(): number {
  return 0;
}

export function rcuReadUnlock(): number {
  return 0;
}
