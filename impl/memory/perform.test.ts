import { expect, test } from "vitest";
import { ACCESS, type AccessKind } from "./access.ts";
import { mayWrite, performOnWord, waitIsOver } from "./perform.ts";

/** The answer and the word left when `kind` finds 5, with operand 3 and comparand `expected`. */
function outcome(kind: AccessKind, expected = 0): [number, number] {
  const words = new Int32Array([9, 5, 9]);
  const answer = performOnWord(words, kind, 1, 3, expected);
  expect([words[0], words[2]]).toEqual([9, 9]);
  return [answer, words[1] ?? 0];
}

const loads = [
  ACCESS.read,
  ACCESS.readOnce,
  ACCESS.loadAcquire,
  ACCESS.rcuDereference,
  ACCESS.rcuDereferenceProtected,
  ACCESS.awaitEqual,
  ACCESS.awaitUnequal,
];
const stores = [ACCESS.write, ACCESS.writeOnce, ACCESS.storeRelease, ACCESS.rcuAssignPointer];
const exchanges = [ACCESS.xchg, ACCESS.xchgRelaxed, ACCESS.xchgAcquire, ACCESS.xchgRelease];
const compares = [ACCESS.cmpxchg, ACCESS.cmpxchgRelaxed, ACCESS.cmpxchgAcquire, ACCESS.cmpxchgRelease];
const sums = [
  ACCESS.atomicAddReturn,
  ACCESS.atomicAddReturnRelaxed,
  ACCESS.atomicAddReturnAcquire,
  ACCESS.atomicAddReturnRelease,
];

test("loads answer the word and leave it", () => {
  for (const kind of loads) expect(outcome(kind)).toEqual([5, 5]);
});

test("stores leave the operand", () => {
  for (const kind of stores) expect(outcome(kind)[1]).toBe(3);
});

test("an exchange answers the word that was there", () => {
  for (const kind of exchanges) expect(outcome(kind)).toEqual([5, 3]);
});

test("a cmpxchg writes when it finds what it expects, and answers what it found either way", () => {
  for (const kind of compares) {
    expect(outcome(kind, 5)).toEqual([5, 3]);
    expect(outcome(kind, 4)).toEqual([5, 5]);
  }
});

test("an addition answers the sum, which wraps at 32 bits", () => {
  for (const kind of sums) expect(outcome(kind)).toEqual([8, 8]);
  expect(outcome(ACCESS.atomicAdd)[1]).toBe(8);
  const words = new Int32Array([0, 0x7fffffff]);
  expect(performOnWord(words, ACCESS.atomicAddReturn, 1, 1, 0)).toBe(-0x80000000);
  expect(words[1]).toBe(-0x80000000);
});

test("stores and read-modify-writes may write, nothing else", () => {
  for (const kind of [...stores, ...exchanges, ...compares, ...sums, ACCESS.atomicAdd])
    expect(mayWrite(kind)).toBe(true);
  for (const kind of [...loads, ACCESS.spinLock, ACCESS.free, ACCESS.smpMb]) expect(mayWrite(kind)).toBe(false);
});

test("a wait looks only at the bits under its mask", () => {
  expect(waitIsOver(ACCESS.awaitEqual, 0b1010, 0b0011, 0b0010)).toBe(true);
  expect(waitIsOver(ACCESS.awaitEqual, 0b1010, 0b0011, 0b0011)).toBe(false);
  expect(waitIsOver(ACCESS.awaitUnequal, 0b1010, 0b0011, 0b0010)).toBe(false);
  expect(waitIsOver(ACCESS.awaitUnequal, 0b1010, 0b0011, 0b0011)).toBe(true);
});

test("where there is no word, a load finds 0", () => {
  expect(performOnWord(new Int32Array(2), ACCESS.read, 5, 3, 0)).toBe(0);
});
