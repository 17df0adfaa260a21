import { expect, test } from "vitest";
import { ACCESS, type AccessKind } from "./access.ts";
import {
  CLASS,
  CLASSES,
  isAcquisition,
  isFence,
  isLocal,
  isReadModifyWrite,
  isRelease,
  isStore,
  mayWrite,
  performOnWord,
  tookLock,
  touchesWord,
  waitIsOver,
} from "./access-class.ts";

/** The result, and the word left, when `kind` finds 5, with operand 3 and comparand `expected`. */
function outcome(kind: AccessKind, expected = 0): [number, number] {
  const words = new Int32Array([9, 5, 9]);
  const returned = performOnWord(words, kind, 1, 3, expected);
  expect([words[0], words[2]]).toEqual([9, 9]);
  return [returned, words[1] ?? 0];
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

test("loads return the word and leave it unchanged", () => {
  for (const kind of loads) expect(outcome(kind)).toEqual([5, 5]);
});

test("stores write the operand", () => {
  for (const kind of stores) expect(outcome(kind)[1]).toBe(3);
});

test("an exchange returns the previous word", () => {
  for (const kind of exchanges) expect(outcome(kind)).toEqual([5, 3]);
});

test("a cmpxchg writes when it finds the expected word, and returns the word found either way", () => {
  for (const kind of compares) {
    expect(outcome(kind, 5)).toEqual([5, 3]);
    expect(outcome(kind, 4)).toEqual([5, 5]);
  }
});

test("an addition returns the sum, which wraps at 32 bits", () => {
  for (const kind of sums) expect(outcome(kind)).toEqual([8, 8]);
  expect(outcome(ACCESS.atomicAdd)[1]).toBe(8);
  const words = new Int32Array([0, 0x7fffffff]);
  expect(performOnWord(words, ACCESS.atomicAddReturn, 1, 1, 0)).toBe(-0x80000000);
  expect(words[1]).toBe(-0x80000000);
});

const kinds: readonly (readonly [name: string, kind: AccessKind])[] = Object.entries(ACCESS);

test("a row states the access's effect on its word, and the ordering that its name states", () => {
  for (const [name, kind] of kinds) {
    const isUpdate = /^(?:cmpxchg|xchg|atomic)/u.test(name);
    const finds = isUpdate || /^(?:read|load|rcuDeref|await)/u.test(name);
    const writes = isUpdate || /^(?:write|store|rcuAssign)/u.test(name);
    expect([touchesWord(kind), mayWrite(kind), isReadModifyWrite(kind), isStore(kind)], name).toEqual([
      finds || writes,
      writes,
      finds && writes,
      writes && !finds,
    ]);
    const isFull = name.startsWith("smpMb") || (isUpdate && !/(?:Relaxed|Acquire|Release)$|^atomicAdd$/u.test(name));
    const acquires = isFull || /Acquire$|^rcuDeref|^await(?!.*Relaxed)|Lock$|Trylock$|^smpRmb$/u.test(name);
    const releases = isFull || /Release$|^rcuAssign|Unlock$|^smpWmb$/u.test(name);
    const classes = CLASSES[kind] ?? 0;
    const isSection = name.startsWith("rcuRead");
    expect([classes & CLASS.acquires, classes & CLASS.releases, classes & CLASS.full].map(Boolean), name).toEqual([
      acquires && !isSection,
      releases && !isSection,
      isFull,
    ]);
  }
});

test("the compiler may tear plain accesses; RCU publishes pointers", () => {
  const ofClass = (bit: number): string[] =>
    kinds.flatMap(([name, kind]) => (((CLASSES[kind] ?? 0) & bit) === 0 ? [] : [name]));
  expect(ofClass(CLASS.plain)).toEqual(["read", "rcuDereferenceProtected", "write"]);
  expect(ofClass(CLASS.pointer)).toEqual(["rcuDereference", "rcuDereferenceProtected", "rcuAssignPointer"]);
  expect(ofClass(CLASS.waits)).toEqual([
    "awaitEqual",
    "awaitUnequal",
    "spinLock",
    "mutexLock",
    "synchronizeRcu",
    "awaitEqualRelaxed",
    "awaitUnequalRelaxed",
  ]);
});

test("a local access touches no word and no lock; a barrier is local", () => {
  for (const [, kind] of kinds) {
    if (isLocal(kind)) expect(touchesWord(kind) || isAcquisition(kind) || isRelease(kind)).toBe(false);
    if (isFence(kind)) expect(isLocal(kind)).toBe(true);
  }
  expect(kinds.flatMap(([name, kind]) => (isLocal(kind) && !isFence(kind) ? [name] : []))).toEqual([
    "rcuReadLock",
    "rcuReadUnlock",
    "beginOperation",
    "endOperation",
    "assertHolds",
  ]);
});

test("every acquisition takes its lock, except a try that finds it held", () => {
  expect([ACCESS.spinLock, ACCESS.mutexLock].map((kind) => tookLock(kind, 0))).toEqual([true, true]);
  expect([0, 1].map((result) => tookLock(ACCESS.spinTrylock, result))).toEqual([false, true]);
  expect([ACCESS.spinUnlock, ACCESS.readOnce].map((kind) => tookLock(kind, 1))).toEqual([false, false]);
});

test("a wait compares only the bits under its mask", () => {
  expect(waitIsOver(ACCESS.awaitEqual, 0b1010, 0b0011, 0b0010)).toBe(true);
  expect(waitIsOver(ACCESS.awaitEqualRelaxed, 0b1010, 0b0011, 0b0010)).toBe(true);
  expect(waitIsOver(ACCESS.awaitUnequalRelaxed, 0b1010, 0b0011, 0b0010)).toBe(false);
  expect(waitIsOver(ACCESS.awaitEqual, 0b1010, 0b0011, 0b0011)).toBe(false);
  expect(waitIsOver(ACCESS.awaitUnequal, 0b1010, 0b0011, 0b0010)).toBe(false);
  expect(waitIsOver(ACCESS.awaitUnequal, 0b1010, 0b0011, 0b0011)).toBe(true);
});

test("a load outside memory finds 0", () => {
  expect(performOnWord(new Int32Array(2), ACCESS.read, 5, 3, 0)).toBe(0);
});
