import { expect, test } from "vitest";
import {
  type Access,
  type Address,
  assertHolds,
  atomicAdd,
  cmpxchg,
  mutexLock,
  mutexUnlock,
  read,
  readOnce,
  smpMb,
  spinLock,
  spinTrylock,
  spinUnlock,
  write,
  writeOnce,
} from "#impl/memory/access.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { readLock, readUnlock, writeLock, writeUnlock } from "#impl/sync/rwlock.ts";
import { accessCosts } from "./access-costs.ts";

const Cell = struct("cell", { lock: 1, word: 1 });
const Long = struct("long", { array: 40 });

function costs(body: (cell: Address, long: Address) => Access) {
  const heap = createHeap(80);
  const cell = place(heap, Cell, "cell");
  const long = place(heap, Long, "long");
  return accessCosts({ name: "test", heap, *setUp() {}, body: () => body(cell, long), rwlocks: [Cell.lock(cell)] });
}

test("reads cost only accesses, barriers nothing at all", () => {
  const found = costs(function* (cell) {
    yield smpMb();
    yield read(Cell.word(cell));
    yield readOnce(Cell.word(cell));
  });
  expect(found).toEqual({ lockAcquisitions: 0, atomicOperations: 0, cacheLinesWritten: 0, accesses: 2 });
});

test("a line written several times counts once, and each object has its own lines", () => {
  const found = costs(function* (cell, long) {
    yield write(Cell.word(cell), 1);
    yield writeOnce(Cell.lock(cell), 1);
    yield write(long, 1);
    yield write(long + 15, 1);
    yield write(long + 16, 1);
  });
  expect(found).toMatchObject({ atomicOperations: 0, cacheLinesWritten: 3, accesses: 5 });
});

test("a read-modify-write is atomic and takes its line, even a cmpxchg that fails", () => {
  const found = costs(function* (cell, long) {
    yield atomicAdd(Cell.word(cell), 1);
    yield cmpxchg(long, 7, 8);
  });
  expect(found).toEqual({ lockAcquisitions: 0, atomicOperations: 2, cacheLinesWritten: 2, accesses: 2 });
});

test("a spinlock or mutex is one acquisition, one atomic operation and one line; a trylock that fails is none", () => {
  const spin = costs(function* (cell) {
    yield spinLock(Cell.word(cell));
    yield spinTrylock(Cell.word(cell));
    yield spinUnlock(Cell.word(cell));
  });
  expect(spin).toEqual({ lockAcquisitions: 1, atomicOperations: 1, cacheLinesWritten: 1, accesses: 3 });
  const tried = costs(function* (cell) {
    yield spinTrylock(Cell.word(cell));
    yield spinUnlock(Cell.word(cell));
  });
  expect(tried).toMatchObject({ lockAcquisitions: 1, atomicOperations: 1 });
  const mutex = costs(function* (cell) {
    yield mutexLock(Cell.word(cell));
    yield mutexUnlock(Cell.word(cell));
  });
  expect(mutex).toMatchObject({ lockAcquisitions: 1, atomicOperations: 1, cacheLinesWritten: 1 });
});

test("a reader-writer lock is one acquisition for a reader and for a writer, and two atomic operations", () => {
  const reader = costs(function* (cell) {
    yield* readLock(Cell.lock(cell));
    yield* readUnlock(Cell.lock(cell));
  });
  const writer = costs(function* (cell) {
    yield* writeLock(Cell.lock(cell));
    yield* writeUnlock(Cell.lock(cell));
  });
  expect([reader, writer]).toEqual([
    { lockAcquisitions: 1, atomicOperations: 2, cacheLinesWritten: 1, accesses: 2 },
    { lockAcquisitions: 1, atomicOperations: 2, cacheLinesWritten: 1, accesses: 2 },
  ]);
  const elsewhere = costs(function* (cell) {
    yield* readLock(Cell.word(cell));
    yield* readUnlock(Cell.word(cell));
  });
  expect(elsewhere.lockAcquisitions).toBe(0);
});

test("a procedure that violates a property is not measured", () => {
  expect(() =>
    costs(function* (cell) {
      yield read(Cell.word(cell));
      yield assertHolds(false, "of course");
    }),
  ).toThrow("test: its measurement violates assertion: of course");
});
