import { expect, test } from "vitest";
import { createHeap } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { wordAt } from "../memory/word.ts";
import { DelayedWork, queueDelayedWork, WORK_STATE } from "../sync/delayed-work.ts";
import { placeClock, placeTimedWork } from "../sync/jiffies.ts";
import type { Access } from "../memory/access.ts";
import { moveClockTo } from "./shared-clock.ts";

test("the clock only moves forward, even across the wrap, and queues the works that are due", () => {
  const heap = createHeap(32);
  const clock = placeClock(heap, 0x7ffffff0);
  const work = placeTimedWork(heap, clock, "work");
  runAlone(heap, queueDelayedWork(work, 100, clock.jiffies));
  const states = [0x7ffffff0, 0x7fffff00, 0x7ffffff0 + 50, 0x7ffffff0 + 100].map((now) => [
    runAlone(heap, moveClockTo(clock, now)),
    wordAt(heap.words, DelayedWork.state(work)),
  ]);
  expect(states).toEqual([
    [false, WORK_STATE.pending],
    [false, WORK_STATE.pending],
    [true, WORK_STATE.pending],
    [true, WORK_STATE.queued],
  ]);
  expect(wordAt(heap.words, clock.jiffies)).toBe((0x7ffffff0 + 100) | 0);
});

test("the second thread to move the clock leaves it", () => {
  const heap = createHeap(32);
  const clock = placeClock(heap, 5);
  const moving: Access<boolean> = moveClockTo(clock, 9);
  moving.next(0); // the time is read
  heap.words[clock.jiffies] = 7; // another thread moves the clock
  moving.next(5);
  expect(moving.next(7)).toEqual({ done: true, value: false });
});
