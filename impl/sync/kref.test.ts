import { expect, test } from "vitest";
import { createHeap, place } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { struct } from "../memory/struct.ts";
import { acquireUnlessZero, releaseWasLast } from "./kref.ts";

const Counted = struct("counted", { refcount: 1 });

function setUp(count: number) {
  const heap = createHeap(10);
  const refcount = Counted.refcount(place(heap, Counted, "object"));
  heap.words[refcount] = count;
  return { heap, refcount, count: () => heap.words[refcount] };
}

test("a held object is acquired again; one that is gone is not", () => {
  const held = setUp(2);
  expect(runAlone(held.heap, acquireUnlessZero(held.refcount))).toBe(true);
  expect(held.count()).toBe(3);
  const gone = setUp(0);
  expect(runAlone(gone.heap, acquireUnlessZero(gone.refcount))).toBe(false);
  expect(gone.count()).toBe(0);
});

test("dropping the last reference is distinguished from the others", () => {
  const { heap, refcount, count } = setUp(2);
  expect(runAlone(heap, releaseWasLast(refcount))).toBe(false);
  expect(runAlone(heap, releaseWasLast(refcount))).toBe(true);
  expect(count()).toBe(0);
});

test("an acquisition that loses the race retries with the count it finds, and gives up if that is 0", () => {
  const procedure = acquireUnlessZero(1);
  procedure.next(0);
  procedure.next(5); // the read finds 5, another thread takes one more
  expect(procedure.next(6)).toMatchObject({ done: false }); // the cmpxchg finds 6
  expect(procedure.next(6)).toEqual({ done: true, value: true });
  const loser = acquireUnlessZero(1);
  loser.next(0);
  loser.next(1);
  expect(loser.next(0)).toEqual({ done: true, value: false });
});
