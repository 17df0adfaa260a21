import { expect, test } from "vitest";
import { createHeap } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { wordAt } from "../memory/word.ts";
import {
  awaitGracePeriod,
  beginGracePeriod,
  claimSlot,
  forgetThread,
  goOffline,
  isOver,
  lastFinished,
  OFFLINE,
  passQuiescentState,
  placeRcu,
  ThreadSlot,
} from "./rcu.ts";

test("slots are given out one by one, and again when their thread is forgotten", () => {
  const heap = createHeap(32);
  const rcu = placeRcu(heap, 2);
  expect([7, 8, 9].map((owner) => runAlone(heap, claimSlot(rcu, owner)))).toEqual([0, 1, -1]);
  runAlone(heap, forgetThread(rcu.slots[0] ?? 0));
  expect(runAlone(heap, claimSlot(rcu, 9))).toBe(0);
});

test("a grace period is over when every thread has been quiescent or offline since", () => {
  const heap = createHeap(32);
  const rcu = placeRcu(heap, 2);
  const [first = 0, second = 0] = rcu.slots;
  runAlone(heap, passQuiescentState(rcu, first));
  const begun = runAlone(heap, beginGracePeriod(rcu));
  expect(isOver(begun, runAlone(heap, lastFinished(rcu)))).toBe(false);
  runAlone(heap, passQuiescentState(rcu, second)); // came online later
  expect(isOver(begun, runAlone(heap, lastFinished(rcu)))).toBe(false);
  runAlone(heap, passQuiescentState(rcu, first));
  expect(isOver(begun, runAlone(heap, lastFinished(rcu)))).toBe(true);
  const next = runAlone(heap, beginGracePeriod(rcu));
  expect(isOver(next, runAlone(heap, lastFinished(rcu)))).toBe(false);
  expect(() => runAlone(heap, awaitGracePeriod(rcu))).toThrow("never ends");
  for (const slot of rcu.slots) runAlone(heap, goOffline(slot));
  expect(isOver(next, runAlone(heap, lastFinished(rcu)))).toBe(true);
  expect(wordAt(heap.words, ThreadSlot.seen(first))).toBe(OFFLINE);
  runAlone(heap, awaitGracePeriod(rcu));
});

test("epochs wrap and never equal `OFFLINE`", () => {
  const heap = createHeap(32);
  const rcu = placeRcu(heap, 1);
  heap.words[rcu.epoch] = -3;
  const [slot = 0] = rcu.slots;
  for (let i = 0; i < 4; i++) {
    runAlone(heap, passQuiescentState(rcu, slot));
    expect(wordAt(heap.words, ThreadSlot.seen(slot))).not.toBe(OFFLINE);
    const begun = runAlone(heap, beginGracePeriod(rcu));
    expect(isOver(begun, runAlone(heap, lastFinished(rcu)))).toBe(false);
  }
});

test("a grace period that begins during the scan of the threads is not over", () => {
  const heap = createHeap(32);
  const rcu = placeRcu(heap, 1);
  const finished = runAlone(heap, lastFinished(rcu)); // nobody is online
  const begun = runAlone(heap, beginGracePeriod(rcu));
  expect(isOver(begun, finished)).toBe(false);
  expect(isOver(begun, runAlone(heap, lastFinished(rcu)))).toBe(true);
});
