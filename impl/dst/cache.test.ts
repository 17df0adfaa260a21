import { expect, test } from "vitest";
import { ACCESS, NIL } from "../memory/access.ts";
import { Slab } from "../memory/slab.ts";
import { dropEntry, findEntry, freeAfterGrace, getEntry, getUncachedEntry, unlinkEntry } from "./cache.ts";
import { bringUp, takeDown, unregister } from "./devices.ts";
import { createDst } from "./create-dst.ts";
import type { Collector } from "./dst.ts";
import { exampleDst, interrupted, isCached } from "./example-dst.fixture.ts";
import { Cache, Device, DEVICE_EVENT, DEVICE_STATE, DstEntry, Garbage, OBSOLETE } from "./layout.ts";
import { softirqCollector } from "./softirq.ts";
import { workQueueCollector } from "./workqueue.ts";
import { createHeap } from "../memory/heap.ts";
import { placeClock } from "../sync/jiffies.ts";

const setUp = (collector: Collector = workQueueCollector) => {
  const example = exampleDst(collector);
  const { words, dst } = example;
  return {
    ...example,
    example,
    word: (address: number) => words[address] ?? 0,
    live: () => words[Slab.live(dst.entries)] ?? 0,
    locks: () => [...words.subarray(Cache.locks(dst.cache), Cache.locks(dst.cache) + 4)],
  };
};

test("an entry is found under its key, in chains of any length, and held once more each time", () => {
  const { get, eth0, run, dst, word, locks } = setUp();
  const entries = [1, 5, 9, 2].map((key) => get(key, eth0)); // 1, 5 and 9 share a bucket
  expect([1, 5, 9, 2].map((key) => run(findEntry(dst, key)))).toEqual(entries);
  expect(entries.map((entry) => word(DstEntry.refcount(entry)))).toEqual([2, 2, 2, 2]);
  expect([13, 3].map((key) => run(findEntry(dst, key)))).toEqual([NIL, NIL]);
  expect(locks()).toEqual([0, 0, 0, 0]);
});

test("an existing entry is not created again", () => {
  const { get, eth0, ib0, word, live } = setUp();
  const entry = get(7, eth0);
  expect([get(7, ib0), word(DstEntry.refcount(entry)), live()]).toEqual([entry, 2, 1]);
});

test("the later of two creators takes the other's entry, and gives up its own with everything it holds", () => {
  const { get, run, eth0, ib0, dst, word, words, live, locks } = setUp();
  get(3, eth0); // the same bucket
  const get7 = (device: number) => getEntry(dst, { key: 7, device, over: NIL, hasPrivateChild: true });
  const found = run(
    interrupted(
      get7(ib0),
      (kind, address) => kind === ACCESS.spinLock && address === Cache.locks(dst.cache) + 3,
      get7(eth0),
    ),
  );
  expect([
    word(DstEntry.device(found)),
    word(DstEntry.refcount(found)),
    live(),
    word(Device.refcount(ib0)),
    words[Slab.live(dst.neighbours)],
  ]).toEqual([eth0, 2, 3, 0, 0]);
  expect(locks()).toEqual([0, 0, 0, 0]);
});

test("no entry is created for a device that is down, even if it was up when the lookup began", () => {
  const { run, get, eth0, dst, live, words, word, example } = setUp();
  const get7 = () => getEntry(dst, { key: 7, device: eth0, over: NIL, hasPrivateChild: false });
  expect(run(interrupted(get7(), (kind) => kind === ACCESS.allocate, takeDown(dst, eth0)))).toBe(NIL);
  expect([live(), isCached(example, 7), word(Device.refcount(eth0)), word(Cache.locks(dst.cache) + 3)]).toEqual([
    0,
    false,
    0,
    0,
  ]);
  expect([run(get7()), run(getUncachedEntry(dst, 7, eth0)), live()]).toEqual([NIL, NIL, 0]);
  words[Device.state(eth0)] = DEVICE_STATE.up;
  expect(get(7, eth0)).not.toBe(NIL);
});

test("an entry without a device needs no device that is up", () => {
  const { run, dst } = setUp();
  const entry = run(getUncachedEntry(dst, 7, NIL));
  expect(entry).not.toBe(NIL);
  expect(run(getEntry(dst, { key: 8, device: NIL, over: NIL, hasPrivateChild: false }))).not.toBe(NIL);
});

test("without room no entry is created, and no parent without room for its child", () => {
  const { get, eth0, dst, live, word, example } = setUp();
  for (let key = 1; key <= 7; key++) get(key, eth0);
  expect([
    get(9, eth0, "private"),
    live(),
    word(dst.entryCount),
    word(Device.refcount(eth0)),
    isCached(example, 9),
  ]).toEqual([NIL, 7, 7, 7, false]);
  expect([get(9, eth0) === NIL, get(10, eth0), live()]).toEqual([false, NIL, 8]);
});

test("a dropped entry is no longer found, and its neighbours in the bucket still are", () => {
  const { get, eth0, run, dst, example, locks } = setUp();
  for (const key of [1, 5, 9]) get(key, eth0);
  expect([run(dropEntry(dst, 5)), run(dropEntry(dst, 5)), run(dropEntry(dst, 13))]).toEqual([true, false, false]);
  expect([1, 5, 9].map((key) => isCached(example, key))).toEqual([true, false, true]);
  expect(run(dropEntry(dst, 9))).toBe(true);
  expect(run(dropEntry(dst, 1))).toBe(true);
  expect([1, 9].map((key) => isCached(example, key))).toEqual([false, false]);
  expect(locks()).toEqual([0, 0, 0, 0]);
});

test("after the grace period an entry that nobody holds is gone, and a held one is garbage", () => {
  const { get, eth0, run, dst, words, live, fresh } = setUp();
  const held = get(1, eth0);
  const idle = get(2, eth0);
  words[DstEntry.refcount(idle)] = 0;
  run(dropEntry(dst, 2));
  expect([live(), fresh()]).toEqual([1, []]);
  run(dropEntry(dst, 1));
  expect([live(), fresh(), words[DstEntry.obsolete(held)]]).toEqual([1, [held], OBSOLETE.dead]);
});

test("an entry that is already garbage is not given to the collector again", () => {
  const { dead, eth0, run, dst, fresh } = setUp();
  const entry = dead(1, eth0, 1);
  run(freeAfterGrace(dst, entry));
  expect(fresh()).toEqual([entry]);
});

test("a child that outlives its dropped parent is garbage", () => {
  const { get, eth0, run, dst, words, word, fresh, live } = setUp();
  const parent = get(1, eth0, "private");
  const child = word(DstEntry.child(parent));
  words[DstEntry.refcount(parent)] = 0;
  words[DstEntry.refcount(child)] = 2;
  run(dropEntry(dst, 1));
  expect([live(), fresh(), word(DstEntry.obsolete(child))]).toEqual([1, [child], OBSOLETE.dead]);
});

test("an entry may leave its bucket without being given up", () => {
  const { get, eth0, run, dst, fresh, live, example } = setUp();
  const entry = get(1, eth0);
  expect([run(unlinkEntry(dst, 1)), run(unlinkEntry(dst, 1)), fresh(), live(), isCached(example, 1)]).toEqual([
    entry,
    NIL,
    [],
    1,
    false,
  ]);
});

test("a device goes down and up again, and only the first request for each change succeeds", () => {
  const { run, dst, eth0, word } = setUp();
  expect([
    run(bringUp(dst, eth0)),
    run(takeDown(dst, eth0)),
    run(takeDown(dst, eth0)),
    word(Device.state(eth0)),
  ]).toEqual([false, true, false, DEVICE_STATE.down]);
  expect([run(bringUp(dst, eth0)), word(Device.state(eth0)), word(dst.configuration)]).toEqual([
    true,
    DEVICE_STATE.up,
    0,
  ]);
});

test("a device that is gone stays gone", () => {
  const { run, dst, eth0, word } = setUp();
  expect([
    run(unregister(dst, eth0)),
    run(unregister(dst, eth0)),
    run(bringUp(dst, eth0)),
    run(takeDown(dst, eth0)),
  ]).toEqual([true, false, false, false]);
  expect([word(Device.state(eth0)), word(dst.configuration)]).toEqual([DEVICE_STATE.gone, 0]);
});

test("a collector is notified that a device goes down before it is notified that the device goes away", () => {
  const heard: number[] = [];
  const listening: Collector = {
    ...workQueueCollector,
    // oxlint-disable-next-line require-yield
    *deviceEvent(_dst, _device, event) {
      heard.push(event);
    },
  };
  const { run, dst, eth0, ib0 } = exampleDst(listening);
  run(unregister(dst, eth0));
  run(takeDown(dst, ib0));
  run(takeDown(dst, ib0));
  run(unregister(dst, ib0));
  run(unregister(dst, ib0));
  expect(heard).toEqual([DEVICE_EVENT.down, DEVICE_EVENT.unregister, DEVICE_EVENT.down, DEVICE_EVENT.unregister]);
});

test("a cache begins empty, its devices up, its collector asleep", () => {
  const { dst, words, word, eth0, veth1 } = setUp(softirqCollector);
  expect([dst.busy, word(Garbage.growth(dst.garbage)), word(Garbage.delay(dst.garbage)), word(dst.entryCount)]).toEqual(
    [NIL, 1200, 1, 0],
  );
  expect([Device.state(eth0), Device.namespace(veth1), Device.driver(eth0)].map((address) => words[address])).toEqual([
    DEVICE_STATE.up,
    1,
    NIL,
  ]);
  expect(dst.loopbacks.map((lo) => [word(Device.loopback(lo)) === lo, word(Device.namespace(lo))])).toEqual([
    [true, 0],
    [true, 1],
  ]);
});

test("without devices there is one loopback", () => {
  const heap = createHeap(100);
  expect(
    createDst(heap, placeClock(heap, 0), {
      collector: softirqCollector,
      ticksPerSecond: 10,
      entriesMax: 1,
      devices: [],
    }).loopbacks,
  ).toHaveLength(1);
});
