import fc from "fast-check";
import { expect, test } from "vitest";
import { LockOrder } from "./lock-order.ts";

const A = 10;
const B = 20;
const C = 30;

function nest(locks: LockOrder, thread: number, ...order: number[]): number[] {
  const found = order.map((lock) => locks.acquired(thread, lock, "spinlock"));
  for (const lock of order.toReversed()) locks.released(thread, lock, "spinlock");
  return found;
}

test("locks nested in one order everywhere are accepted", () => {
  const locks = new LockOrder(2);
  expect(nest(locks, 0, A, B, C)).toEqual([0, 0, 0]);
  expect(nest(locks, 1, A, C)).toEqual([0, 0]);
  expect(nest(locks, 1, A, B, C)).toEqual([0, 0, 0]);
});

test("two locks nested in both orders are found when the second order is taken", () => {
  const locks = new LockOrder(2);
  nest(locks, 0, A, B);
  expect(locks.acquired(1, B, "spinlock")).toBe(0);
  expect(locks.acquired(1, A, "spinlock")).toBe(B);
});

test("a cycle of three locks is found", () => {
  const locks = new LockOrder(3);
  nest(locks, 0, A, B);
  nest(locks, 1, B, C);
  expect(nest(locks, 2, C, A)).toEqual([0, C]);
});

test("mutexes and spinlocks share one order", () => {
  const locks = new LockOrder(2);
  locks.acquired(0, A, "mutex");
  locks.acquired(0, B, "spinlock");
  expect(locks.released(0, B, "spinlock")).toBe("released");
  expect(locks.released(0, A, "mutex")).toBe("released");
  locks.acquired(1, B, "spinlock");
  expect(locks.acquired(1, A, "mutex")).toBe(B);
});

test("a trylock orders nothing before itself, and locks taken inside it are ordered", () => {
  const locks = new LockOrder(2);
  locks.acquired(0, A, "spinlock");
  locks.acquiredByTrying(0, B);
  expect(locks.acquired(0, C, "spinlock")).toBe(0);
  for (const lock of [C, B, A]) locks.released(0, lock, "spinlock");
  expect(nest(locks, 1, B, A)).toEqual([0, 0]);
  expect(nest(locks, 1, C, B)).toEqual([0, C]);
});

test("a lock taken again by its holder is inside itself", () => {
  const locks = new LockOrder(1);
  locks.acquired(0, A, "spinlock");
  expect(locks.acquired(0, A, "spinlock")).toBe(A);
});

test("an inverted order adds no cycle that a later search would follow for ever", () => {
  const locks = new LockOrder(2);
  nest(locks, 0, C, A);
  locks.acquiredByTrying(1, A);
  locks.acquiredByTrying(1, B);
  expect(locks.acquired(1, C, "spinlock")).toBe(A);
  expect(nest(locks, 0, C, B)).toEqual([0, 0]);
});

test("orders are forgotten from one execution to the next, and so are held locks", () => {
  const locks = new LockOrder(1);
  nest(locks, 0, A, B);
  locks.acquired(0, C, "spinlock");
  locks.reset();
  expect([locks.heldCount(0), locks.spinlocksHeld(0), locks.innermost(0)]).toEqual([0, 0, 0]);
  expect(nest(locks, 0, B, A)).toEqual([0, 0]);
});

test("a lock is released only by its holder, once, and in the mode it was taken", () => {
  const locks = new LockOrder(2);
  locks.acquired(0, A, "spinlock");
  locks.acquired(0, B, "mutex");
  expect(locks.released(1, A, "spinlock")).toBe("not held");
  expect(locks.released(1, B, "mutex")).toBe("not held");
  expect(locks.released(0, A, "mutex")).toBe("other mode");
  expect(locks.released(0, B, "spinlock")).toBe("other mode");
  expect(locks.heldCount(0)).toBe(2);
  expect(locks.released(0, A, "spinlock")).toBe("released");
  expect(locks.innermost(0)).toBe(B);
  expect(locks.released(0, A, "spinlock")).toBe("not held");
  expect(locks.released(0, B, "mutex")).toBe("released");
  expect(locks.released(0, B, "mutex")).toBe("not held");
});

test("counts the spinlocks a thread holds, not its mutexes, nor another's", () => {
  const locks = new LockOrder(2);
  locks.acquired(0, A, "mutex");
  expect(locks.spinlocksHeld(0)).toBe(0);
  locks.acquired(0, B, "spinlock");
  locks.acquiredByTrying(0, C);
  expect([locks.spinlocksHeld(0), locks.spinlocksHeld(1), locks.heldCount(0), locks.heldCount(1)]).toEqual([
    2, 0, 3, 0,
  ]);
  locks.released(0, B, "spinlock");
  locks.released(0, A, "mutex");
  expect([locks.spinlocksHeld(0), locks.innermost(0)]).toEqual([1, C]);
});

test("a thread may hold any number of locks", () => {
  const locks = new LockOrder(1);
  const order = Array.from({ length: 50 }, (_, index) => index + 1);
  for (const lock of order) expect(locks.acquired(0, lock, "spinlock")).toBe(0);
  expect([locks.heldCount(0), locks.innermost(0)]).toEqual([50, 50]);
  for (const lock of order) expect(locks.released(0, lock, "spinlock")).toBe("released");
  expect(nest(locks, 0, 50, 1)).toEqual([0, 50]);
  // The first of the 1,225 orders is remembered as well as the last.
  expect(nest(locks, 0, 2, 1)).toEqual([0, 2]);
});

test("a thread without locks has no innermost one, even beside a thread whose row is full", () => {
  const locks = new LockOrder(2);
  for (let lock = 1; lock <= 16; lock++) locks.acquired(0, lock, "spinlock");
  expect([locks.innermost(0), locks.innermost(1)]).toEqual([16, 0]);
});

test("growing one thread's row keeps the locks of the others", () => {
  const locks = new LockOrder(3);
  for (const thread of [0, 1, 2]) locks.acquired(thread, 100 + thread, "mutex");
  for (let lock = 1; lock <= 20; lock++) locks.acquired(1, lock, "spinlock");
  expect([0, 1, 2].map((thread) => [locks.heldCount(thread), locks.innermost(thread)])).toEqual([
    [1, 100],
    [21, 20],
    [1, 102],
  ]);
  expect(locks.heldWithin(101, 1)).toBe(101);
  for (let lock = 1; lock <= 20; lock++) expect(locks.released(1, lock, "spinlock")).toBe("released");
  for (const thread of [0, 1, 2]) expect(locks.released(thread, 100 + thread, "mutex")).toBe("released");
});

test("finds a held lock inside an object, from its first word to its last", () => {
  const locks = new LockOrder(2);
  locks.acquired(1, A, "spinlock");
  expect([
    locks.heldWithin(A, 1),
    locks.heldWithin(A - 2, 3),
    locks.heldWithin(A - 2, 2),
    locks.heldWithin(A + 1, 5),
  ]).toEqual([A, A, 0, 0]);
  locks.released(1, A, "spinlock");
  expect(locks.heldWithin(A, 1)).toBe(0);
});

test("a lock's orders end with its object, and those of other locks stay", () => {
  const locks = new LockOrder(1);
  nest(locks, 0, A, B);
  nest(locks, 0, B, C);
  locks.forget(A - 1, 2);
  expect(nest(locks, 0, B, A)).toEqual([0, 0]);
  expect(nest(locks, 0, C, B)).toEqual([0, C]);
  locks.forget(A + 1, 3);
  locks.forget(A - 3, 3);
  expect(nest(locks, 0, A, B)).toEqual([0, A]);
  locks.forget(B, 1);
  expect(nest(locks, 0, C, B)).toEqual([0, 0]);
});

test("agrees with a search for cycles in all orders taken so far", () => {
  const sequences = fc.array(
    fc.record({
      thread: fc.nat(2),
      locks: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
    }),
    { maxLength: 12 },
  );
  let inversions = 0;
  fc.assert(
    fc.property(sequences, (nestings) => {
      const locks = new LockOrder(3);
      const orders: [number, number][] = [];
      for (const { thread, locks: order } of nestings) {
        for (const [depth, lock] of order.entries()) {
          const held = order.slice(0, depth);
          const inverted = held.filter((outer) => leadsTo(orders, lock, outer));
          const answer = locks.acquired(thread, lock, "spinlock");
          expect(answer === 0 ? inverted : [answer]).toEqual(answer === 0 ? [] : [inverted[0]]);
          if (inverted.length > 0) return void inversions++;
          for (const outer of held) orders.push([outer, lock]);
        }
        for (const lock of order) locks.released(thread, lock, "spinlock");
      }
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(inversions).toBeGreaterThan(50);
});

function leadsTo(orders: readonly [number, number][], from: number, to: number): boolean {
  return orders.some(([before, after]) => before === from && (after === to || leadsTo(orders, after, to)));
}
