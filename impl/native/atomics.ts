/**
 * The access vocabulary on real threads: each access to a word is a call of `Atomics`, or a plain load or store of the
 * typed array.
 *
 * In code without generators, these functions stand where memory/access.ts stood: same names, same arguments, and the
 * answer is the word that the access found. They work on the heap that `useWords` named last; a thread does one
 * operation at a time, so one variable of the module is enough for any number of heaps.
 *
 * Orderings. Every marked access is sequentially consistent, which is at least what its name asks for: ECMAScript has
 * nothing weaker that is still atomic. Plain `read` and `write`, and `readUnordered` and `writeUnordered`, are
 * unordered, and must be ordered by marked accesses around them, or confirmed by one:
 * - a marked store orders what stands before it, a marked load what stands after it, a read-modify-write both;
 * - `smpMb` and `smpWmb` are a read-modify-write of word 0, which belongs to nobody: one after the other, all of them
 *   synchronise, so that what stands before one is seen behind every later one, plain accesses included;
 * - `smpRmb` is nothing: it stands behind a marked load throughout impl/, which orders what comes after.
 *
 * Waits spin for a while, then sleep for a millisecond at a time: nobody wakes them, so no wake-up can be lost.
 */

import { updated } from "../memory/update.ts";

/** What a procedure gives, once it is a function. */
export type Access<T = void> = T;

/** A word index into the heap. `NIL` is nobody's address. */
export type Address = number;

export const NIL: Address = 0;

/** What an access gives: the word it found. */
export type AccessKind = number;

/** Runs once a grace period has passed; gets the argument given to `callRcu`. */
export type RcuCallback = (argument: number) => Access;

/** Hears, while a wait goes on, for how many milliseconds it has; may throw to end it. */
export type WaitObserver = (milliseconds: number) => void;

/** The heap that accesses go to. The build writes the simplest accesses out where they stand: they need it there. */
export let words: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));

let observe: WaitObserver = () => {};

/** Makes all accesses from now on go to this heap. */
export function useWords(heap: Int32Array<SharedArrayBuffer>, observer: WaitObserver): void {
  words = heap;
  observe = observer;
}

/** Tells the observer of the heap in use how long a wait has lasted. */
export function stillWaiting(milliseconds: number): void {
  observe(milliseconds);
}

/** Looks at a word that others hold up before a wait sleeps: some microseconds. */
export const SPINS_MAX = 200;

/** Milliseconds of one sleep of a wait that nobody wakes. */
const SLEEP_MS = 1;

/** Tells the processor that this is a spin loop, where the engine can (Node 24 and newer). */
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

/** The lock that keeps the pointer still orders it too, so that the load may be plain. */
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
