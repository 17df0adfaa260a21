import { expect, test } from "vitest";
import { ACCESS, type Access, type AccessKind, request } from "../memory/access.ts";
import { createHeap, place } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { readLock, readUnlock, WRITER, writeLock, writeUnlock } from "./rwlock.ts";

const Word = struct("rwlock", { word: 1 });

function setUp() {
  const heap = createHeap(10);
  const rwlock = Word.word(place(heap, Word, "rwlock"));
  return { heap, rwlock, word: () => heap.words[rwlock], run: (procedure: Access) => runAlone(heap, procedure) };
}

test("the word counts the readers inside, and is negative exactly while a writer is inside", () => {
  const { rwlock, run, word } = setUp();
  run(readLock(rwlock));
  run(readLock(rwlock));
  expect(word()).toBe(2);
  run(readUnlock(rwlock));
  expect(word()).toBe(1);
  run(readUnlock(rwlock));
  run(writeLock(rwlock));
  expect(word()).toBe(WRITER);
  run(writeUnlock(rwlock));
  expect(word()).toBe(0);
});

test("a writer waits for a reader and for a writer, and a reader for a writer", () => {
  const { rwlock, run } = setUp();
  run(readLock(rwlock));
  expect(() => run(writeLock(rwlock))).toThrow("never ends");
  run(readUnlock(rwlock));
  run(writeLock(rwlock));
  expect(() => run(writeLock(rwlock))).toThrow("never ends");
  expect(() => run(readLock(rwlock))).toThrow("never ends");
});

test("a writer inside stays inside, however many readers count themselves in", () => {
  expect(WRITER + 0xff_ffff).toBeLessThan(0);
});

test("the lock is taken by one acquire and given back by one release", () => {
  const { heap, rwlock } = setUp();
  const log: string[] = [];
  for (const procedure of [readLock(rwlock), readUnlock(rwlock), writeLock(rwlock), writeUnlock(rwlock)])
    runAlone(heap, recorded(procedure, log));
  expect(log).toEqual(["atomicAddReturnAcquire", "atomicAddReturnRelease", "cmpxchgAcquire", "atomicAddReturnRelease"]);
});

/** The access that a procedure requests when resumed with the last word found. */
function next(
  procedure: Access,
  found: number,
): { readonly kind: AccessKind | void; readonly operand: number; readonly mask: number } {
  const { value } = procedure.next(found);
  return { kind: value, operand: request.operand, mask: request.expected };
}

test("a reader that meets a writer counts itself out, waits for the writer alone, and tries again", () => {
  const { rwlock } = setUp();
  const reader = readLock(rwlock);
  expect(next(reader, 0)).toMatchObject({ kind: ACCESS.atomicAddReturnAcquire, operand: 1 });
  expect(next(reader, WRITER + 1)).toMatchObject({ kind: ACCESS.atomicAdd, operand: -1 });
  expect(next(reader, 0)).toMatchObject({ kind: ACCESS.awaitEqual, operand: 0, mask: -0x8000_0000 });
  expect(next(reader, 3)).toMatchObject({ kind: ACCESS.atomicAddReturnAcquire, operand: 1 });
  expect(next(reader, 1).kind).toBeUndefined();
});

test("a writer that meets another thread waits until the lock is free, and tries again", () => {
  const { rwlock } = setUp();
  const writer = writeLock(rwlock);
  expect(next(writer, 0)).toMatchObject({ kind: ACCESS.cmpxchgAcquire, operand: WRITER, mask: 0 });
  expect(next(writer, 1)).toMatchObject({ kind: ACCESS.awaitEqual, operand: 0, mask: -1 });
  expect(next(writer, 0)).toMatchObject({ kind: ACCESS.cmpxchgAcquire, operand: WRITER });
  expect(next(writer, 0).kind).toBeUndefined();
});
