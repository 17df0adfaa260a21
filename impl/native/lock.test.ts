import { expect, test } from "vitest";
import { createHeap, type Heap, place } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { wordAt } from "../memory/word.ts";
import { acquireLock, CONTENDED, FREE, holderOf, releaseLock, tryLock } from "./lock.ts";
import { WaitList } from "./wait-list.ts";

const Counter = struct("counter", { lock: 1, count: 1 });

function placed(): { heap: Heap; counter: number; list: number } {
  const heap = createHeap(32);
  return { heap, list: place(heap, WaitList, "list"), counter: place(heap, Counter, "counter") };
}

test("a lock names its holder, and is free afterwards", () => {
  const { heap, counter, list } = placed();
  const lock = Counter.lock(counter);
  runAlone(heap, acquireLock(lock, 3, list));
  expect(holderOf(wordAt(heap.words, lock))).toBe(3);
  expect(runAlone(heap, tryLock(lock, 4))).toBe(0);
  runAlone(heap, releaseLock(lock, list));
  expect(wordAt(heap.words, lock)).toBe(FREE);
  expect(runAlone(heap, tryLock(lock, 4))).toBe(1);
  expect(holderOf(wordAt(heap.words, lock) | CONTENDED)).toBe(4);
});

test("a thread that has to sleep alone would sleep forever", () => {
  const { heap, counter, list } = placed();
  runAlone(heap, acquireLock(Counter.lock(counter), 1, list));
  expect(() => runAlone(heap, acquireLock(Counter.lock(counter), 2, list))).toThrow("the wait for it never ends");
  expect(wordAt(heap.words, Counter.lock(counter))).toBe(1 | CONTENDED);
});
