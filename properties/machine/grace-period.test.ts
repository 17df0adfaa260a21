import { expect, test } from "vitest";
import { GracePeriods } from "./grace-period.ts";

const P = 5;
const Q = 6;

test("sections nest: depth rises and falls, and an end without a start is refused", () => {
  const grace = new GracePeriods(2, 10);
  expect(grace.unlock(0)).toBe(false);
  grace.lock(0);
  grace.lock(0);
  expect([grace.depth(0), grace.depth(1)]).toEqual([2, 0]);
  expect([grace.unlock(0), grace.unlock(0), grace.unlock(0)]).toEqual([true, true, false]);
  expect(grace.depth(0)).toBe(0);
});

test("a thread that fetched a pointer reads the object until its outermost section ends", () => {
  const grace = new GracePeriods(3, 10);
  grace.lock(1);
  expect(grace.readerOf(P, 3)).toBe(-1);
  grace.lock(1);
  grace.fetched(1, P);
  expect([grace.readerOf(P, 3), grace.readerOf(Q, 3)]).toEqual([1, -1]);
  grace.unlock(1);
  expect(grace.readerOf(P, 3)).toBe(1);
  grace.unlock(1);
  expect(grace.readerOf(P, 3)).toBe(-1);
});

test("a later section of the same thread has fetched nothing yet", () => {
  const grace = new GracePeriods(2, 10);
  grace.lock(0);
  grace.fetched(0, P);
  grace.unlock(0);
  grace.lock(0);
  expect(grace.readerOf(P, 2)).toBe(-1);
});

test("a fetch of an object's former life does not count in the next", () => {
  const grace = new GracePeriods(2, 10);
  grace.lock(0);
  grace.lock(1);
  grace.fetched(0, P);
  grace.fetched(1, P);
  grace.fetched(1, Q);
  grace.allocated(P);
  expect([grace.readerOf(P, 2), grace.readerOf(Q, 2)]).toEqual([-1, 1]);
});

test("only existing threads are considered, and no thread reads NIL", () => {
  const grace = new GracePeriods(2, 10);
  grace.lock(1);
  grace.fetched(1, P);
  grace.fetched(1, 0);
  expect([grace.readerOf(P, 1), grace.readerOf(0, 2)]).toEqual([-1, -1]);
});

test("a grace period waits for every section open at its start", () => {
  const grace = new GracePeriods(4, 10);
  grace.lock(0);
  grace.lock(1);
  grace.start(3, 4);
  expect([grace.isOver(3, 4), grace.blockerOf(3, 4)]).toEqual([false, 0]);
  grace.unlock(0);
  expect(grace.blockerOf(3, 4)).toBe(1);
  grace.unlock(1);
  expect([grace.isOver(3, 4), grace.blockerOf(3, 4)]).toEqual([true, -1]);
});

test("a grace period does not wait for sections that open after its start", () => {
  const grace = new GracePeriods(3, 10);
  grace.start(2, 3);
  grace.lock(0);
  expect(grace.isOver(2, 3)).toBe(true);
  grace.start(2, 3);
  grace.unlock(0);
  grace.lock(0);
  expect(grace.isOver(2, 3)).toBe(true);
});

test("a nested section that opens after the start belongs to the open outer one", () => {
  const grace = new GracePeriods(2, 10);
  grace.lock(0);
  grace.start(1, 2);
  grace.lock(0);
  grace.unlock(0);
  expect(grace.isOver(1, 2)).toBe(false);
});

test("each waiter has its own grace period, and a new start replaces the last", () => {
  const grace = new GracePeriods(3, 10);
  grace.lock(0);
  grace.start(1, 3);
  grace.unlock(0);
  grace.lock(0);
  grace.start(2, 3);
  expect([grace.isOver(1, 3), grace.isOver(2, 3)]).toEqual([true, false]);
  grace.start(1, 3);
  expect(grace.isOver(1, 3)).toBe(false);
  grace.unlock(0);
  grace.start(1, 3);
  grace.lock(0);
  expect(grace.isOver(1, 3)).toBe(true);
});

test("a thread that did not exist at the start is not waited for", () => {
  const grace = new GracePeriods(3, 10);
  grace.lock(2);
  grace.start(0, 2);
  expect(grace.isOver(0, 3)).toBe(true);
});

test("no section outlives its execution, and its fetches are not attributed to another", () => {
  const grace = new GracePeriods(2, 10);
  grace.lock(0);
  grace.fetched(0, P);
  grace.reset();
  expect(grace.depth(0)).toBe(0);
  grace.lock(0);
  expect(grace.readerOf(P, 2)).toBe(-1);
});
