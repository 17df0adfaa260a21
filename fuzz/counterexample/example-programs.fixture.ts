/** Small programs with known bugs, for the tests of replay, shrinking and reproduction. */
import {
  type Access,
  assertHolds,
  beginOperation,
  allocate,
  endOperation,
  free,
  NIL,
  rcuAssignPointer,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  readOnce,
  spinLock,
  spinUnlock,
  synchronizeRcu,
  writeOnce,
} from "#impl/memory/access.ts";
import { createHeap, place, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { Program } from "#fuzz/machine/program.ts";

const Counter = struct("counter", { value: 1, lock: 1, finished: 1 });

/**
 * Each thread adds 1 in two accesses, `additions` times, and the last to finish checks the sum: without the lock, an
 * addition can be lost.
 */
export function lostUpdate({ threads = 2, additions = 1, locked = false } = {}): Program {
  const heap = createHeap(64);
  const counter = place(heap, Counter, "counter");
  function* add(operation: number): Access {
    yield beginOperation(operation);
    if (locked) yield spinLock(Counter.lock(counter));
    const seen = yield readOnce(Counter.value(counter));
    yield writeOnce(Counter.value(counter), seen + 1);
    if (locked) yield spinUnlock(Counter.lock(counter));
    yield endOperation(seen + 1);
  }
  function* body(thread: number): Access {
    for (let addition = 0; addition < additions; addition++) yield* add(thread * additions + addition);
    yield spinLock(Counter.lock(counter));
    const finished = yield readOnce(Counter.finished(counter));
    yield writeOnce(Counter.finished(counter), finished + 1);
    if (finished + 1 === threads) {
      const sum = yield readOnce(Counter.value(counter));
      yield assertHolds(sum === threads * additions, `${threads * additions} additions give ${sum}`);
    }
    yield spinUnlock(Counter.lock(counter));
  }
  return {
    name: "lost-update",
    heap,
    threads: Array.from({ length: threads }, (_, thread) => ({
      name: `adder ${thread + 1}`,
      body: () => body(thread),
    })),
    watchers: [],
  };
}

const Box = struct("box", { current: 1, lock: 1 });
const Item = struct("item", { value: 1, refcount: 1 });

/**
 * A reader follows a published pointer while a writer replaces the object and frees the old one, with or without a
 * grace period.
 */
export function earlyFree({ waits = false, reads = 1 } = {}): Program {
  const heap = createHeap(128);
  const box = place(heap, Box, "box");
  const items = placeSlab(heap, Item, "item", 4);
  function* publish(value: number): Access<number> {
    const item = yield allocate(items);
    yield writeOnce(Item.value(item), value);
    yield writeOnce(Item.refcount(item), 1);
    yield rcuAssignPointer(Box.current(box), item);
    return item;
  }
  function* reader(): Access {
    for (let time = 0; time < reads; time++) {
      yield beginOperation(time);
      yield rcuReadLock();
      const item = yield rcuDereference(Box.current(box));
      const value = item === NIL ? 0 : yield readOnce(Item.value(item));
      yield rcuReadUnlock();
      yield endOperation(value);
    }
  }
  function* writer(): Access {
    yield beginOperation(reads);
    yield spinLock(Box.lock(box));
    const old = yield readOnce(Box.current(box));
    const item = yield* publish(2);
    yield spinUnlock(Box.lock(box));
    if (waits) yield synchronizeRcu();
    yield free(items, old);
    yield endOperation(item);
  }
  return {
    name: "early-free",
    heap,
    *setUp() {
      yield* publish(1);
    },
    threads: [
      { name: "reader", body: reader },
      { name: "writer", body: writer },
    ],
    watchers: [],
  };
}
