import { expect, test } from "vitest";
import { type Access, awaitUnequal, NIL } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { DelayedWork, queueDelayedWork, queueWhenDue, WORK_STATE, workerLoop } from "./delayed-work.ts";
import { advanceClock, placeClock, placeTimedWork } from "./jiffies.ts";

function setUp(now = 100) {
  const heap = createHeap(30);
  const clock = placeClock(heap, now);
  const work = placeTimedWork(heap, clock, "work");
  const state = () => heap.words[DelayedWork.state(work)];
  return { heap, clock, work, state };
}

test("requested work is queued at the tick it is due, not before", () => {
  const { heap, clock, work, state } = setUp();
  expect(runAlone(heap, queueDelayedWork(work, 5, clock.jiffies))).toBe(true);
  expect(state()).toBe(WORK_STATE.pending);
  expect(runAlone(heap, advanceClock(clock, 4))).toBe(104);
  expect(state()).toBe(WORK_STATE.pending);
  expect(runAlone(heap, advanceClock(clock, 1))).toBe(105);
  expect(state()).toBe(WORK_STATE.queued);
});

test("work requested again while pending keeps its time", () => {
  const { heap, clock, work, state } = setUp();
  runAlone(heap, queueDelayedWork(work, 5, clock.jiffies));
  runAlone(heap, advanceClock(clock, 3));
  expect(runAlone(heap, queueDelayedWork(work, 5, clock.jiffies))).toBe(false);
  runAlone(heap, advanceClock(clock, 2));
  expect(state()).toBe(WORK_STATE.queued);
  expect(runAlone(heap, queueDelayedWork(work, 5, clock.jiffies))).toBe(false);
  expect(state()).toBe(WORK_STATE.queued);
});

test("work without a delay is queued at once", () => {
  const { heap, clock, work, state } = setUp();
  expect(runAlone(heap, queueDelayedWork(work, 0, clock.jiffies))).toBe(true);
  expect(state()).toBe(WORK_STATE.queued);
});

test("a delay counts across the wrap of the clock", () => {
  const { heap, clock, work, state } = setUp(2147483647);
  runAlone(heap, queueDelayedWork(work, 2, clock.jiffies));
  expect(heap.words[DelayedWork.expires(work)]).toBe(-2147483647);
  runAlone(heap, advanceClock(clock, 1));
  expect(state()).toBe(WORK_STATE.pending);
  runAlone(heap, advanceClock(clock, 1));
  expect(state()).toBe(WORK_STATE.queued);
});

test("the clock serves each of its works, and leaves alone those not requested", () => {
  const { heap, clock, work, state } = setUp();
  const other = placeTimedWork(heap, clock, "other");
  runAlone(heap, queueDelayedWork(other, 1, clock.jiffies));
  runAlone(heap, advanceClock(clock, 1));
  expect(state()).toBe(WORK_STATE.idle);
  expect(heap.words[DelayedWork.state(other)]).toBe(WORK_STATE.queued);
  expect(work).not.toBe(other);
});

test("the worker sets the work idle before it runs the handler, so that work requested meanwhile runs again", () => {
  const { heap, clock, work, state } = setUp();
  runAlone(heap, queueDelayedWork(work, 0, clock.jiffies));
  let runs = 0;
  function* handler(): Access {
    runs++;
    expect(state()).toBe(WORK_STATE.idle);
    if (runs === 1) yield* queueDelayedWork(work, 0, clock.jiffies);
  }
  expect(() => runAlone(heap, workerLoop(work, handler))).toThrow("never ends");
  expect(runs).toBe(2);
});

test("a failed request for work still orders earlier writes", () => {
  const { heap, clock, work } = setUp();
  const log: string[] = [];
  runAlone(heap, recorded(queueDelayedWork(work, 5, clock.jiffies), log));
  runAlone(heap, recorded(queueDelayedWork(work, 5, clock.jiffies), log));
  runAlone(heap, recorded(queueWhenDue(work, 105), log));
  const asked = ["smpMb", "cmpxchg", "readOnce", "writeOnce", "storeRelease"];
  const refused = ["smpMb", "cmpxchg"];
  const due = ["loadAcquire", "readOnce", "cmpxchg"];
  expect(log).toEqual([...asked, ...refused, ...due]);
});

test("the worker waits for the queued state and leaves it with a full barrier", () => {
  const { heap, clock, work } = setUp();
  runAlone(heap, queueDelayedWork(work, 0, clock.jiffies));
  const log: string[] = [];
  function* handler(): Access {
    yield awaitUnequal(NIL, 1, 0); // never, so the loop stops here
  }
  expect(() => runAlone(heap, recorded(workerLoop(work, handler), log))).toThrow("never ends");
  expect(log).toEqual(["awaitEqual", "xchg", "awaitUnequal"]);
});
