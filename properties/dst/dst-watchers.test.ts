import { expect, test } from "vitest";
import { ACCESS, type AccessKind, type Address, NIL } from "#impl/memory/access.ts";
import { mayWrite } from "#impl/memory/access-class.ts";
import { Slab } from "#impl/memory/slab.ts";
import type { Collector, Dst } from "#impl/dst/dst.ts";
import { sendThrough } from "#impl/dst/entry.ts";
import { exampleDst } from "#impl/dst/example-dst.fixture.ts";
import {
  Busy,
  Cache,
  Device,
  DEVICE_STATE,
  Driver,
  DstEntry,
  Garbage,
  HANDLER,
  HeaderCache,
  Neighbour,
  OBSOLETE,
} from "#impl/dst/layout.ts";
import { softirqCollector } from "#impl/dst/softirq.ts";
import { workQueueCollector } from "#impl/dst/workqueue.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { adaptiveDelayWatcher } from "./adaptive-delay.ts";
import { boundedRunWatcher } from "./bounded-run.ts";
import { collectorWakesWatcher } from "./collector-wakes.ts";
import {
  deadEntries,
  entryIndex,
  entryName,
  entryOf,
  isEntry,
  isInCache,
  isRefcount,
  listedEntries,
  liveObjects,
  runLock,
  trackRuns,
} from "./dst-memory.ts";
import { dstRefcountWatcher } from "./dst-refcount.ts";
import { entryBoundWatcher } from "./entry-bound.ts";
import { garbageListsWatcher } from "./garbage-lists.ts";
import { goneDeviceWatcher } from "./gone-device.ts";
import { lockHoldWatcher } from "./lock-hold.ts";
import { offersToRescheduleWatcher } from "./offers-to-reschedule.ts";
import { runCollectsWatcher } from "./run-collects.ts";
import type { Watcher } from "../watcher.ts";

const COLLECTOR = 3;
const OTHER = 1;

const setUp = (collector: Collector = workQueueCollector) => {
  const example = exampleDst(collector, { entriesMax: 6 });
  return {
    ...example,
    lock: Garbage.lock(example.dst.garbage),
    mutex: example.dst.busy === NIL ? NIL : Busy.mutex(example.dst.busy),
  };
};

/** A watcher, and threads whose accesses it sees if it watches the word. */
function watched(watcher: Watcher, words: Int32Array) {
  watcher.begin?.(words);
  const hear = (
    thread: number,
    kind: AccessKind,
    address: Address,
    before: number,
    after: number,
  ): string | undefined => {
    const wants = watcher.watches?.(address);
    if (wants === undefined || (wants === "writes" && before === after && !mayWrite(kind))) return undefined;
    return watcher.accessed?.(words, { thread, kind, address, before, after });
  };
  return {
    write(thread: number, address: Address, after: number, kind: AccessKind = ACCESS.write) {
      const before = words[address] ?? 0;
      words[address] = after;
      return hear(thread, kind, address, before, after);
    },
    read(thread: number, address: Address, kind: AccessKind = ACCESS.readOnce) {
      const value = words[address] ?? 0;
      return hear(thread, kind, address, value, value);
    },
    take(thread: number, lock: Address) {
      words[lock] = thread + 1;
    },
    give(lock: Address) {
      words[lock] = 0;
      return watcher.unlocked?.(words, lock);
    },
  };
}

type Watched = ReturnType<typeof watched>;

/** The collector takes its scheduled work. */
function beginRun({ write }: Watched, words: Int32Array, { work }: Dst, thread = COLLECTOR): string | undefined {
  words[DelayedWork.state(work)] = WORK_STATE.queued;
  return write(thread, DelayedWork.state(work), WORK_STATE.idle, ACCESS.xchg);
}

// Functions the watchers read with.

test("entries are identified by their place in the slab", () => {
  const { dst, get, eth0 } = setUp();
  const [first, second] = [get(1, eth0), get(2, eth0)];
  expect([
    entryIndex(dst, first),
    entryIndex(dst, DstEntry.child(second)),
    entryIndex(dst, first - 1),
    entryIndex(dst, first + 6 * dst.entryStride),
  ]).toEqual([0, 1, -1, -1]);
  expect([isEntry(dst, second), isEntry(dst, second + 1), isEntry(dst, NIL)]).toEqual([true, false, false]);
  expect([entryOf(dst, DstEntry.child(second)), entryName(dst, second), entryName(dst, 5)]).toEqual([
    second,
    "dst#2",
    "word 5",
  ]);
  expect([
    isRefcount(dst, DstEntry.refcount(second)),
    isRefcount(dst, DstEntry.key(second)),
    isRefcount(dst, NIL),
  ]).toEqual([true, false, false]);
});

test("a list returns its entries, or that it leads elsewhere or has no end", () => {
  const { dst, words, dead, eth0 } = setUp();
  const [first, second] = [dead(1, eth0, 1), dead(2, eth0, 1)];
  const head = Garbage.list(dst.garbage);
  expect(listedEntries(words, dst, head, DstEntry.next)).toEqual([second, first]);
  expect(deadEntries(words, dst)).toEqual([first, second]);
  words[DstEntry.next(first)] = 3;
  expect(listedEntries(words, dst, head, DstEntry.next)).toBe("leads to word 3, which is no entry");
  words[DstEntry.next(first)] = second;
  expect(listedEntries(words, dst, head, DstEntry.next)).toBe("has no end");
});

test("live objects are those allocated and not freed; an entry is in the cache or not", () => {
  const { dst, words, get, eth0, run } = setUp();
  const [first, second, third] = [get(1, eth0), get(5, eth0), get(2, eth0)];
  words[DstEntry.refcount(second)] = 0;
  expect([isInCache(words, dst, first), isInCache(words, dst, third)]).toEqual([true, true]);
  words[Cache.heads(dst.cache) + 1] = first;
  words[DstEntry.hashNext(first)] = NIL;
  expect(isInCache(words, dst, second)).toBe(false);
  words[DstEntry.hashNext(first)] = first;
  expect(isInCache(words, dst, first)).toBe(false); // an endless chain proves nothing
  words[DstEntry.hashNext(first)] = NIL;
  run(dst.freeAfterGrace(second));
  expect(liveObjects(words, dst.entries)).toEqual([first, third]);
});

test("a run begins when the work is taken, and ends when its thread releases the run's lock", () => {
  for (const collector of [workQueueCollector, softirqCollector]) {
    const { dst, words } = setUp(collector);
    const lock = runLock(dst);
    const list = dst.busy === NIL ? Garbage.list(dst.garbage) : Busy.list(dst.busy);
    const runs = trackRuns(dst);
    const hear = (thread: number, address: Address, before: number, after: number) =>
      runs.accessed(words, { thread, kind: ACCESS.xchg, address, before, after });
    runs.begin();
    expect(hear(COLLECTOR, DelayedWork.state(dst.work), WORK_STATE.pending, WORK_STATE.idle)).toBe(false);
    expect(hear(COLLECTOR, DelayedWork.state(dst.work), WORK_STATE.queued, WORK_STATE.arming)).toBe(false);
    expect([
      runs.runner,
      hear(COLLECTOR, DelayedWork.state(dst.work), WORK_STATE.queued, WORK_STATE.idle),
      runs.runner,
    ]).toEqual([-1, true, COLLECTOR]);
    words[lock] = OTHER + 1;
    hear(OTHER, list, 0, 0);
    expect(runs.unlocked(lock)).toBe(false);
    words[lock] = 0;
    hear(COLLECTOR, list, 0, 0);
    expect(runs.unlocked(lock)).toBe(false);
    words[lock] = COLLECTOR + 1;
    hear(COLLECTOR, list, 0, 0);
    expect([runs.unlocked(lock + 99), runs.unlocked(lock), runs.runner, runs.unlocked(lock)]).toEqual([
      false,
      true,
      -1,
      false,
    ]);
    hear(COLLECTOR, DelayedWork.state(dst.work), WORK_STATE.queued, WORK_STATE.idle);
    runs.begin();
    expect(runs.runner).toBe(-1);
    expect([
      runs.watches(DelayedWork.state(dst.work)),
      runs.watches(Garbage.list(dst.garbage)),
      runs.watches(list),
      runs.watches(dst.jiffies),
    ]).toEqual(["writes", "accesses", "accesses", undefined]);
  }
});

test("each watcher has its name, and watches the words it needs and no others", () => {
  const { dst, get, ib0 } = setUp();
  const entry = get(1, ib0);
  const holders = { countOf: () => 0, total: 0 };
  const words = {
    work: DelayedWork.state(dst.work),
    list: Garbage.list(dst.garbage),
    busy: Busy.list(dst.busy),
    growth: Garbage.growth(dst.garbage),
    delay: Garbage.delay(dst.garbage),
    refcount: DstEntry.refcount(entry),
    state: Device.state(ib0),
    count: dst.entryCount,
    flag: dst.needResched,
    clock: dst.jiffies,
  };
  const heard = (watcher: Watcher) => [
    watcher.property,
    Object.fromEntries(
      Object.entries(words).flatMap(([name, address]) =>
        watcher.watches?.(address) === undefined ? [] : [[name, watcher.watches(address)]],
      ),
    ),
  ];
  const ofRuns = { work: "writes", list: "accesses", busy: "accesses" };
  const watchers = [
    garbageListsWatcher(dst),
    collectorWakesWatcher(dst),
    goneDeviceWatcher(dst),
    lockHoldWatcher(dst, { accesses: 1, perListedEntry: 0 }),
    adaptiveDelayWatcher(dst, "workqueue"),
    runCollectsWatcher(dst),
    boundedRunWatcher(dst),
    offersToRescheduleWatcher(dst),
    entryBoundWatcher(dst),
    dstRefcountWatcher(dst, holders),
  ];
  expect(watchers.map(heard)).toEqual([
    ["garbage-lists", {}],
    ["collector-wakes", { ...ofRuns, growth: "writes" }],
    ["gone-device", { state: "writes" }],
    ["lock-hold", Object.fromEntries(Object.keys(words).map((name) => [name, "accesses"]))],
    ["adaptive-delay", { ...ofRuns, growth: "writes", delay: "writes", refcount: "accesses" }],
    ["run-collects", ofRuns],
    ["bounded-run", ofRuns],
    ["offers-to-reschedule", { ...ofRuns, refcount: "accesses", flag: "accesses" }],
    ["entry-bound", { count: "writes" }],
    ["dst-refcount", { refcount: "writes" }],
  ]);
});

// garbage-lists

test("garbage-lists: quiet on lists as the collectors leave them, and while the locks are held", () => {
  for (const collector of [workQueueCollector, softirqCollector]) {
    const { dst, words, dead, eth0, run, lock, mutex } = setUp(collector);
    const watcher = garbageListsWatcher(dst);
    dead(1, eth0, 1);
    run(dst.collector.run(dst));
    const second = dead(2, eth0, 1);
    expect([
      watcher.unlocked?.(words, lock),
      mutex === NIL ? undefined : watcher.unlocked?.(words, mutex),
      watcher.ended?.(words),
    ]).toEqual([undefined, undefined, undefined]);
    words[Garbage.list(dst.garbage)] = 3;
    expect(watcher.unlocked?.(words, dst.configuration)).toBeUndefined();
    words[lock] = 1;
    expect(watcher.ended?.(words)).toBeUndefined();
    words[lock] = 0;
    words[Garbage.list(dst.garbage)] = second;
  }
});

test("garbage-lists: fires at an entry that is lost, listed twice, not dead, or no entry", () => {
  const { dst, words, dead, get, eth0, run, lock, mutex } = setUp();
  const watcher = garbageListsWatcher(dst);
  const old = dead(1, eth0, 1);
  run(dst.collector.run(dst));
  const young = dead(2, eth0, 1);
  const live = get(3, eth0);
  const list = Garbage.list(dst.garbage);
  const busy = Busy.list(dst.busy);
  const check = () => watcher.unlocked?.(words, lock);
  words[list] = NIL;
  const lost = "dst#2 is dead, and on no garbage list";
  expect([check(), watcher.unlocked?.(words, mutex), watcher.ended?.(words)]).toEqual([lost, lost, lost]);
  words[mutex] = 9;
  expect(check()).toBeUndefined(); // it may be on the run's own chain
  words[mutex] = 0;
  words[list] = young;
  words[DstEntry.next(old)] = young;
  expect(check()).toBe("dst#2 is on the garbage lists twice");
  words[DstEntry.next(old)] = live;
  expect(check()).toBe("dst#3 is on a garbage list, and is not dead");
  words[DstEntry.next(old)] = old;
  expect(check()).toBe("the busy list has no end");
  words[busy] = 3;
  expect(check()).toBe("the busy list leads to word 3, which is no entry");
  words[busy] = old;
  words[DstEntry.next(old)] = NIL;
  words[list] = live;
  words[mutex] = 9;
  expect(check()).toBe("dst#3 is on the garbage list, and is not dead");
  words[list] = 3;
  expect(check()).toBe("the garbage list leads to word 3, which is no entry");
});

// collector-wakes

test("collector-wakes: quiet while a run is scheduled in time, or there is no garbage", () => {
  const { dst, words, dead, eth0, run, lock } = setUp();
  const watcher = collectorWakesWatcher(dst);
  const { give } = watched(watcher, words);
  expect([give(lock), watcher.ended?.(words)]).toEqual([undefined, undefined]);
  dead(1, eth0, 1);
  expect(give(lock)).toBeUndefined();
  words[DelayedWork.state(dst.work)] = WORK_STATE.idle;
  run(dst.collector.run(dst));
  expect([give(lock), give(dst.configuration), watcher.ended?.(words)]).toEqual([undefined, undefined, undefined]);
});

test("collector-wakes: fires at garbage that nobody will look at", () => {
  const { dst, words, dead, eth0, run, lock } = setUp();
  const watcher = collectorWakesWatcher(dst);
  const { give } = watched(watcher, words);
  dead(1, eth0, 1);
  words[DelayedWork.state(dst.work)] = WORK_STATE.idle;
  expect([give(dst.configuration), give(lock), watcher.ended?.(words)]).toEqual([
    undefined,
    "there is garbage, and no run is asked for",
    "there is garbage, and no run is asked for",
  ]);
  run(dst.collector.run(dst));
  words[DelayedWork.state(dst.work)] = WORK_STATE.idle;
  expect(give(lock)).toBe("there is garbage, and no run is asked for");
});

test("collector-wakes: fires when the collector is marked as hurrying and sleeps", () => {
  const { dst, words, dead, eth0, lock } = setUp();
  const watcher = collectorWakesWatcher(dst);
  const { give } = watched(watcher, words);
  dead(1, eth0, 1);
  const expires = DelayedWork.expires(dst.work);
  words[expires] = 1002;
  expect(give(lock)).toBe("the back-off says that the collector hurries, and its run is 2 ticks away");
  words[DelayedWork.state(dst.work)] = WORK_STATE.queued;
  expect(give(lock)).toBeUndefined();
  words[DelayedWork.state(dst.work)] = WORK_STATE.pending;
  words[Garbage.growth(dst.garbage)] = 6;
  expect(give(lock)).toBeUndefined();
  words[Garbage.growth(dst.garbage)] = 5;
  words[Garbage.delay(dst.garbage)] = 2;
  expect(give(lock)).toBeUndefined();
});

test("collector-wakes: a current run will look again, until it writes the growth", () => {
  const { dst, words, dead, eth0, lock } = setUp();
  const watcher = collectorWakesWatcher(dst);
  const threads = watched(watcher, words);
  const { write, give, take } = threads;
  dead(1, eth0, 1);
  beginRun(threads, words, dst);
  expect(give(lock)).toBeUndefined();
  write(OTHER, Garbage.growth(dst.garbage), 5);
  threads.read(COLLECTOR, Garbage.list(dst.garbage));
  expect(give(lock)).toBeUndefined();
  write(COLLECTOR, Garbage.growth(dst.garbage), 10);
  expect(give(lock)).toBe("there is garbage, and no run is asked for");
  beginRun(threads, words, dst);
  watcher.begin?.(words);
  expect(give(lock)).toBe("there is garbage, and no run is asked for");
  beginRun(threads, words, dst);
  expect(watcher.ended?.(words)).toBe("there is garbage, and no run is asked for");
  beginRun(threads, words, dst);
  take(COLLECTOR, Busy.mutex(dst.busy));
  threads.read(COLLECTOR, Busy.list(dst.busy));
  give(Busy.mutex(dst.busy));
  expect(give(lock)).toBe("there is garbage, and no run is asked for");
});

// gone-device

test("gone-device: quiet when every dead entry lets go, and on entries that die later or live", () => {
  const { dst, words, dead, get, ib0, eth0, run } = setUp();
  const watcher = goneDeviceWatcher(dst);
  const { write, give } = watched(watcher, words);
  dead(1, ib0, 1);
  write(OTHER, Device.state(ib0), DEVICE_STATE.down);
  run(dst.collector.deviceEvent(dst, ib0, 0));
  expect(give(dst.configuration)).toBeUndefined();
  write(OTHER, Device.state(ib0), DEVICE_STATE.gone);
  run(dst.collector.deviceEvent(dst, ib0, 1));
  get(3, eth0);
  expect(give(dst.configuration)).toBeUndefined();
  words[Device.state(eth0)] = DEVICE_STATE.down;
  dead(4, NIL, 1);
  dead(3, eth0, 2);
  expect([give(dst.configuration), give(Garbage.lock(dst.garbage))]).toEqual([undefined, undefined]);
});

test("gone-device: fires at a dead entry that still names the device, or whose neighbour does", () => {
  const { dst, words, dead, ib0, run } = setUp();
  const [lo = NIL] = dst.loopbacks;
  const watcher = goneDeviceWatcher(dst);
  const { write, give } = watched(watcher, words);
  const entry = dead(1, ib0, 1);
  write(OTHER, Device.state(ib0), DEVICE_STATE.gone);
  run(dst.collector.deviceEvent(dst, ib0, 0));
  expect(give(dst.configuration)).toBe("dst#1 is dead, and names a device that is gone");
  words[DstEntry.device(entry)] = lo;
  expect(give(dst.configuration)).toBe("dst#1 is dead, and names a device that is gone");
  const theirs = Neighbour.device(words[DstEntry.neighbour(entry)] ?? NIL);
  expect(give(Garbage.lock(dst.garbage))).toBeUndefined();
  words[theirs] = lo;
  expect(give(dst.configuration)).toBeUndefined();
  words[theirs] = ib0; // of another entry, that died later
  expect(give(dst.configuration)).toBeUndefined();
});

test("gone-device: entries of other devices may keep theirs", () => {
  const { dst, words, dead, eth0, ib0 } = setUp();
  const { write, give } = watched(goneDeviceWatcher(dst), words);
  dead(1, eth0, 1);
  write(OTHER, Device.state(ib0), DEVICE_STATE.gone);
  expect(give(dst.configuration)).toBeUndefined();
});

test("gone-device: an entry destroyed meanwhile has let go, whatever its memory is reused for", () => {
  const { dst, words, dead, eth0 } = setUp();
  const watcher = goneDeviceWatcher(dst);
  const { write, give } = watched(watcher, words);
  const entry = dead(1, eth0, 1);
  write(OTHER, Device.state(eth0), DEVICE_STATE.gone);
  words[DstEntry.output(entry)] = HANDLER.discard;
  words[DstEntry.input(entry)] = HANDLER.discard;
  watcher.freed?.(words, dst.neighbours, entry);
  expect(give(dst.configuration)).toBe("dst#1 is dead, and names a device that is gone");
  watcher.freed?.(words, dst.entries, entry);
  expect(give(dst.configuration)).toBeUndefined();
  write(OTHER, Device.state(eth0), DEVICE_STATE.gone);
  watcher.begin?.(words);
  expect(give(dst.configuration)).toBeUndefined();
  write(OTHER, Device.state(eth0), DEVICE_STATE.gone);
  words[DstEntry.obsolete(entry)] = OBSOLETE.live;
  expect(give(dst.configuration)).toBeUndefined();
});

test("gone-device: fires at a dead entry that does not discard though its device is down", () => {
  for (const handler of [DstEntry.input, DstEntry.output]) {
    const { dst, words, dead, eth0 } = setUp();
    const { write, give } = watched(goneDeviceWatcher(dst), words);
    const entry = dead(1, eth0, 1);
    expect(give(dst.configuration)).toBeUndefined();
    write(OTHER, Device.state(eth0), DEVICE_STATE.down);
    words[DstEntry.input(entry)] = HANDLER.discard;
    words[DstEntry.output(entry)] = HANDLER.discard;
    expect(give(dst.configuration)).toBeUndefined();
    words[handler(entry)] = HANDLER.forward;
    expect(give(dst.configuration)).toBe("dst#1 is dead, and does not discard though its device is not up");
  }
});

// lock-hold

test("lock-hold: counts the holder's accesses from acquire to release, from zero each time", () => {
  const { dst, words, lock } = setUp();
  const watcher = lockHoldWatcher(dst, { accesses: 2, perListedEntry: 0 });
  const { read, take, give } = watched(watcher, words);
  const accesses = (holder: number, reader: number, count: number) => {
    take(holder, lock);
    for (let i = 0; i < count; i++) read(reader, dst.jiffies);
    return give(lock);
  };
  expect([accesses(OTHER, OTHER, 2), accesses(OTHER, OTHER, 2), accesses(OTHER, COLLECTOR, 9)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(accesses(OTHER, OTHER, 3)).toBe("the garbage lock is held for 3 accesses, and 2 are promised");
  expect(accesses(OTHER, OTHER, 2)).toBeUndefined();
  take(OTHER, lock);
  read(OTHER, dst.jiffies);
  read(OTHER, dst.jiffies);
  expect(give(dst.configuration)).toBeUndefined();
  read(OTHER, dst.jiffies);
  expect(give(lock)).toBe("the garbage lock is held for 3 accesses, and 2 are promised");
  take(OTHER, lock);
  read(OTHER, dst.jiffies);
  watcher.begin?.(words);
  expect(accesses(OTHER, OTHER, 2)).toBeUndefined();
});

test("lock-hold: a linear bound grows by the entries that were listed when the lock was taken", () => {
  const { dst, words, lock, dead, eth0 } = setUp(softirqCollector);
  dead(1, eth0, 1);
  dead(2, eth0, 1);
  const { read, write, take, give } = watched(lockHoldWatcher(dst, { accesses: 2, perListedEntry: 3 }), words);
  const accesses = (count: number) => {
    take(OTHER, lock);
    for (let i = 0; i < count; i++) read(OTHER, dst.jiffies);
    return give(lock);
  };
  expect([accesses(8), accesses(9)]).toEqual([
    undefined,
    "the garbage lock is held for 9 accesses, and 8 are promised",
  ]);
  take(OTHER, lock);
  read(OTHER, dst.jiffies);
  write(OTHER, Garbage.list(dst.garbage), NIL);
  for (let i = 0; i < 6; i++) read(OTHER, dst.jiffies);
  expect(give(lock)).toBeUndefined();
});

// adaptive-delay

/**
 * A run that finds these numbers of entries held and free, and leaves this back-off. Returns the watcher's result at
 * its end.
 */
function runLeaves(
  collector: Collector,
  kind: "softirq" | "workqueue",
  found: readonly number[],
  backOff: { delay?: number; growth: number },
  left: { fresh?: boolean; busy?: boolean },
) {
  const { dst, words, get, eth0, lock } = setUp(collector);
  const entries = found.map((references, index) => {
    const entry = get(index + 1, eth0);
    words[DstEntry.refcount(entry)] = references;
    return entry;
  });
  const threads = watched(adaptiveDelayWatcher(dst, kind), words);
  words[Garbage.delay(dst.garbage)] = 6;
  words[Garbage.growth(dst.garbage)] = 10;
  beginRun(threads, words, dst);
  for (const entry of entries) threads.read(COLLECTOR, DstEntry.refcount(entry));
  for (const entry of entries) threads.read(OTHER, DstEntry.refcount(entry));
  for (const entry of entries) threads.read(COLLECTOR, DstEntry.refcount(entry), ACCESS.read);
  words[Garbage.list(dst.garbage)] = left.fresh === true ? (entries[0] ?? NIL) : NIL;
  if (dst.busy !== NIL) words[Busy.list(dst.busy)] = left.busy === true ? (entries[0] ?? NIL) : NIL;
  if (backOff.delay !== undefined) threads.write(COLLECTOR, Garbage.delay(dst.garbage), backOff.delay);
  expect(threads.give(lock)).toBeUndefined(); // not over yet
  threads.write(COLLECTOR, Garbage.growth(dst.garbage), backOff.growth);
  expect(threads.give(dst.configuration)).toBeUndefined();
  return threads.give(lock);
}

test("adaptive-delay: quiet when the back-off is the model's", () => {
  const runs = [
    runLeaves(workQueueCollector, "workqueue", [1, 1], { delay: 16, growth: 15 }, { busy: true }),
    runLeaves(workQueueCollector, "workqueue", [1, 0], { delay: 1, growth: 5 }, { busy: true }),
    runLeaves(workQueueCollector, "workqueue", [1, 1], { delay: 1, growth: 5 }, { busy: true, fresh: true }),
    runLeaves(workQueueCollector, "workqueue", [0, 0], { growth: 1200 }, {}),
    runLeaves(softirqCollector, "softirq", [1, 1], { delay: 16, growth: 15 }, { fresh: true }),
    runLeaves(softirqCollector, "softirq", [1, 0], { delay: 1, growth: 5 }, { fresh: true }),
    runLeaves(softirqCollector, "softirq", [0], { growth: 1200 }, {}),
  ];
  expect(runs.every((finding) => finding === undefined)).toBe(true);
});

test("adaptive-delay: fires when it is not", () => {
  expect(runLeaves(workQueueCollector, "workqueue", [1, 1], { delay: 1, growth: 5 }, { busy: true })).toBe(
    "a run kept 2 entries and freed 0, and leaves delay 1 and growth 5; right is 16 and 15",
  );
  expect(runLeaves(workQueueCollector, "workqueue", [1, 1], { delay: 16, growth: 10 }, { busy: true })).toContain(
    "right is 16 and 15",
  );
  expect(runLeaves(workQueueCollector, "workqueue", [1, 1], { delay: 15, growth: 15 }, { busy: true })).toContain(
    "right is 16 and 15",
  );
  expect(runLeaves(workQueueCollector, "workqueue", [0], { delay: 1, growth: 5 }, { busy: true })).toBeUndefined();
  expect(runLeaves(workQueueCollector, "workqueue", [0], { growth: 5 }, {})).toBe(
    "a run kept 0 entries and freed 1, and leaves delay 6 and growth 5; right is 6 and 1200",
  );
  expect(runLeaves(softirqCollector, "softirq", [1, 0], { delay: 16, growth: 15 }, { fresh: true })).toContain(
    "right is 1 and 5",
  );
});

test("adaptive-delay: writes of other threads are no run, and each run is counted separately", () => {
  const { dst, words, get, eth0, lock } = setUp();
  const entry = get(1, eth0);
  const watcher = adaptiveDelayWatcher(dst, "workqueue");
  const threads = watched(watcher, words);
  threads.write(OTHER, Garbage.growth(dst.garbage), 7);
  expect(threads.give(lock)).toBeUndefined();
  for (let round = 0; round < 2; round++) {
    words[Garbage.delay(dst.garbage)] = 6;
    words[Garbage.growth(dst.garbage)] = 10;
    beginRun(threads, words, dst);
    threads.read(COLLECTOR, DstEntry.refcount(entry));
    words[Busy.list(dst.busy)] = entry;
    threads.write(COLLECTOR, Garbage.delay(dst.garbage), 16);
    threads.write(COLLECTOR, Garbage.growth(dst.garbage), 99);
    expect(threads.give(lock)).toBe(
      "a run kept 1 entries and freed 0, and leaves delay 16 and growth 99; right is 16 and 15",
    );
    expect(threads.give(lock)).toBeUndefined();
  }
  beginRun(threads, words, dst);
  threads.write(COLLECTOR, Garbage.growth(dst.garbage), 99);
  watcher.begin?.(words);
  expect(threads.give(lock)).toBeUndefined();
  beginRun(threads, words, dst);
  watcher.begin?.(words);
  threads.write(COLLECTOR, Garbage.growth(dst.garbage), 98);
  expect(threads.give(lock)).toBeUndefined();
});

// run-collects

test("run-collects: fires at an entry that was free when the run began and is still there when it ends", () => {
  const { dst, words, dead, eth0, mutex } = setUp();
  const [free, held] = [dead(1, eth0, 0), dead(2, eth0, 1)];
  const watcher = runCollectsWatcher(dst);
  const threads = watched(watcher, words);
  const endRun = () => {
    threads.take(COLLECTOR, mutex);
    threads.read(COLLECTOR, Busy.list(dst.busy));
    return threads.give(mutex);
  };
  expect(endRun()).toBeUndefined();
  beginRun(threads, words, dst);
  watcher.freed?.(words, dst.neighbours, free);
  expect(threads.give(Garbage.lock(dst.garbage))).toBeUndefined();
  expect(endRun()).toBe("dst#1 was dead and held by nobody when the run began, and is still there");
  beginRun(threads, words, dst);
  words[DstEntry.refcount(held)] = 0;
  watcher.freed?.(words, dst.entries, free);
  expect(endRun()).toBeUndefined();
  beginRun(threads, words, dst);
  watcher.begin?.(words);
  expect(endRun()).toBeUndefined();
  words[DstEntry.refcount(free)] = 1;
  words[DstEntry.refcount(held)] = 1;
  beginRun(threads, words, dst);
  expect(endRun()).toBeUndefined();
});

test("run-collects: fires at a run that postpones its work, not at one that schedules the next under its lock", () => {
  const { dst, words, mutex } = setUp();
  const threads = watched(runCollectsWatcher(dst), words);
  const { write, take, read } = threads;
  const state = DelayedWork.state(dst.work);
  beginRun(threads, words, dst);
  expect([
    write(OTHER, state, WORK_STATE.arming),
    write(OTHER, state, WORK_STATE.pending),
    write(COLLECTOR, state, WORK_STATE.idle),
  ]).toEqual([undefined, undefined, undefined]);
  expect(write(COLLECTOR, state, WORK_STATE.arming)).toBe(
    "a run asks for the next one before it has looked at anything",
  );
  beginRun(threads, words, dst);
  take(COLLECTOR, mutex);
  read(COLLECTOR, Busy.list(dst.busy));
  expect([read(COLLECTOR, Busy.list(dst.busy)), write(COLLECTOR, state, WORK_STATE.arming)]).toEqual([
    undefined,
    undefined,
  ]);
});

// bounded-run

test("bounded-run: fires when a run takes the fresh list a second time", () => {
  const { dst, words, dead, eth0, mutex } = setUp();
  const [entry, other] = [dead(1, eth0, 1), dead(2, eth0, 1)];
  const watcher = boundedRunWatcher(dst);
  const threads = watched(watcher, words);
  const list = Garbage.list(dst.garbage);
  const takeFresh = (thread: number) => {
    threads.write(OTHER, list, entry);
    return threads.write(thread, list, NIL);
  };
  expect([takeFresh(OTHER), takeFresh(OTHER)]).toEqual([undefined, undefined]);
  beginRun(threads, words, dst);
  expect([
    takeFresh(COLLECTOR),
    takeFresh(OTHER),
    threads.write(COLLECTOR, list, NIL),
    threads.write(COLLECTOR, list, entry),
    threads.write(COLLECTOR, list, other),
  ]).toEqual(Array.from({ length: 5 }, () => undefined));
  expect(takeFresh(COLLECTOR)).toBe("a run takes the fresh garbage list for the 2. time");
  beginRun(threads, words, dst);
  expect(takeFresh(COLLECTOR)).toBeUndefined();
  threads.take(COLLECTOR, mutex);
  threads.read(COLLECTOR, list);
  threads.give(mutex);
  expect(takeFresh(COLLECTOR)).toBeUndefined();
  beginRun(threads, words, dst);
  takeFresh(COLLECTOR);
  watcher.begin?.(words);
  expect([takeFresh(COLLECTOR), takeFresh(COLLECTOR)]).toEqual([undefined, undefined]);
  beginRun(threads, words, dst);
  takeFresh(COLLECTOR);
  expect([takeFresh(COLLECTOR), threads.read(COLLECTOR, list)]).toEqual([
    "a run takes the fresh garbage list for the 2. time",
    undefined,
  ]);
});

// offers-to-reschedule

test("offers-to-reschedule: fires at the second entry without an offer between", () => {
  const { dst, words, dead, eth0, mutex } = setUp();
  const [first, second] = [dead(1, eth0, 1), dead(2, eth0, 1)];
  const watcher = offersToRescheduleWatcher(dst);
  const threads = watched(watcher, words);
  const look = (entry: Address, thread = COLLECTOR) => threads.read(thread, DstEntry.refcount(entry));
  expect([look(first, OTHER), look(second, OTHER)]).toEqual([undefined, undefined]);
  beginRun(threads, words, dst);
  expect([
    look(first),
    threads.read(COLLECTOR, dst.needResched),
    look(second),
    look(first, OTHER),
    threads.read(COLLECTOR, DstEntry.refcount(first), ACCESS.read),
  ]).toEqual([undefined, undefined, undefined, undefined, undefined]);
  expect(threads.read(OTHER, dst.needResched)).toBeUndefined();
  expect(look(first)).toBe("a run looks at dst#1 and has not offered its CPU since the entry before");
  beginRun(threads, words, dst);
  expect(look(first)).toBeUndefined();
  threads.take(COLLECTOR, mutex);
  threads.read(COLLECTOR, Busy.list(dst.busy));
  threads.give(mutex);
  expect(look(second)).toBeUndefined();
  beginRun(threads, words, dst);
  watcher.begin?.(words);
  expect([look(first), look(second)]).toEqual([undefined, undefined]);
});

// entry-bound

test("entry-bound: fires at too many entries, and at a count below those that live", () => {
  const { dst, words, get, eth0 } = setUp();
  get(1, eth0);
  get(2, eth0);
  const { write } = watched(entryBoundWatcher(dst), words);
  // One of the seven is undone.
  expect([write(OTHER, dst.entryCount, 7), write(OTHER, dst.entryCount, 2)]).toEqual([undefined, undefined]);
  words[Slab.live(dst.entries)] = 6;
  expect(write(OTHER, dst.entryCount, 6)).toBeUndefined();
  words[Slab.live(dst.entries)] = 7;
  expect(write(OTHER, dst.entryCount, 7)).toBe("7 entries live, and 6 may");
  words[Slab.live(dst.entries)] = 2;
  expect(write(OTHER, dst.entryCount, 1)).toBe("2 entries live, and 1 are counted");
  expect(write(OTHER, dst.jiffies, 99)).toBeUndefined();
});

// dst-refcount

test("dst-refcount: quiet on counts as they should be, with devices, neighbours, headers and children", () => {
  const { dst, words, get, dead, eth0, ib0, run } = setUp();
  const parent = get(1, ib0, "private");
  run(sendThrough(dst, parent));
  const dying = dead(2, eth0, 1);
  const watcher = dstRefcountWatcher(dst, {
    countOf: (entry) => (entry === parent || entry === dying ? 1 : 0),
    total: 2,
  });
  const { write } = watched(watcher, words);
  expect([watcher.ended?.(words), write(OTHER, DstEntry.refcount(parent), 0)]).toEqual([undefined, undefined]);
});

test("dst-refcount: fires at a count below 0", () => {
  const { dst, words, get, eth0 } = setUp();
  const entry = get(1, eth0);
  const { write } = watched(dstRefcountWatcher(dst, { countOf: () => 1, total: 1 }), words);
  expect(write(OTHER, DstEntry.refcount(entry), 0)).toBeUndefined();
  expect(write(OTHER, DstEntry.refcount(entry), -1)).toBe("the refcount of dst#1 falls from 0 to -1");
});

test("dst-refcount: fires at an entry that is destroyed too early", () => {
  const { dst, words, get, dead, eth0 } = setUp();
  const [cached, dying] = [get(1, eth0), dead(2, eth0, 0)];
  const watcher = dstRefcountWatcher(dst, { countOf: () => 0, total: 0 });
  const freed = (slab: Address, object: Address) => watcher.freed?.(words, slab, object);
  expect(freed(dst.entries, cached)).toBe("dst#1 is destroyed with a refcount of 1");
  words[DstEntry.refcount(cached)] = 0;
  expect(freed(dst.entries, cached)).toBe("dst#1 is destroyed, and is in the cache");
  expect([freed(dst.neighbours, cached), freed(dst.entries, cached + 1)]).toEqual([undefined, undefined]);
  expect(freed(dst.entries, dying)).toBe("dst#2 is destroyed, and is on the fresh garbage list");
  words[Garbage.list(dst.garbage)] = dying + 1;
  expect(freed(dst.entries, dying)).toBeUndefined(); // garbage-lists reports a torn list
  words[Garbage.list(dst.garbage)] = NIL;
  expect(freed(dst.entries, dying)).toBeUndefined();
  const before = setUp(softirqCollector);
  const walked = before.dead(2, before.eth0, 0);
  expect(
    dstRefcountWatcher(before.dst, { countOf: () => 0, total: 0 }).freed?.(before.words, before.dst.entries, walked),
  ).toBeUndefined();
});

test("dst-refcount: fires at the end at every wrong count", () => {
  const { dst, words, get, ib0, run } = setUp();
  const parent = get(1, ib0, "private");
  run(sendThrough(dst, parent));
  const neighbour = words[DstEntry.neighbour(parent)] ?? NIL;
  const header = words[DstEntry.headerCache(parent)] ?? NIL;
  const holders = { countOf: (entry: Address) => (entry === parent ? 1 : 0), total: 1 };
  const ended = (address: Address, change: number) => {
    words[address] = (words[address] ?? 0) + change;
    const finding = dstRefcountWatcher(dst, holders).ended?.(words);
    words[address] = (words[address] ?? 0) - change;
    return finding;
  };
  expect(ended(DstEntry.refcount(parent), 1)).toBe(
    "at the end the refcount of dst#1 is 2, and 1 references to it are held",
  );
  expect(ended(DstEntry.refcount(words[DstEntry.child(parent)] ?? NIL), -1)).toBe(
    "at the end the refcount of dst#2 is 0, and 1 references to it are held",
  );
  expect(ended(dst.entryCount, 1)).toBe("at the end 3 entries are counted, and 2 live");
  expect(ended(Device.refcount(ib0), -1)).toBe(
    "at the end the refcount of a device is 2, and 3 entries and neighbours name it",
  );
  expect(ended(Device.refcount(dst.loopbacks[1] ?? NIL), 1)).toBe(
    "at the end the refcount of a device is 1, and 0 entries and neighbours name it",
  );
  expect(ended(Driver.neighbours(words[Device.driver(ib0)] ?? NIL), 1)).toBe(
    "at the end a driver counts 2 neighbours, and has 1",
  );
  expect(ended(Neighbour.refcount(neighbour), 1)).toBe(
    "at the end the refcount of a neighbour is 3, and 2 entries hold it",
  );
  expect(ended(HeaderCache.refcount(header), 1)).toBe(
    "at the end the refcount of a header is 3, and 2 entries and neighbours hold it",
  );
  expect(dstRefcountWatcher(dst, { ...holders, total: 3 }).ended?.(words)).toBe(
    "at the end 3 references are held, 2 of them to entries that are gone",
  );
  expect(words[Slab.live(dst.headerCaches)]).toBe(1);
});
