/**
 * The access vocabulary on real threads: each access to a word is a call of `Atomics`, or a plain load or store of the
 * typed array.
 *
 * In code without generators, these functions replace those of memory/access.ts: same names, same arguments, and the
 * result is the word that the access found. They work on the heap that `useWords` named last; a thread performs one
 * operation at a time, so one variable of the module suffices for any number of heaps.
 *
 * Orderings. Every marked access is sequentially consistent, which is at least what its name requires: ECMAScript has
 * nothing weaker that is still atomic. Plain `read` and `write`, and `readUnordered` and `writeUnordered`, are
 * unordered, and must be ordered by marked accesses around them, or confirmed by one:
 * - a marked store orders the accesses before it, a marked load those after it, a read-modify-write both;
 * - `smpMb` and `smpWmb` are a read-modify-write of word 0, which belongs to no object. All of these happen one after
 *   another and synchronise, so accesses before one are visible after every later one, plain accesses included;
 * - `smpRmb` is nothing: throughout impl/ it follows a marked load, which orders the accesses after it.
 *
 * Waits spin for a while, then sleep for a millisecond at a time: there is no wake-up, so none can be lost.
 */

import { updated } from "../memory/update.ts";

/** The result of a procedure, once it is a function. */
export type Access<T = void> = T;

/** A word index into the heap. `NIL` is no object's address. */
export type Address = number;

export const NIL: Address = 0;

/** The result of an access: the word it found. */
export type AccessKind = number;

/** Runs once a grace period has passed; gets the argument given to `callRcu`. */
export type RcuCallback = (argument: number) => Access;

/** Called while a wait continues, with its duration so far in milliseconds; may throw to end it. */
export type WaitObserver = (milliseconds: number) => void;

/** The heap that accesses go to. The build inlines the simplest accesses: they need it exported. */
export let words: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));

let observe: WaitObserver = () => {};

/** Directs all accesses from now on to this heap. */
export function useWords(heap: Int32Array<SharedArrayBuffer>, observer: WaitObserver): void {
  words = heap;
  observe = observer;
}

/** Reports the duration of a wait to the observer of the heap in use. */
export function stillWaiting(milliseconds: number): void {
  observe(milliseconds);
}

/** How often a wait reads a word that others hold before it sleeps: some microseconds. */
export const SPINS_MAX = 200;

/** Milliseconds of one sleep of a wait that nobody wakes. */
const SLEEP_MS = 1;

/** Marks a spin loop for the processor, where the engine can (Node 24 and newer). */
export const pause: () => void =
  "pause" in Atomics && typeof Atomics.pause === "function" ? () => Atomics.pause() : () => {};

export function read(address: Address): number {
  return words[address] as number;
}

export function readOnce(address: Address): number {
  return Atomics.load(words, address);
}

export function readUnordered(address: Address): number {
  return words[address] as number;
}

export function loadAcquire(address: Address): number {
  return Atomics.load(words, address);
}

export function rcuDereference(address: Address): number {
  return Atomics.load(words, address);
}

/** The lock that keeps the pointer unchanged also orders it, so the load may be plain. */
export function rcuDereferenceProtected(address: Address): number {
  return words[address] as number;
}

export function write(address: Address, value: number): number {
  return (words[address] = value);
}

export function writeOnce(address: Address, value: number): number {
  return Atomics.store(words, address, value);
}

export function writeUnordered(address: Address, value: number): number {
  return (words[address] = value);
}

export function storeRelease(address: Address, value: number): number {
  return Atomics.store(words, address, value);
}

export function rcuAssignPointer(address: Address, value: number): number {
  return Atomics.store(words, address, value);
}

export function cmpxchg(address: Address, expected: number, next: number): number {
  return Atomics.compareExchange(words, address, expected, next);
}

export function xchg(address: Address, value: number): number {
  return Atomics.exchange(words, address, value);
}

export function atomicAdd(address: Address, value: number): number {
  return Atomics.add(words, address, value);
}

export function atomicAddReturn(address: Address, value: number): number {
  return (Atomics.add(words, address, value) + value) | 0;
}

export function atomicUpdate(address: Address, update: number): number {
  for (;;) {
    const found = Atomics.load(words, address);
    if (Atomics.compareExchange(words, address, found, updated(update, found)) === found) return found;
  }
}

export {
  atomicAddReturn as atomicAddReturnAcquire,
  atomicAddReturn as atomicAddReturnRelaxed,
  atomicAddReturn as atomicAddReturnRelease,
};
export { cmpxchg as cmpxchgAcquire, cmpxchg as cmpxchgRelaxed, cmpxchg as cmpxchgRelease };
export { xchg as xchgAcquire, xchg as xchgRelaxed, xchg as xchgRelease };

export function awaitEqual(address: Address, mask: number, value: number): number {
  return awaitWord(address, mask, value, true);
}

export function awaitUnequal(address: Address, mask: number, value: number): number {
  return awaitWord(address, mask, value, false);
}

export { awaitEqual as awaitEqualRelaxed, awaitUnequal as awaitUnequalRelaxed };

function awaitWord(address: Address, mask: number, value: number, equal: boolean): number {
  for (let looks = 0; ; looks++) {
    const word = Atomics.load(words, address);
    if (((word & mask) === value) === equal) return word;
    if (looks < SPINS_MAX) {
      pause();
    } else {
      Atomics.wait(words, address, word, SLEEP_MS);
      observe((looks - SPINS_MAX + 1) * SLEEP_MS);
    }
  }
}

export function smpMb(): number {
  return Atomics.add(words, NIL, 0);
}

export function smpWmb(): number {
  return Atomics.add(words, NIL, 0);
}

/** See the head of the file. */
export function smpRmb(): number {
  return 0;
}

/** An atomic operation is a full barrier already. */
export { smpRmb as smpMbAfterAtomic, smpRmb as smpMbAfterSpinlock, smpRmb as smpMbBeforeAtomic };

export function beginOperation(_operation: number): number {
  return 0;
}

export function endOperation(_response: number): number {
  return 0;
}

/** @throws Error with `message` if the condition is false */
export function assertHolds(condition: boolean, message: string): number {
  if (!condition) throw new Error(message);
  return 1;
}
