import { expect, test } from "vitest";
import { ACCESS, NIL } from "../memory/access.ts";
import { Slab } from "../memory/slab.ts";
import { DelayedWork, queueDelayedWork, WORK_STATE } from "../sync/delayed-work.ts";
import { takeDown, unregister } from "./devices.ts";
import type { Collector } from "./dst.ts";
import { releaseEntry } from "./entry.ts";
import { exampleDst, interrupted } from "./example-dst.fixture.ts";
import { Busy, Device, DstEntry, Garbage, HANDLER, OBSOLETE } from "./layout.ts";
import { softirqCollector } from "./softirq.ts";
import { workQueueCollector } from "./workqueue.ts";

const setUp = (collector: Collector) => {
  const example = exampleDst(collector, { entriesMax: 24 });
  const { words, dst } = example;
  const { garbage, work } = dst;
  return {
    ...example,
    word: (address: number) => words[address] ?? 0,
    live: () => words[Slab.live(dst.entries)] ?? 0,
    collect: () => example.run(dst.collector.run(dst)),
    backOff: () => [words[Garbage.delay(garbage)], words[Garbage.growth(garbage)]],
    setBackOff: (delay: number, growth: number) => {
      words[Garbage.delay(garbage)] = delay;
      words[Garbage.growth(garbage)] = growth;
    },
    /** Ticks until the run that has been requested, undefined if there is none. */
    wait: () =>
      words[DelayedWork.state(work)] === WORK_STATE.pending
        ? (words[DelayedWork.expires(work)] ?? 0) - (words[dst.jiffies] ?? 0)
        : undefined,
    forget: () => {
      words[DelayedWork.state(work)] = WORK_STATE.idle;
    },
    locksAreFree: () => words[Garbage.lock(garbage)] === 0 && (dst.busy === NIL || words[Busy.mutex(dst.busy)] === 0),
  };
};

const both = [
  ["soft interrupt", softirqCollector],
  ["work queue", workQueueCollector],
] as const;

for (const [name, collector] of both) {
  test(`${name}: an entry that dies goes to the list's head; the first one requests a run with the least delay`, () => {
    const { dead, eth0, fresh, backOff, wait, word, locksAreFree } = setUp(collector);
    const first = dead(1, eth0, 1);
    expect([fresh(), backOff(), wait(), word(DstEntry.obsolete(first))]).toEqual([[first], [1, 5], 1, OBSOLETE.dead]);
    const second = dead(2, eth0, 1);
    expect([fresh(), wait(), locksAreFree()]).toEqual([[second, first], 1, true]);
  });

  test(`${name}: an entry that dies while the collector sleeps long moves its run forward`, () => {
    const { dead, eth0, run, dst, setBackOff, backOff, wait } = setUp(collector);
    setBackOff(400, 6);
    run(queueDelayedWork(dst.work, 400, dst.jiffies));
    dead(1, eth0, 1);
    expect([backOff(), wait()]).toEqual([[1, 5], 1]);
  });

  test(`${name}: while the collector hurries, no further run is requested`, () => {
    const { dead, eth0, setBackOff, backOff, wait } = setUp(collector);
    setBackOff(1, 5);
    dead(1, eth0, 1);
    expect([backOff(), wait()]).toEqual([[1, 5], undefined]);
  });

  test(`${name}: a run destroys the entries that nobody holds and keeps the rest in order`, () => {
    const { dead, eth0, collect, fresh, busy, live, locksAreFree, forget } = setUp(collector);
    const entries = [1, 0, 1, 0, 0, 2].map((references, index) => dead(index + 1, eth0, references));
    forget();
    collect();
    expect([...busy(), ...fresh()]).toEqual([entries[5], entries[2], entries[0]]);
    expect([live(), locksAreFree()]).toEqual([3, true]);
  });

  test(`${name}: with nothing left the collector sleeps until an entry dies`, () => {
    const { dead, eth0, collect, fresh, busy, backOff, wait, forget, live } = setUp(collector);
    dead(1, eth0, 0);
    forget();
    collect();
    expect([fresh(), busy(), live(), backOff(), wait()]).toEqual([[], [], 0, [1, 1200], undefined]);
  });

  test(`${name}: a run that frees nothing increases the delay, by more each time, up to two minutes`, () => {
    const { dead, eth0, collect, backOff, wait, forget, setBackOff } = setUp(collector);
    dead(1, eth0, 1);
    const waits = Array.from({ length: 4 }, () => {
      forget();
      collect();
      return [backOff(), wait()];
    });
    expect(waits).toEqual([
      [[6, 10], 6],
      [[16, 15], 16],
      [[31, 20], 31],
      [[51, 25], 50], // more than four seconds: it ends at a whole second
    ]);
    setBackOff(1190, 300);
    forget();
    collect();
    expect([backOff(), wait()]).toEqual([[1200, 305], 1200]);
  });

  test(`${name}: a delay of four seconds is not rounded`, () => {
    const { dead, eth0, collect, wait, forget, setBackOff, words, dst } = setUp(collector);
    dead(1, eth0, 1);
    words[dst.jiffies] = 1003;
    setBackOff(35, 5);
    forget();
    collect();
    expect(wait()).toBe(40);
    setBackOff(36, 5);
    forget();
    collect();
    expect(wait()).toBe(47);
  });

  test(`${name}: when a device goes down, all its dead entries discard, fresh or not, and no others`, () => {
    const { dead, eth0, ib0, get, run, dst, collect, word, locksAreFree, forget } = setUp(collector);
    const [old, other] = [dead(1, eth0, 1), dead(2, ib0, 1)];
    forget();
    collect();
    const [young, live] = [dead(3, eth0, 1), get(4, eth0)];
    run(takeDown(dst, eth0));
    expect([old, young, other, live].map((entry) => word(DstEntry.output(entry)))).toEqual([
      HANDLER.discard,
      HANDLER.discard,
      HANDLER.forward,
      HANDLER.forward,
    ]);
    expect(locksAreFree()).toBe(true);
  });

  test(`${name}: after a device goes away, no dead entry names it, and every dead entry is still listed`, () => {
    const { dead, eth0, get, run, dst, collect, word, fresh, busy, forget } = setUp(collector);
    const old = [dead(1, eth0, 1), dead(2, eth0, 1)];
    forget();
    collect();
    const young = [dead(3, eth0, 1), dead(4, eth0, 1)];
    const live = get(5, eth0);
    run(unregister(dst, eth0));
    expect([...old, ...young].map((entry) => word(DstEntry.device(entry)))).toEqual(
      Array.from({ length: 4 }, () => dst.loopbacks[0]),
    );
    expect([word(DstEntry.device(live)), word(Device.refcount(eth0))]).toEqual([eth0, 1]);
    expect([...busy(), ...fresh()].toSorted()).toEqual([...old, ...young].toSorted());
  });

  test(`${name}: a device event without garbage, or with fresh entries only, loses nothing`, () => {
    const { dead, eth0, ib0, run, dst, fresh, busy } = setUp(collector);
    run(takeDown(dst, ib0));
    expect([fresh(), busy()]).toEqual([[], []]);
    const entries = [dead(1, eth0, 1), dead(2, eth0, 1)];
    run(takeDown(dst, eth0));
    expect([...busy(), ...fresh()]).toEqual(entries.toReversed());
  });
}

/** A dead parent that nobody holds; its private child has `references` other references. */
function deadParent(example: ReturnType<typeof setUp>, references: number) {
  const { get, eth0, run, dst, word, words, dead } = example;
  const parent = get(9, eth0, "private");
  const child = word(DstEntry.child(parent));
  run(releaseEntry(dst, parent));
  words[DstEntry.refcount(child)] = 1 + references;
  dead(9, eth0, 2);
  words[DstEntry.refcount(parent)] = 0;
  return { parent, child };
}

test("soft interrupt: a child that outlives its parent takes its place, and is not examined in the same run", () => {
  const example = setUp(softirqCollector);
  const { dead, eth0, collect, fresh, word, words, dst, forget, backOff } = example;
  const after = dead(1, eth0, 1);
  const { child } = deadParent(example, 1);
  const before = dead(2, eth0, 1);
  forget();
  example.run(
    interrupted(
      dst.collector.run(dst),
      (_kind, address) => address === DstEntry.obsolete(child),
      releaseEntry(dst, child),
    ),
  );
  expect(fresh()).toEqual([before, child, after]);
  expect([word(DstEntry.obsolete(child)), word(DstEntry.refcount(child)), backOff()]).toEqual([
    OBSOLETE.dead,
    0,
    [1, 5],
  ]);
  collect();
  expect(fresh()).toEqual([before, after]);
  expect(words[DstEntry.next(before)]).toBe(after);
});

test("work queue: a child that outlives its parent is examined next", () => {
  const example = setUp(workQueueCollector);
  const { dead, eth0, busy, dst, forget, live } = example;
  const after = dead(1, eth0, 1);
  const { child } = deadParent(example, 1);
  const before = dead(2, eth0, 1);
  forget();
  example.run(
    interrupted(
      dst.collector.run(dst),
      (_kind, address) => address === DstEntry.obsolete(child),
      releaseEntry(dst, child),
    ),
  );
  expect([busy(), live()]).toEqual([[before, after], 2]);
});

for (const [name, collector] of both) {
  test(`${name}: a child that others hold stays, and a child already on a list is not added again`, () => {
    const held = setUp(collector);
    const { child } = deadParent(held, 1);
    held.forget();
    held.collect();
    expect([...held.busy(), ...held.fresh()]).toEqual([child]);
    const listed = setUp(collector);
    const later = listed.dead(1, listed.eth0, 1);
    const orphan = deadParent(listed, 1);
    listed.words[DstEntry.obsolete(orphan.child)] = OBSOLETE.dead;
    listed.forget();
    listed.collect();
    expect([...listed.busy(), ...listed.fresh()]).toEqual([later]);
  });

  test(`${name}: a child whose device is down discards when its parent is collected`, () => {
    const example = setUp(collector);
    const { child } = deadParent(example, 1);
    example.words[Device.state(example.eth0)] = 0;
    example.forget();
    example.collect();
    expect(example.word(DstEntry.output(child))).toBe(HANDLER.discard);
  });
}

test("soft interrupt: a run cancels the timer that was set meanwhile", () => {
  const { dead, eth0, collect, wait, run, dst } = setUp(softirqCollector);
  dead(1, eth0, 0);
  run(queueDelayedWork(dst.work, 3, dst.jiffies));
  collect();
  expect(wait()).toBeUndefined();
});

test("soft interrupt: one entry freed out of a dozen makes it hurry; the work queue keeps slowing down", () => {
  const freesOneOf = (collector: Collector, count: number) => {
    const { dead, eth0, collect, backOff, setBackOff, forget } = setUp(collector);
    for (let key = 1; key <= count; key++) dead(key, eth0, key === 5 ? 0 : 1);
    setBackOff(31, 20);
    forget();
    collect();
    return backOff();
  };
  expect([
    freesOneOf(softirqCollector, 12),
    freesOneOf(workQueueCollector, 12),
    freesOneOf(workQueueCollector, 10),
  ]).toEqual([
    [1, 5],
    [51, 25],
    [1, 5],
  ]);
});

test("work queue: fresh entries are taken once; later ones are left, and the next run is requested at once", () => {
  const { dead, eth0, run, dst, fresh, busy, wait, backOff, forget, get, live, locksAreFree } =
    setUp(workQueueCollector);
  const first = dead(1, eth0, 1);
  const [second, third] = [get(2, eth0), get(3, eth0)];
  forget();
  let locked = 0;
  const isTaken = (kind: number, address: number): boolean =>
    kind === ACCESS.spinLock && address === Garbage.lock(dst.garbage) && ++locked === 2;
  function* bothDie() {
    yield* dst.collector.queueDead(dst, second);
    yield* dst.collector.queueDead(dst, third);
  }
  run(interrupted(dst.collector.run(dst), isTaken, bothDie()));
  expect([busy(), fresh(), backOff(), wait(), live(), locksAreFree()]).toEqual([
    [first],
    [third, second],
    [1, 5],
    1,
    3,
    true,
  ]);
});

test("work queue: entries that die during the first walk are examined in the same run", () => {
  const { dead, eth0, run, dst, fresh, busy, forget, get, collect } = setUp(workQueueCollector);
  const first = dead(1, eth0, 1);
  forget();
  collect();
  const second = get(2, eth0);
  forget();
  run(interrupted(dst.collector.run(dst), (kind) => kind === ACCESS.spinLock, dst.collector.queueDead(dst, second)));
  expect([busy(), fresh()]).toEqual([[first, second], []]);
});

test("work queue: a run checks the CPU's flag before each entry", () => {
  const { dead, eth0, run, dst } = setUp(workQueueCollector);
  for (let key = 1; key <= 3; key++) dead(key, eth0, key % 2);
  let offers = 0;
  run(
    interrupted(
      dst.collector.run(dst),
      (_kind, address) => address === dst.needResched && ++offers === 99,
      dst.collector.run(dst),
    ),
  );
  expect(offers).toBe(3);
});
