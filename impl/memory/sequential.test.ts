import { expect, test } from "vitest";
import {
  type Access,
  allocate,
  assertHolds,
  atomicAddReturn,
  awaitEqual,
  awaitUnequal,
  beginOperation,
  callRcu,
  cmpxchg,
  endOperation,
  free,
  mutexLock,
  mutexUnlock,
  rcuReadLock,
  rcuReadUnlock,
  readOnce,
  smpMb,
  spinLock,
  spinTrylock,
  spinUnlock,
  synchronizeRcu,
  write,
  writeOnce,
} from "./access.ts";
import { createHeap, type Heap, place, placeSlab } from "./heap.ts";
import { runAlone } from "./sequential.ts";
import { struct } from "./struct.ts";

const Cell = struct("cell", { value: 1, lock: 1 });

function layOut(): { heap: Heap; cell: number } {
  const heap = createHeap(64);
  return { heap, cell: place(heap, Cell, "cell") };
}

test("runs a procedure to its end and returns its result", () => {
  const { heap, cell } = layOut();
  function* add(): Access<string> {
    yield write(cell, 40);
    const sum = yield atomicAddReturn(cell, 2);
    const found = yield cmpxchg(cell, sum, 7);
    return `${sum} ${found} ${yield readOnce(cell)}`;
  }
  expect(runAlone(heap, add())).toBe("42 42 7");
});

test("an argument beyond 32 bits wraps as it does in memory", () => {
  const { heap, cell } = layOut();
  function* compare(): Access<number> {
    yield writeOnce(cell, -1);
    yield cmpxchg(cell, 0xffffffff, 5);
    yield awaitEqual(cell, 0xffffffff, 0x1_0000_0005);
    return yield readOnce(cell);
  }
  expect(runAlone(heap, compare())).toBe(5);
});

test("locks are taken, tried and released; a wait whose condition already holds passes", () => {
  const { heap, cell } = layOut();
  function* lockAll(): Access<number[]> {
    const lock = Cell.lock(cell);
    const results: number[] = [];
    yield spinLock(lock);
    results.push(yield spinTrylock(lock));
    yield spinUnlock(lock);
    results.push(yield spinTrylock(lock));
    yield spinUnlock(lock);
    yield mutexLock(lock);
    yield mutexUnlock(lock);
    results.push(yield awaitEqual(lock, -1, 0), yield awaitUnequal(lock, -1, 1));
    return results;
  }
  expect(runAlone(heap, lockAll())).toEqual([0, 1, 0, 0]);
});

test("a wait that would never end with no other thread running is an error", () => {
  const { heap, cell } = layOut();
  function* waitFor(kind: "spin" | "mutex" | "equal" | "unequal"): Access {
    yield writeOnce(cell, 3);
    if (kind === "spin") yield spinLock(cell);
    else if (kind === "mutex") yield mutexLock(cell);
    else if (kind === "equal") yield awaitEqual(cell, 1, 0);
    else yield awaitUnequal(cell, 1, 1);
  }
  expect(() => runAlone(heap, waitFor("spin"))).toThrow(
    `lock ${cell} is taken: with nobody else running, the wait for it never ends`,
  );
  expect(() => runAlone(heap, waitFor("mutex"))).toThrow(`lock ${cell} is taken`);
  expect(() => runAlone(heap, waitFor("equal"))).toThrow(
    `word ${cell} is 3: with nobody else running, the wait for it never ends`,
  );
  expect(() => runAlone(heap, waitFor("unequal"))).toThrow(`word ${cell} is 3`);
});

test("callbacks run in the order requested once the procedure has returned, and so do those they request", () => {
  const { heap } = layOut();
  const order: string[] = [];
  function* inner(argument: number): Access {
    order.push(`inner ${argument}`);
    yield smpMb();
  }
  function* callback(argument: number): Access {
    order.push(`outer ${argument}`);
    yield callRcu(inner, argument + 10);
  }
  function* ask(): Access {
    yield callRcu(callback, 1);
    yield callRcu(callback, 2);
    order.push("returned");
  }
  runAlone(heap, ask());
  expect(order).toEqual(["returned", "outer 1", "outer 2", "inner 11", "inner 12"]);
});

test("objects are taken and returned; a grace period ends at once; sections, barriers and operations pass", () => {
  const { heap } = layOut();
  const slab = placeSlab(heap, Cell, "node", 1);
  function* use(): Access<number[]> {
    yield beginOperation(1);
    yield rcuReadLock();
    const node = yield allocate(slab);
    const none = yield allocate(slab);
    yield smpMb();
    yield rcuReadUnlock();
    const waited = yield synchronizeRcu();
    yield free(slab, node);
    const again = yield allocate(slab);
    yield endOperation(1);
    yield assertHolds(true, "not said");
    return [none, waited, again - node];
  }
  expect(runAlone(heap, use())).toEqual([0, 0, 0]);
});

function* fail(): Access {
  yield assertHolds(false, "the count is off");
}

test("an assertion that fails is an error", () => {
  const { heap } = layOut();
  expect(() => runAlone(heap, fail())).toThrow("the count is off");
});
