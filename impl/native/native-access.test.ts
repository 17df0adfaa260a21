import { expect, test } from "vitest";
import { type Access, type Address, type RcuCallback } from "../memory/access.ts";
import { createHeap, place, placeSlab } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { wordAt } from "../memory/word.ts";
import { deferredCount, placeDeferred, runDeferred } from "./deferred.ts";
import {
  allocate,
  callRcu,
  free,
  rcuReadLock,
  rcuReadUnlock,
  spinLock,
  spinTrylock,
  spinUnlock,
  synchronizeRcu,
  type Runtime,
  useRuntime,
} from "./native-access.ts";
import { passQuiescentState, placeRcu, ThreadSlot } from "./rcu.ts";
import { OWN_LIST } from "./wait-list.ts";

const Node = struct("node", { link: 1, value: 1 });

test("without a runtime, an operation reports what is missing", () => {
  expect(() => runAlone(createHeap(4), spinLock(1))).toThrow("useRuntime comes before the first operation");
});

test("locks, slab and grace periods work for the thread and heap in use", () => {
  const heap = createHeap(128);
  const rcu = placeRcu(heap, 2);
  const deferred = placeDeferred(heap, rcu, 4, OWN_LIST);
  const lock = place(heap, Node, "lock");
  const allocatorLock = place(heap, Node, "allocator");
  const slab = placeSlab(heap, Node, "node", 1);
  const freed: Address[] = [];
  // oxlint-disable-next-line eslint/require-yield
  const callback: RcuCallback = function* (argument): Access {
    freed.push(argument);
  };
  const [slot = 0] = rcu.slots;
  const runtime: Runtime = { words: heap.words, me: 2, slot, allocatorLock, deferred, owed: 0, callbacks: [callback] };
  useRuntime(runtime);

  runAlone(heap, spinLock(lock));
  expect(wordAt(heap.words, lock)).toBe(2);
  expect(runAlone(heap, spinTrylock(lock))).toBe(0);
  runAlone(heap, spinUnlock(lock));
  expect(runAlone(heap, spinTrylock(lock))).toBe(1);

  const node = runAlone(heap, allocate(slab));
  expect(runAlone(heap, allocate(slab))).toBe(0);
  runAlone(heap, free(slab, node));
  expect(runAlone(heap, allocate(slab))).toBe(node);
  expect(wordAt(heap.words, allocatorLock)).toBe(0);

  runAlone(heap, passQuiescentState(rcu, slot));
  expect([rcuReadLock(), rcuReadUnlock()]).toEqual([0, 0]);
  runAlone(heap, callRcu(callback, node));
  expect(() =>
    runAlone(
      heap,
      callRcu(() => callback(1), node),
    ),
  ).toThrow("one of the runtime's");
  expect([runAlone(heap, deferredCount(deferred)), runtime.owed]).toEqual([1, 1]);
  const epoch = wordAt(heap.words, rcu.epoch);
  runAlone(heap, synchronizeRcu());
  expect(wordAt(heap.words, ThreadSlot.seen(slot))).toBe(epoch + 2);
  expect(
    runAlone(
      heap,
      runDeferred(deferred, 2, 4, (_number, argument) => callback(argument)),
    ),
  ).toBe(1);
  expect(freed).toEqual([node]);
});
