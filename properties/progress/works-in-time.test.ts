import { expect, test } from "vitest";
import { ACCESS, type AccessKind } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { DelayedWork, placeDelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { worksInTimeWatcher } from "./works-in-time.ts";

function setUp(isDemanded = false) {
  const heap = createHeap(32);
  const { jiffies } = placeClock(heap, 100);
  const work = placeDelayedWork(heap, "work");
  const { words } = heap;
  const promised = { name: "the collector", work, delayMax: 5, isDemanded: () => isDemanded };
  const watcher = worksInTimeWatcher(jiffies, [promised]);
  watcher.begin?.(words);
  const put = (state: number, expires: number): void => {
    words[DelayedWork.state(work)] = state;
    words[DelayedWork.expires(work)] = expires;
  };
  const make = (address: number, kind: AccessKind, after: number, thread = 0): string | undefined => {
    const before = words[address] ?? 0;
    words[address] = after;
    return watcher.accessed?.(words, { thread, kind, address, before, after });
  };
  return { words, jiffies, work, watcher, put, make };
}

test("quiet while work is idle, or due within the longest delay", () => {
  const { words, watcher, put } = setUp();
  for (const [state, expires] of [
    [WORK_STATE.idle, 0],
    [WORK_STATE.pending, 101],
    [WORK_STATE.pending, 105],
  ] as const) {
    put(state, expires);
    expect([watcher.rested?.(words), watcher.ended?.(words)]).toEqual([undefined, undefined]);
  }
});

test("fires at work that is left, forgotten, too far away or past its time", () => {
  const { words, watcher, put } = setUp();
  put(WORK_STATE.queued, 100);
  expect(watcher.ended?.(words)).toBe("the collector is due, and nobody runs it");
  put(WORK_STATE.arming, 100);
  expect(watcher.ended?.(words)).toBe("the collector is being asked for, for ever");
  put(WORK_STATE.pending, 106);
  expect(watcher.ended?.(words)).toBe("the collector runs in 6 ticks, and 5 are promised");
  put(WORK_STATE.pending, 99);
  expect(watcher.rested?.(words)).toBe("the collector was to run at 99, and it is 100");
  const demanded = setUp(true);
  expect(demanded.watcher.ended?.(demanded.words)).toBe(
    "there is something to do for the collector, and nobody has asked for it",
  );
});

test("fires where work is handed over before its time, unless it was scheduled after the look", () => {
  const { work, put, make, watcher } = setUp();
  const [state, expires] = [DelayedWork.state(work), DelayedWork.expires(work)];
  expect([watcher.watches?.(state), watcher.watches?.(expires)]).toEqual(["writes", "accesses"]);
  put(WORK_STATE.pending, 101);
  make(expires, ACCESS.readOnce, 101);
  expect(make(state, ACCESS.cmpxchg, WORK_STATE.queued)).toBe("the collector is to run at 101, and runs at 100");
  put(WORK_STATE.pending, 100);
  make(expires, ACCESS.readOnce, 100);
  expect(make(state, ACCESS.cmpxchg, WORK_STATE.queued)).toBeUndefined();
  make(expires, ACCESS.readOnce, 100);
  make(expires, ACCESS.writeOnce, 105, 1);
  put(WORK_STATE.pending, 105);
  expect(make(state, ACCESS.cmpxchg, WORK_STATE.queued)).toBeUndefined();
});
