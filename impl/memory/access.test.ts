import { expect, test } from "vitest";
import * as access from "./access.ts";

const { ACCESS, request } = access;

/** The registers after the request; beforehand they hold values that no request leaves. */
function registers(ask: () => access.AccessKind): [access.AccessKind, number, number, number] {
  request.address = 99;
  request.operand = 99;
  request.expected = 99;
  const kind = ask();
  return [kind, request.address, request.operand, request.expected];
}

/** The access functions, by name. */
const functions: ReadonlyMap<string, unknown> = new Map(Object.entries(access));

test("every kind has the name of its function, and kinds are numbered without gaps", () => {
  expect(Object.values(ACCESS)).toEqual(Object.keys(ACCESS).map((_, index) => index));
  for (const name of Object.keys(ACCESS)) expect(functions.get(name)).toBeTypeOf("function");
});

test("loads ask with their address", () => {
  const asked = [
    [access.read, ACCESS.read],
    [access.readOnce, ACCESS.readOnce],
    [access.loadAcquire, ACCESS.loadAcquire],
    [access.rcuDereference, ACCESS.rcuDereference],
    [access.rcuDereferenceProtected, ACCESS.rcuDereferenceProtected],
  ] as const;
  for (const [ask, kind] of asked) {
    expect(registers(() => ask(7))).toEqual([kind, 7, 99, 99]);
  }
});

test("unordered loads and stores are marked accesses without ordering", () => {
  expect(registers(() => access.readUnordered(7))).toEqual([ACCESS.readOnce, 7, 99, 99]);
  expect(registers(() => access.writeUnordered(7, 8))).toEqual([ACCESS.writeOnce, 7, 8, 99]);
});

test("the access functions are named after the kinds and the unordered accesses, and each is a function", () => {
  expect([...access.KIND_ASKED_FOR.keys()]).toEqual([...Object.keys(ACCESS), "readUnordered", "writeUnordered"]);
  for (const name of access.KIND_ASKED_FOR.keys()) expect(functions.get(name)).toBeTypeOf("function");
});

test("locks and slabs are requested by address", () => {
  const asked = [
    [access.spinLock, ACCESS.spinLock],
    [access.spinTrylock, ACCESS.spinTrylock],
    [access.spinUnlock, ACCESS.spinUnlock],
    [access.mutexLock, ACCESS.mutexLock],
    [access.mutexUnlock, ACCESS.mutexUnlock],
    [access.allocate, ACCESS.allocate],
  ] as const;
  for (const [ask, kind] of asked) {
    expect(registers(() => ask(7))).toEqual([kind, 7, 99, 99]);
  }
  expect(registers(() => access.free(7, 8))).toEqual([ACCESS.free, 7, 8, 99]);
});

test("stores, exchanges and additions ask with address and operand", () => {
  const asked = [
    [access.write, ACCESS.write],
    [access.writeOnce, ACCESS.writeOnce],
    [access.storeRelease, ACCESS.storeRelease],
    [access.rcuAssignPointer, ACCESS.rcuAssignPointer],
    [access.xchg, ACCESS.xchg],
    [access.xchgRelaxed, ACCESS.xchgRelaxed],
    [access.xchgAcquire, ACCESS.xchgAcquire],
    [access.xchgRelease, ACCESS.xchgRelease],
    [access.atomicAdd, ACCESS.atomicAdd],
    [access.atomicAddReturn, ACCESS.atomicAddReturn],
    [access.atomicAddReturnRelaxed, ACCESS.atomicAddReturnRelaxed],
    [access.atomicAddReturnAcquire, ACCESS.atomicAddReturnAcquire],
    [access.atomicAddReturnRelease, ACCESS.atomicAddReturnRelease],
  ] as const;
  for (const [ask, kind] of asked) expect(registers(() => ask(7, 8))).toEqual([kind, 7, 8, 99]);
});

test("a cmpxchg asks with its comparand, a wait with its mask", () => {
  const asked = [
    [access.cmpxchg, ACCESS.cmpxchg],
    [access.cmpxchgRelaxed, ACCESS.cmpxchgRelaxed],
    [access.cmpxchgAcquire, ACCESS.cmpxchgAcquire],
    [access.cmpxchgRelease, ACCESS.cmpxchgRelease],
  ] as const;
  for (const [ask, kind] of asked) expect(registers(() => ask(7, 8, 6))).toEqual([kind, 7, 6, 8]);
  expect(registers(() => access.awaitEqual(7, 6, 8))).toEqual([ACCESS.awaitEqual, 7, 8, 6]);
  expect(registers(() => access.awaitEqualRelaxed(7, 6, 8))).toEqual([ACCESS.awaitEqualRelaxed, 7, 8, 6]);
  expect(registers(() => access.awaitUnequalRelaxed(7, 6, 8))).toEqual([ACCESS.awaitUnequalRelaxed, 7, 8, 6]);
  expect(registers(() => access.awaitUnequal(7, 6, 8))).toEqual([ACCESS.awaitUnequal, 7, 8, 6]);
});

test("an access without an address requests NIL, so that nothing is left of an earlier request", () => {
  const asked = [
    [access.synchronizeRcu, ACCESS.synchronizeRcu],
    [access.rcuReadLock, ACCESS.rcuReadLock],
    [access.rcuReadUnlock, ACCESS.rcuReadUnlock],
    [access.smpMb, ACCESS.smpMb],
    [access.smpRmb, ACCESS.smpRmb],
    [access.smpWmb, ACCESS.smpWmb],
    [access.smpMbBeforeAtomic, ACCESS.smpMbBeforeAtomic],
    [access.smpMbAfterAtomic, ACCESS.smpMbAfterAtomic],
    [access.smpMbAfterSpinlock, ACCESS.smpMbAfterSpinlock],
  ] as const;
  for (const [ask, kind] of asked) {
    expect(registers(ask)).toEqual([kind, 0, 99, 99]);
  }
  expect(registers(() => access.beginOperation(3))).toEqual([ACCESS.beginOperation, 0, 3, 99]);
  expect(registers(() => access.endOperation(4))).toEqual([ACCESS.endOperation, 0, 4, 99]);
});

function* callback(): access.Access {
  yield access.smpMb();
}

test("a callback asks with itself and its argument, an assertion with its message", () => {
  expect(registers(() => access.callRcu(callback, 5))).toEqual([ACCESS.callRcu, 0, 5, 99]);
  expect(request.callback).toBe(callback);
  expect(registers(() => access.assertHolds(true, "holds"))).toEqual([ACCESS.assertHolds, 0, 1, 99]);
  expect(registers(() => access.assertHolds(false, "is broken"))).toEqual([ACCESS.assertHolds, 0, 0, 99]);
  expect(request.message).toBe("is broken");
});

test("other registers can replace the usual ones, and be replaced again", () => {
  const others: access.Registers = { address: 0, operand: 0, expected: 0, callback: undefined, message: "", count: 0 };
  const usual = access.useRegisters(others);
  try {
    access.writeOnce(4, 5);
    expect([others.address, others.operand]).toEqual([4, 5]);
  } finally {
    expect(access.useRegisters(usual)).toBe(others);
  }
  access.readOnce(6);
  expect([usual.address, others.address]).toEqual([6, 4]);
});

test("every access function counts one access, whichever registers are in place", () => {
  for (const name of access.KIND_ASKED_FOR.keys()) {
    const ask = functions.get(name);
    const before = request.count;
    if (typeof ask === "function") ask(1, 2, 3);
    expect([name, request.count - before]).toEqual([name, 1]);
  }
});
