import { expect, test } from "vitest";
import { NIL } from "../memory/access.ts";
import { Slab } from "../memory/slab.ts";
import { dropEntry, getUncachedEntry } from "./cache.ts";
import { createEntry, destroyEntry, markDead, notifyEntry, popChild, releaseEntry, sendThrough } from "./entry.ts";
import { exampleDst, interrupted, isCached } from "./example-dst.fixture.ts";
import {
  Device,
  DEVICE_EVENT,
  DEVICE_STATE,
  Driver,
  DstEntry,
  FLAG,
  HANDLER,
  HeaderCache,
  Neighbour,
  OBSOLETE,
} from "./layout.ts";
import { workQueueCollector } from "./workqueue.ts";

const setUp = () => {
  const example = exampleDst(workQueueCollector);
  const { words, dst } = example;
  return {
    ...example,
    word: (address: number) => words[address] ?? 0,
    live: (slab: number) => words[Slab.live(slab)] ?? 0,
    count: () => words[dst.entryCount] ?? 0,
  };
};

test("a new entry is live, held once, forwards through its device, and is counted by device and owner", () => {
  const { get, eth0, word, count } = setUp();
  const entry = get(7, eth0);
  const fields = [
    DstEntry.obsolete,
    DstEntry.key,
    DstEntry.refcount,
    DstEntry.flags,
    DstEntry.device,
    DstEntry.input,
    DstEntry.output,
    DstEntry.neighbour,
    DstEntry.headerCache,
    DstEntry.child,
  ];
  expect(fields.map((field) => word(field(entry)))).toEqual([
    OBSOLETE.live,
    7,
    1,
    0,
    eth0,
    HANDLER.forward,
    HANDLER.forward,
    NIL,
    NIL,
    NIL,
  ]);
  expect([word(Device.refcount(eth0)), count()]).toEqual([1, 1]);
});

test("an entry without a device discards; one whose device has a driver has a neighbour that the driver counts", () => {
  const { get, ib0, word, run, dst } = setUp();
  const none = get(1, NIL);
  expect([word(DstEntry.input(none)), word(DstEntry.output(none)), run(sendThrough(dst, none))]).toEqual([
    HANDLER.discard,
    HANDLER.discard,
    NIL,
  ]);
  const entry = get(2, ib0);
  const neighbour = word(DstEntry.neighbour(entry));
  expect(
    [Neighbour.refcount, Neighbour.device, Neighbour.owner, Neighbour.headerCache].map((field) =>
      word(field(neighbour)),
    ),
  ).toEqual([1, ib0, ib0, NIL]);
  expect([word(Device.refcount(ib0)), word(Driver.neighbours(word(Device.driver(ib0))))]).toEqual([2, 1]);
});

test("there are never more entries than the limit, and freed room is reused", () => {
  const { dst, eth0, run, count } = setUp();
  const create = () => run(createEntry(dst, { key: 1, device: eth0, flags: 0, child: NIL }));
  const made = Array.from({ length: 8 }, create);
  expect([made.includes(NIL), create(), count()]).toEqual([false, NIL, 8]);
  run(destroyEntry(dst, made[3] ?? NIL));
  expect([count(), create(), create()]).toEqual([8 - 1, made[3], NIL]);
});

test("a thread that counts one entry too many undoes its count", () => {
  const { dst, eth0, run, words, count, live } = setUp();
  words[dst.entryCount] = 7;
  const create = () => createEntry(dst, { key: 1, device: eth0, flags: 0, child: NIL });
  let counts = 0;
  const second = (_kind: number, address: number): boolean => address === dst.entryCount && ++counts === 2;
  expect(run(create())).not.toBe(NIL);
  expect(run(interrupted(create(), second, create()))).toBe(NIL);
  expect([count(), live(dst.entries)]).toEqual([8, 1]);
});

test("a release that is not the last, or of an entry of the cache, destroys nothing", () => {
  const { get, eth0, run, dst, word, live } = setUp();
  const entry = get(7, eth0);
  get(7, eth0);
  run(releaseEntry(dst, entry));
  run(releaseEntry(dst, entry));
  expect([word(DstEntry.refcount(entry)), live(dst.entries)]).toEqual([0, 1]);
});

test("an uncached entry is destroyed by its last release", () => {
  const { eth0, run, dst, word, live, words } = setUp();
  const entry = run(getUncachedEntry(dst, 7, eth0));
  expect([word(DstEntry.flags(entry)), word(DstEntry.refcount(entry))]).toEqual([FLAG.notCached, 1]);
  words[DstEntry.refcount(entry)] = 2;
  run(releaseEntry(dst, entry));
  expect(live(dst.entries)).toBe(1);
  run(releaseEntry(dst, entry));
  expect([live(dst.entries), word(Device.refcount(eth0)), word(dst.entryCount)]).toEqual([0, 0, 0]);
});

test("an uncached entry that leaves a child gives it to the collector", () => {
  const { get, eth0, run, dst, words, word, fresh } = setUp();
  const parent = get(7, eth0, "private");
  const child = word(DstEntry.child(parent));
  run(dropEntry(dst, 7));
  words[DstEntry.flags(parent)] = FLAG.notCached;
  words[DstEntry.refcount(child)] = 2;
  words[DstEntry.refcount(parent)] = 1;
  words[DstEntry.obsolete(parent)] = OBSOLETE.live;
  run(releaseEntry(dst, parent));
  expect(fresh()).toContain(child);
});

test("popping exchanges a parent for its child, and leaves an entry without a child alone", () => {
  const { get, eth0, ib0, run, dst, word } = setUp();
  const parent = get(7, eth0, "private");
  const child = word(DstEntry.child(parent));
  expect([
    word(DstEntry.flags(child)),
    word(DstEntry.refcount(child)),
    word(DstEntry.device(child)),
    word(DstEntry.key(child)),
  ]).toEqual([FLAG.notHashed, 1, eth0, 7]);
  expect(run(popChild(dst, parent))).toBe(child);
  expect([word(DstEntry.refcount(parent)), word(DstEntry.refcount(child))]).toEqual([0, 2]);
  const lonely = get(8, ib0);
  expect([run(popChild(dst, lonely)), word(DstEntry.refcount(lonely))]).toEqual([NIL, 1]);
});

test("a private child shares its parent's neighbour", () => {
  const { get, ib0, word, live, dst } = setUp();
  const parent = get(7, ib0, "private");
  const child = word(DstEntry.child(parent));
  const neighbour = word(DstEntry.neighbour(parent));
  expect([
    word(DstEntry.neighbour(child)),
    word(Neighbour.refcount(neighbour)),
    live(dst.neighbours),
    word(Device.refcount(ib0)),
  ]).toEqual([neighbour, 2, 1, 3]);
});

test("the first send creates the neighbour's header, and every entry of the neighbour holds it", () => {
  const { get, ib0, run, dst, word, live } = setUp();
  const parent = get(7, ib0, "private");
  const child = word(DstEntry.child(parent));
  expect(run(sendThrough(dst, parent))).toBe(ib0);
  const header = word(DstEntry.headerCache(parent));
  expect([
    word(HeaderCache.refcount(header)),
    word(Neighbour.headerCache(word(DstEntry.neighbour(parent)))),
    live(dst.headerCaches),
  ]).toEqual([2, header, 1]);
  run(sendThrough(dst, parent));
  run(sendThrough(dst, child));
  expect([word(HeaderCache.refcount(header)), word(DstEntry.headerCache(child)), live(dst.headerCaches)]).toEqual([
    3,
    header,
    1,
  ]);
});

test("only one of two senders attaches the header", () => {
  const { get, ib0, run, dst, word } = setUp();
  const entry = get(7, ib0);
  const driver = word(Device.driver(ib0));
  run(
    interrupted(sendThrough(dst, entry), (_kind, address) => address === Driver.lock(driver), sendThrough(dst, entry)),
  );
  expect(word(HeaderCache.refcount(word(DstEntry.headerCache(entry))))).toBe(2);
});

test("a dead entry discards if its device is not up", () => {
  const { get, eth0, ib0, run, dst, words, word } = setUp();
  const [first, second, none] = [get(1, eth0), get(2, ib0), get(3, NIL)];
  words[Device.state(eth0)] = DEVICE_STATE.down;
  for (const entry of [first, second, none]) run(markDead(entry));
  expect(
    [first, second, none].map((entry) => [
      word(DstEntry.obsolete(entry)),
      word(DstEntry.input(entry)),
      word(DstEntry.output(entry)),
    ]),
  ).toEqual([
    [OBSOLETE.dead, HANDLER.discard, HANDLER.discard],
    [OBSOLETE.dead, HANDLER.forward, HANDLER.forward],
    [OBSOLETE.dead, HANDLER.discard, HANDLER.discard],
  ]);
  expect([run(sendThrough(dst, first)), run(sendThrough(dst, second))]).toEqual([NIL, ib0]);
});

test("an entry whose device is already gone when the entry dies also discards", () => {
  const { get, eth0, run, words, word } = setUp();
  const entry = get(1, eth0);
  words[Device.state(eth0)] = DEVICE_STATE.gone;
  run(markDead(entry));
  expect([word(DstEntry.input(entry)), word(DstEntry.output(entry))]).toEqual([HANDLER.discard, HANDLER.discard]);
});

test("an event of another device leaves an entry unchanged", () => {
  const { get, eth0, ib0, run, word } = setUp();
  const entry = get(1, eth0);
  run(notifyEntry(entry, ib0, DEVICE_EVENT.down));
  run(notifyEntry(entry, ib0, DEVICE_EVENT.unregister));
  expect([word(DstEntry.device(entry)), word(DstEntry.input(entry)), word(DstEntry.output(entry))]).toEqual([
    eth0,
    HANDLER.forward,
    HANDLER.forward,
  ]);
});

test("an entry whose device goes down discards, and keeps the device", () => {
  const { get, eth0, run, word } = setUp();
  const entry = get(1, eth0);
  run(notifyEntry(entry, eth0, DEVICE_EVENT.down));
  expect([
    word(DstEntry.device(entry)),
    word(DstEntry.input(entry)),
    word(DstEntry.output(entry)),
    word(Device.refcount(eth0)),
  ]).toEqual([eth0, HANDLER.discard, HANDLER.discard, 1]);
});

test("an entry whose device goes away moves to loopback with its neighbour; the driver's own record stays", () => {
  const { get, eth0, ib0, veth1, dst, run, word } = setUp();
  const [lo = NIL, lo1 = NIL] = dst.loopbacks;
  const [plain, neighboured, foreign] = [get(1, eth0), get(2, ib0), get(3, veth1)];
  run(notifyEntry(plain, eth0, DEVICE_EVENT.unregister));
  run(notifyEntry(neighboured, ib0, DEVICE_EVENT.unregister));
  run(notifyEntry(foreign, veth1, DEVICE_EVENT.unregister));
  expect([plain, neighboured, foreign].map((entry) => word(DstEntry.device(entry)))).toEqual([lo, lo, lo1]);
  const neighbour = word(DstEntry.neighbour(neighboured));
  expect([word(Neighbour.device(neighbour)), word(Neighbour.owner(neighbour))]).toEqual([lo, ib0]);
  expect([eth0, ib0, veth1, lo, lo1].map((device) => word(Device.refcount(device)))).toEqual([0, 0, 0, 3, 1]);
});

test("the second entry of a neighbour does not move it again", () => {
  const { get, ib0, dst, run, word } = setUp();
  const parent = get(2, ib0, "private");
  run(notifyEntry(parent, ib0, DEVICE_EVENT.unregister));
  run(notifyEntry(word(DstEntry.child(parent)), ib0, DEVICE_EVENT.unregister));
  expect([word(Device.refcount(ib0)), word(Device.refcount(dst.loopbacks[0] ?? NIL))]).toEqual([0, 3]);
});

test("destruction returns everything, and destroys a private child that nobody else holds", () => {
  const { get, ib0, dst, run, word, live, words } = setUp();
  const parent = get(2, ib0, "private");
  run(sendThrough(dst, parent));
  run(sendThrough(dst, word(DstEntry.child(parent))));
  words[DstEntry.refcount(parent)] = 0;
  expect(run(destroyEntry(dst, parent))).toBe(NIL);
  expect([dst.entries, dst.neighbours, dst.headerCaches].map(live)).toEqual([0, 0, 0]);
  expect([word(Device.refcount(ib0)), word(Driver.neighbours(word(Device.driver(ib0)))), word(dst.entryCount)]).toEqual(
    [0, 0, 0],
  );
});

test("destroying a child leaves its parent the neighbour and the header", () => {
  const { get, ib0, dst, run, word, live } = setUp();
  const parent = get(2, ib0, "private");
  const child = word(DstEntry.child(parent));
  run(sendThrough(dst, parent));
  run(sendThrough(dst, child));
  run(destroyEntry(dst, child));
  const neighbour = word(DstEntry.neighbour(parent));
  expect([
    live(dst.neighbours),
    word(Neighbour.refcount(neighbour)),
    word(HeaderCache.refcount(word(DstEntry.headerCache(parent)))),
  ]).toEqual([1, 1, 2]);
});

test("destruction returns a private child that others hold, but not a cached one", () => {
  const { get, eth0, dst, run, word, words, live } = setUp();
  const parent = get(2, eth0, "private");
  const child = word(DstEntry.child(parent));
  words[DstEntry.refcount(child)] = 2;
  expect(run(destroyEntry(dst, parent))).toBe(child);
  expect(word(DstEntry.refcount(child))).toBe(1);
  const shared = get(3, eth0);
  const over = get(4, eth0, shared);
  expect(word(DstEntry.refcount(shared))).toBe(2);
  expect(run(destroyEntry(dst, over))).toBe(NIL);
  expect([word(DstEntry.refcount(shared)), live(dst.entries)]).toEqual([1, 2]);
  run(releaseEntry(dst, shared));
  const last = get(5, eth0, shared);
  words[DstEntry.refcount(shared)] = 1;
  expect([run(destroyEntry(dst, last)), live(dst.entries)]).toEqual([NIL, 2]);
});

test("a lookup that keeps no reference leaves none", () => {
  const example = exampleDst(workQueueCollector);
  const entry = example.get(7, example.eth0);
  expect([isCached(example, 7), isCached(example, 8), example.words[DstEntry.refcount(entry)]]).toEqual([
    true,
    false,
    1,
  ]);
});
