import { expect, test } from "vitest";
import type { Access } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { runAlone } from "../memory/sequential.ts";
import { DelayedWork, queueDelayedWork, WORK_STATE } from "./delayed-work.ts";
import { advanceClock, placeClock, placeTimedWork } from "./jiffies.ts";
import { cancelDelayedWork, modifyDelayedWork } from "./modify-delayed-work.ts";
import { offerToReschedule } from "./reschedule.ts";

function setUp() {
  const heap = createHeap(20);
  const clock = placeClock(heap, 100);
  const work = placeTimedWork(heap, clock, "work");
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  return {
    heap,
    clock,
    work,
    run,
    state: () => heap.words[DelayedWork.state(work)],
    expires: () => heap.words[DelayedWork.expires(work)],
  };
}

test("a requested work is cancelled, and does not become due", () => {
  const { clock, work, run, state } = setUp();
  run(queueDelayedWork(work, 5, clock.jiffies));
  expect(run(cancelDelayedWork(work))).toBe(true);
  expect(state()).toBe(WORK_STATE.idle);
  run(advanceClock(clock, 10));
  expect(state()).toBe(WORK_STATE.idle);
});

test("nothing is cancelled if the work is not requested, or is already due", () => {
  const { clock, work, run, state } = setUp();
  expect(run(cancelDelayedWork(work))).toBe(false);
  run(queueDelayedWork(work, 5, clock.jiffies));
  run(advanceClock(clock, 5));
  expect(run(cancelDelayedWork(work))).toBe(false);
  expect(state()).toBe(WORK_STATE.queued);
});

test("a work is moved forward and back", () => {
  const { clock, work, run, state, expires } = setUp();
  run(queueDelayedWork(work, 50, clock.jiffies));
  run(modifyDelayedWork(work, 2, clock.jiffies));
  expect([state(), expires()]).toEqual([WORK_STATE.pending, 102]);
  run(modifyDelayedWork(work, 80, clock.jiffies));
  expect([state(), expires()]).toEqual([WORK_STATE.pending, 180]);
});

test("a work not yet requested is requested, and one that is due stays due", () => {
  const { clock, work, run, state, expires } = setUp();
  run(modifyDelayedWork(work, 3, clock.jiffies));
  expect([state(), expires()]).toEqual([WORK_STATE.pending, 103]);
  run(advanceClock(clock, 3));
  run(modifyDelayedWork(work, 9, clock.jiffies));
  expect([state(), expires()]).toEqual([WORK_STATE.queued, 103]);
});

test("an offer to reschedule is one read of the CPU's flag", () => {
  const { heap, work } = setUp();
  const offer = offerToReschedule(work);
  expect(offer.next(0).done).toBe(false);
  expect(offer.next(heap.words[work] ?? 0).done).toBe(true);
});
