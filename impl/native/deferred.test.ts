import { expect, test } from "vitest";
import type { Access } from "../memory/access.ts";
import { createHeap, type Heap, nameOf } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { wordAt } from "../memory/word.ts";
import { type Deferred, defer, deferredCount, deferredLock, placeDeferred, runDeferred } from "./deferred.ts";
import { goOffline, passQuiescentState, placeRcu } from "./rcu.ts";
import { OWN_LIST } from "./wait-list.ts";

function placed(capacity: number): { heap: Heap; deferred: Deferred; slot: number } {
  const heap = createHeap(64);
  const rcu = placeRcu(heap, 1);
  return { heap, deferred: placeDeferred(heap, rcu, capacity, OWN_LIST), slot: rcu.slots[0] ?? 0 };
}

function runner(): { ran: number[][]; run: (callback: number, argument: number) => Access } {
  const ran: number[][] = [];
  return {
    ran,
    // oxlint-disable-next-line eslint/require-yield
    *run(callback, argument) {
      ran.push([callback, argument]);
    },
  };
}

test("a deferred callback runs once, in order, when its grace period is over", () => {
  const { heap, deferred, slot } = placed(2);
  const { ran, run } = runner();
  for (let round = 0; round < 3; round++) {
    runAlone(heap, passQuiescentState(deferred.rcu, slot));
    runAlone(heap, defer(deferred, 1, 0, 10 + round));
    runAlone(heap, defer(deferred, 1, 1, 20 + round));
    expect(runAlone(heap, runDeferred(deferred, 1, 8, run))).toBe(0);
    expect(runAlone(heap, deferredCount(deferred))).toBe(2);
    runAlone(heap, goOffline(slot));
    expect(runAlone(heap, runDeferred(deferred, 1, 1, run))).toBe(1);
    expect(runAlone(heap, runDeferred(deferred, 1, 8, run))).toBe(1);
    expect(runAlone(heap, runDeferred(deferred, 1, 8, run))).toBe(0);
  }
  expect(ran).toEqual(
    [0, 1, 2].flatMap((round) => [
      [0, 10 + round],
      [1, 20 + round],
    ]),
  );
  expect(wordAt(heap.words, deferredLock(deferred))).toBe(0);
});

test("entries have names, and exceeding the capacity is an error", () => {
  const { heap, deferred } = placed(1);
  expect([0, 1, 2].map((word) => nameOf(heap, deferred.entries + word))).toEqual([
    "entries.callback[0]",
    "entries.argument[0]",
    "entries.epoch[0]",
  ]);
  runAlone(heap, defer(deferred, 1, 0, 5));
  expect(() => runAlone(heap, defer(deferred, 1, 0, 6))).toThrow("there is room for everything that can be deferred");
});
