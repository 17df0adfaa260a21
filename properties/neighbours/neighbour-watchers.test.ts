import { expect, test } from "vitest";
import { ACCESS, type Access, type AccessKind, type Address, allocate, NIL } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { Slab } from "#impl/memory/slab.ts";
import { startConnections } from "#impl/neighbours/connection.ts";
import { startDevice } from "#impl/neighbours/device.ts";
import { Connection, Device, Handle, Neighbour, NetDevice, Packet, Path } from "#impl/neighbours/layout.ts";
import { placeNeighbours } from "#impl/neighbours/place-neighbours.ts";
import { answerQuery } from "#impl/neighbours/path.ts";
import { findPath } from "#impl/neighbours/path-list.ts";
import { findLocked } from "#impl/neighbours/table.ts";
import { transmit } from "#impl/neighbours/transmit.ts";
import { CancellableWork } from "#impl/sync/cancellable-work.ts";
import { WORK_STATE } from "#impl/sync/delayed-work.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { hardwareAddress, type HardwareAddress, portGid } from "#model/neighbours/hardware-address.ts";
import { chainLengthWatcher } from "./chain-length.ts";
import { heededPromise } from "./heeded.ts";
import { neighbourRefcountWatcher } from "./neighbour-refcount.ts";
import { neighbourTableWatcher } from "./neighbour-table.ts";
import {
  collectBucket,
  collectTable,
  haveSameAddress,
  isDeviceUp,
  isInTable,
  isNeighbour,
  neighbourIndex,
  neighbourName,
  neighbourOf,
} from "./neighbour-words.ts";
import { reapedInTimeWatcher } from "./reaped-in-time.ts";
import { reapsOnlyIdleWatcher } from "./reaps-only-idle.ts";
import { waitingPacketsWatcher } from "./waiting-packets.ts";
import type { Watcher } from "../watcher.ts";

const at = (port: number, queue: number): HardwareAddress => hardwareAddress(queue, portGid(port));

/**
 * One bucket with 1/3, 1/2 and 1/1 in that order; a packet waits at each, none at their path, whose query is
 * unanswered.
 */
function setUp({ connected = false, buckets = 1 } = {}) {
  const heap = createHeap(1000);
  const clock = placeClock(heap, 1000);
  const limits = { buckets, intervalTicks: 30, queueMax: 2, connected, partitionKey: 1, removable: false };
  const neighbours = placeNeighbours(heap, clock, limits, {
    neighboursMax: 4,
    pathsMax: 2,
    handlesMax: 2,
    connectionsMax: 4,
    packetsMax: 8,
  });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  run(startDevice(neighbours));
  function* take(slab: Address): Access<Address> {
    return yield allocate(slab);
  }
  const packet = () => {
    const made = run(take(neighbours.packets));
    heap.words[Packet.next(made)] = NIL;
    return made;
  };
  const send = (address: HardwareAddress, via: "neighbour" | "path" = "neighbour") =>
    run(transmit(neighbours, 0, packet(), { address, via }));
  for (const queue of [1, 2, 3]) send(at(1, queue));
  const [one = NIL, two = NIL, three = NIL] = [1, 2, 3].map((queue) => run(findLocked(neighbours, at(1, queue))));
  const { words } = heap;
  return {
    heap,
    words,
    neighbours,
    device: neighbours.device,
    run,
    send,
    packet,
    one,
    two,
    three,
    path: run(findPath(neighbours, portGid(1))),
    handle: () => run(take(neighbours.handles)),
  };
}

const unlocked = (watcher: Watcher, { words, device }: { words: Int32Array; device: Address }) =>
  watcher.unlocked?.(words, Device.lock(device));

function touch(
  watcher: Watcher,
  words: Int32Array,
  address: Address,
  after: number,
  { kind = ACCESS.writeOnce as AccessKind, thread = 0 } = {},
): string | undefined {
  const before = words[address] ?? 0;
  words[address] = after;
  return watcher.watches?.(address) === undefined
    ? undefined
    : watcher.accessed?.(words, { thread, kind, address, before, after });
}

// Functions the watchers read with.

test("neighbours are identified by their place in the slab", () => {
  const { neighbours, one, two } = setUp();
  expect([neighbourIndex(neighbours, one), neighbourIndex(neighbours, Neighbour.queueLength(two))]).toEqual([0, 1]);
  expect([
    neighbourIndex(neighbours, one - 1),
    neighbourIndex(neighbours, one + 4 * neighbours.neighbourStride),
  ]).toEqual([-1, -1]);
  expect([isNeighbour(neighbours, two), isNeighbour(neighbours, two + 1), isNeighbour(neighbours, NIL)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(neighbourOf(neighbours, Neighbour.alive(two))).toBe(two);
  expect([neighbourName(neighbours, two), neighbourName(neighbours, 5)]).toEqual(["neighbour#2", "word 5"]);
});

test("a bucket is read in order, and one that does not end, or leads astray, is reported", () => {
  const given = setUp();
  const { words, neighbours, one, two, three } = given;
  const into = new Int32Array(5);
  expect([collectBucket(words, neighbours, 0, into), ...into.subarray(0, 3)]).toEqual([3, three, two, one]);
  expect(collectBucket(words, neighbours, 0, new Int32Array(2))).toBe(-1);
  expect([isInTable(words, neighbours, two, into), isInTable(words, neighbours, two + 1, into)]).toEqual([true, false]);
  words[Neighbour.next(one)] = three;
  expect([collectTable(words, neighbours, into), isInTable(words, neighbours, two, into)]).toEqual([-1, false]);
  words[Neighbour.next(one)] = 3;
  expect(collectBucket(words, neighbours, 0, into)).toBe(-1);
  words[Device.table(given.device)] = NIL;
  expect(collectTable(words, neighbours, into)).toBe(0);
});

test("all buckets are read one after the other", () => {
  const { words, neighbours } = setUp({ buckets: 4 });
  expect(collectTable(words, neighbours, new Int32Array(5))).toBe(3);
});

test("addresses are compared by all their words", () => {
  const { words, one, two } = setUp();
  expect([haveSameAddress(words, one, one), haveSameAddress(words, one, two)]).toEqual([true, false]);
  words[Neighbour.address(two)] = words[Neighbour.address(one)] ?? 0;
  expect(haveSameAddress(words, one, two)).toBe(true);
  words[Neighbour.address(two) + 4] = 9;
  expect(haveSameAddress(words, one, two)).toBe(false);
});

test("the device is up from its set-up until it is freed", () => {
  const { words, neighbours } = setUp();
  expect(isDeviceUp(words, neighbours)).toBe(true);
  words[NetDevice.driver(neighbours.netDevice)] = NIL;
  expect(isDeviceUp(words, neighbours)).toBe(false);
});

// neighbour-table

test("neighbour-table: quiet on a table as the code makes it, at other locks, and when there is no device", () => {
  for (const connected of [false, true]) {
    const given = setUp({ connected });
    const watcher = neighbourTableWatcher(given.neighbours);
    expect(unlocked(watcher, given)).toBeUndefined();
    given.run(answerQuery(given.neighbours, portGid(1), true));
    expect(unlocked(watcher, given)).toBeUndefined();
    if (connected) given.run(startConnections(given.neighbours));
    expect(unlocked(watcher, given)).toBeUndefined();
    expect(watcher.ended?.(given.words)).toBeUndefined();
    given.words[Neighbour.next(given.one)] = given.three;
    expect(watcher.unlocked?.(given.words, 1)).toBeUndefined();
    given.words[NetDevice.driver(given.neighbours.netDevice)] = NIL;
    expect([unlocked(watcher, given), watcher.ended?.(given.words)]).toEqual([undefined, undefined]);
  }
});

test("neighbour-table: fires on every fault of a table", () => {
  const wrong: readonly (readonly [string, (given: ReturnType<typeof setUp>) => void])[] = [
    [
      "bucket 0 does not end, or leads to what is no neighbour",
      ({ words, one, three }) => void (words[Neighbour.next(one)] = three),
    ],
    [
      "neighbour#2 is in the table, and its refcount is 0",
      ({ words, two }) => void (words[Neighbour.refcount(two)] = 0),
    ],
    [
      "neighbour#3 and neighbour#1 have one address, and both are in the table",
      ({ words, one, three }) => void (words[Neighbour.address(three)] = words[Neighbour.address(one)] ?? 0),
    ],
    [
      "the device counts 2 entries, and 3 neighbours are in the table",
      ({ words, device }) => void (words[Device.entries(device)] = 2),
    ],
    [
      "neighbour#1 is on the list of a path, and not in the table",
      ({ words, two }) => void (words[Neighbour.next(two)] = NIL),
    ],
    [
      "neighbour#1 is on the list of a path to another gid",
      ({ words, one }) => void (words[Neighbour.address(one) + 4] = 77),
    ],
    [
      "neighbour#1 is on the list of a path to another gid",
      ({ words, one }) => void (words[Neighbour.address(one) + 1] = 77),
    ],
    ["a path's list of neighbours is torn", ({ words, two }) => void (words[Neighbour.onPath(two) + 1] = two)],
    ["a path's list of neighbours is torn", ({ words, path }) => void (words[Path.neighbours(path) + 1] = path)],
    ["the list of paths is torn", ({ words, device }) => void (words[Device.paths(device) + 1] = 3)],
    ["the list at device.startList is torn", ({ words, device }) => void (words[Device.startList(device) + 1] = 3)],
    ["the list at device.reapList is torn", ({ words, device }) => void (words[Device.reapList(device) + 1] = 3)],
    [
      "neighbour#2 says that 2 packets wait, and 1 do",
      ({ words, two }) => void (words[Neighbour.queueLength(two)] = 2),
    ],
    [
      "neighbour#2 has a queue that does not end with its tail",
      ({ words, two }) => void (words[Neighbour.queueTail(two)] = NIL),
    ],
    ["a path says that 1 packets wait, and 0 do", ({ words, path }) => void (words[Path.queueLength(path)] = 1)],
    [
      "neighbour#2 has 3 packets waiting, and the limit is 2",
      ({ words, two, packet }) => {
        for (let length = 2; length <= 3; length++) {
          const last = packet();
          words[Packet.next(words[Neighbour.queueTail(two)] ?? 0)] = last;
          words[Neighbour.queueTail(two)] = last;
          words[Neighbour.queueLength(two)] = length;
        }
      },
    ],
  ];
  for (const [because, spoil] of wrong) {
    const given = setUp();
    spoil(given);
    expect(unlocked(neighbourTableWatcher(given.neighbours), given)).toBe(because);
  }
});

test("neighbour-table: a circular queue is reported, and not followed for ever", () => {
  const given = setUp();
  given.words[Packet.next(given.words[Neighbour.queueHead(given.one)] ?? 0)] =
    given.words[Neighbour.queueHead(given.one)] ?? 0;
  expect(unlocked(neighbourTableWatcher(given.neighbours), given)).toBe(
    "neighbour#1 says that 1 packets wait, and 9 do",
  );
});

test("neighbour-table: at the end neighbours are counted, and held by the table alone", () => {
  const given = setUp();
  const watcher = neighbourTableWatcher(given.neighbours);
  given.words[Neighbour.refcount(given.two)] = 2;
  expect(watcher.ended?.(given.words)).toBe(
    "at the end the refcount of neighbour#2 is 2, and the table alone holds it",
  );
  given.words[Slab.live(given.neighbours.neighbours)] = 4;
  expect(watcher.ended?.(given.words)).toBe("at the end the device counts 3 entries, and 4 neighbours are in memory");
});

// neighbour-refcount

test("neighbour-refcount: quiet on references taken and dropped, and on the count of a new neighbour", () => {
  const { words, neighbours, one } = setUp();
  const watcher = neighbourRefcountWatcher(neighbours);
  const refcount = Neighbour.refcount(one);
  expect(touch(watcher, words, refcount, 2)).toBeUndefined();
  expect(touch(watcher, words, refcount, 0)).toBeUndefined();
  expect(touch(watcher, words, refcount, 2, { kind: ACCESS.write })).toBeUndefined();
  expect(watcher.watches?.(Neighbour.alive(one))).toBeUndefined();
  expect(watcher.watches?.(3)).toBeUndefined();
});

test("neighbour-refcount: fires on a count that falls below 0, and on one that rises from 0", () => {
  const { words, neighbours, two } = setUp();
  const watcher = neighbourRefcountWatcher(neighbours);
  words[Neighbour.refcount(two)] = 0;
  expect(touch(watcher, words, Neighbour.refcount(two), 1)).toBe(
    "neighbour#2 is being taken apart, and its refcount goes from 0 to 1",
  );
  words[Neighbour.refcount(two)] = 0;
  expect(touch(watcher, words, Neighbour.refcount(two), -1)).toBe("the refcount of neighbour#2 falls from 0 to -1");
});

test("neighbour-refcount: fires on a neighbour freed while held, or while in the table, and on no other object", () => {
  const { words, neighbours, two } = setUp();
  const watcher = neighbourRefcountWatcher(neighbours);
  const freed = (slab: Address, object: Address) => watcher.freed?.(words, slab, object);
  expect(freed(neighbours.neighbours, two)).toBe("neighbour#2 is freed with a refcount of 1");
  words[Neighbour.refcount(two)] = 0;
  expect(freed(neighbours.neighbours, two)).toBe("neighbour#2 is freed, and is in the table");
  expect([freed(neighbours.paths, two), freed(neighbours.neighbours, two + 1)]).toEqual([undefined, undefined]);
  words[Neighbour.next(words[neighbours.Table.bucket(neighbours.firstTable)] ?? 0)] = NIL;
  expect(freed(neighbours.neighbours, two)).toBeUndefined();
  words[NetDevice.driver(neighbours.netDevice)] = NIL;
  expect(freed(neighbours.neighbours, two)).toBeUndefined();
});

// waiting-packets

test("waiting-packets: quiet while packets wait for something that has not come", () => {
  const given = setUp({ connected: true });
  const watcher = waitingPacketsWatcher(given.neighbours);
  given.send(at(1, 1), "path");
  expect([unlocked(watcher, given), watcher.ended?.(given.words)]).toEqual([undefined, undefined]);
  given.run(answerQuery(given.neighbours, portGid(1), true));
  given.send(at(1, 1)); // waits for the connection
  expect([unlocked(watcher, given), watcher.ended?.(given.words)]).toEqual([undefined, undefined]);
});

test("waiting-packets: fires on a packet at a neighbour that is ready, and at a path that is known and valid", () => {
  const direct = setUp();
  const watcher = waitingPacketsWatcher(direct.neighbours);
  direct.words[Neighbour.handle(direct.two)] = direct.handle();
  expect(unlocked(watcher, direct)).toBe("neighbour#2 sends at once, and 1 packets wait at it");
  expect(watcher.ended?.(direct.words)).toBe("neighbour#2 sends at once, and 1 packets wait at it");
  expect(watcher.unlocked?.(direct.words, 1)).toBeUndefined();
  direct.words[NetDevice.driver(direct.neighbours.netDevice)] = NIL;
  expect(unlocked(watcher, direct)).toBeUndefined();

  const connected = setUp({ connected: true });
  connected.run(answerQuery(connected.neighbours, portGid(1), true));
  connected.send(at(1, 1));
  connected.words[Connection.up(connected.words[Neighbour.connection(connected.one)] ?? 0)] = 1;
  expect(unlocked(waitingPacketsWatcher(connected.neighbours), connected)).toBe(
    "neighbour#1 sends at once, and 1 packets wait at it",
  );

  const byPath = setUp();
  byPath.send(at(1, 1), "path");
  byPath.words[Path.handle(byPath.path)] = byPath.handle();
  expect(unlocked(waitingPacketsWatcher(byPath.neighbours), byPath)).toBeUndefined();
  byPath.words[Path.valid(byPath.path)] = 1;
  expect(unlocked(waitingPacketsWatcher(byPath.neighbours), byPath)).toBe(
    "a path is known and valid, and 1 packets wait at it",
  );
  expect(byPath.words[Handle.refcount(byPath.words[Path.handle(byPath.path)] ?? 0)]).toBe(0);
});

// chain-length

test("chain-length: quiet up to the limit, fires beyond it", () => {
  const given = setUp();
  expect(unlocked(chainLengthWatcher(given.neighbours, 3), given)).toBeUndefined();
  expect(unlocked(chainLengthWatcher(given.neighbours, 2), given)).toBe("bucket 0 holds 3 neighbours, and may hold 2");
  expect(chainLengthWatcher(given.neighbours, 2).unlocked?.(given.words, 1)).toBeUndefined();
  given.words[NetDevice.driver(given.neighbours.netDevice)] = NIL;
  expect(unlocked(chainLengthWatcher(given.neighbours, 2), given)).toBeUndefined();
});

// reaps-only-idle

test("reaps-only-idle: quiet on a neighbour removed after a look, removed by another thread, or inserted", () => {
  const { words, neighbours, two, three, one } = setUp();
  const watcher = reapsOnlyIdleWatcher(neighbours, 7);
  const reaper = { thread: 7, kind: ACCESS.readOnce };
  watcher.begin?.(words);
  expect(touch(watcher, words, neighbours.jiffies, 1061, reaper)).toBeUndefined();
  expect(touch(watcher, words, Neighbour.alive(two), 1000, reaper)).toBeUndefined();
  expect(touch(watcher, words, Neighbour.next(three), one, { thread: 7 })).toBeUndefined();
  expect(touch(watcher, words, neighbours.Table.bucket(neighbours.firstTable), NIL)).toBeUndefined();
  expect(touch(watcher, words, neighbours.Table.bucket(neighbours.firstTable), three, { thread: 7 })).toBeUndefined();
  expect(watcher.watches?.(neighbours.firstTable)).toBeUndefined();
  expect(watcher.watches?.(Neighbour.refcount(one))).toBeUndefined();
});

test("reaps-only-idle: fires on a neighbour that was not idle for long enough, or not looked at", () => {
  const { words, neighbours, two, three, one } = setUp();
  const watcher = reapsOnlyIdleWatcher(neighbours, 7);
  const reaper = { thread: 7, kind: ACCESS.readOnce };
  touch(watcher, words, neighbours.jiffies, 1060, reaper);
  touch(watcher, words, Neighbour.alive(two), 1000, { kind: ACCESS.readOnce });
  expect(touch(watcher, words, Neighbour.next(three), one, { thread: 7 })).toBe(
    "neighbour#2 is reaped, and the reaper did not look at its time of last use",
  );
  words[Neighbour.next(three)] = two;
  touch(watcher, words, Neighbour.alive(two), 1000, reaper);
  expect(touch(watcher, words, Neighbour.next(three), one, { thread: 7 })).toBe(
    "neighbour#2 is reaped when idle for 60 ticks, and may be after more than 60",
  );
  touch(watcher, words, Neighbour.alive(three), 1000, reaper);
  touch(watcher, words, neighbours.jiffies, 1062, { kind: ACCESS.atomicAddReturn });
  expect(touch(watcher, words, neighbours.Table.bucket(neighbours.firstTable), one, { thread: 7 })).toBe(
    "neighbour#3 is reaped when idle for 60 ticks, and may be after more than 60",
  );
  watcher.begin?.(words);
  words[neighbours.Table.bucket(neighbours.firstTable)] = three;
  expect(touch(watcher, words, neighbours.Table.bucket(neighbours.firstTable), one, { thread: 7 })).toBe(
    "neighbour#3 is reaped, and the reaper did not look at its time of last use",
  );
});

// reaped-in-time

test("reaped-in-time: quiet on neighbours used within three intervals, and where the next run is late", () => {
  const given = setUp();
  const { words, neighbours } = given;
  const watcher = reapedInTimeWatcher(neighbours, 7);
  const [state, expires] = [CancellableWork.state(neighbours.reapWork), CancellableWork.expires(neighbours.reapWork)];
  watcher.begin?.(words);
  words[neighbours.jiffies] = 1029;
  expect(watcher.ended?.(words)).toBeUndefined(); // its first run is still to come
  words[neighbours.jiffies] = 1090;
  expect(watcher.ended?.(words)).toBeUndefined(); // due, and not seen yet
  touch(watcher, words, CancellableWork.running(neighbours.reapWork), 1, { thread: 7 });
  words[expires] = 1120;
  expect(watcher.ended?.(words)).toBeUndefined(); // idle for exactly three intervals
  words[neighbours.jiffies] = 1200;
  words[expires] = 1230;
  expect(watcher.ended?.(words)).toBeUndefined(); // the clock moved during the run
  words[state] = WORK_STATE.arming;
  expect(watcher.ended?.(words)).toBeUndefined();
});

test("reaped-in-time: fires on a neighbour unused for longer, as far as its users know", () => {
  const given = setUp();
  const { words, neighbours, device } = given;
  const watcher = reapedInTimeWatcher(neighbours, 7);
  watcher.begin?.(words);
  words[neighbours.jiffies] = 1095;
  watcher.used(at(1, 1));
  words[neighbours.jiffies] = 1090;
  watcher.used(at(1, 3));
  words[neighbours.jiffies] = 1091;
  touch(watcher, words, CancellableWork.running(neighbours.reapWork), 1, { thread: 7 });
  touch(watcher, words, CancellableWork.running(neighbours.reapWork), 0, { thread: 7 });
  words[CancellableWork.expires(neighbours.reapWork)] = 1121;
  expect(watcher.ended?.(words)).toBe(
    "neighbour#2 was last used 91 ticks ago, and is still in the table; it may stay for 90",
  );
  words[Device.table(device)] = NIL;
  expect(watcher.ended?.(words)).toBeUndefined();
  expect(watcher.watches?.(CancellableWork.state(neighbours.reapWork))).toBeUndefined();
});

test("reaped-in-time: fires when the reaper is not scheduled to run again, unless it is to stop", () => {
  const { words, neighbours, device } = setUp();
  const watcher = reapedInTimeWatcher(neighbours, 7);
  watcher.begin?.(words);
  words[CancellableWork.state(neighbours.reapWork)] = WORK_STATE.idle;
  expect(watcher.ended?.(words)).toBe("nobody has asked the reaper to run again");
  words[Device.stopReaping(device)] = 1;
  expect(watcher.ended?.(words)).toBeUndefined();
  words[NetDevice.driver(neighbours.netDevice)] = NIL;
  expect(watcher.ended?.(words)).toBeUndefined();
});

// All of them.

const allWatchers = (neighbours: ReturnType<typeof setUp>["neighbours"]): readonly Watcher[] => [
  neighbourTableWatcher(neighbours),
  neighbourRefcountWatcher(neighbours),
  waitingPacketsWatcher(neighbours),
  chainLengthWatcher(neighbours, 3),
  reapsOnlyIdleWatcher(neighbours, 7),
  reapedInTimeWatcher(neighbours, 7),
];

test("watchers have the names of their properties, and name the words they watch", () => {
  const { neighbours, one, two } = setUp();
  const [table, refcount, waiting, chain, only, inTime] = allWatchers(neighbours);
  expect([table, refcount, waiting, chain, only, inTime].map((watcher) => watcher?.property)).toEqual([
    "neighbour-table",
    "neighbour-refcount",
    "waiting-packets",
    "chain-length",
    "reaps-only-idle",
    "reaped-in-time",
  ]);
  const bucket = neighbours.Table.bucket(neighbours.firstTable);
  expect([Neighbour.refcount(one), Neighbour.refcount(two)].map((address) => refcount?.watches?.(address))).toEqual([
    "writes",
    "writes",
  ]);
  expect(
    [neighbours.jiffies, bucket, Neighbour.next(one), Neighbour.next(two), Neighbour.alive(two)].map((address) =>
      only?.watches?.(address),
    ),
  ).toEqual(["accesses", "writes", "writes", "writes", "accesses"]);
  expect(inTime?.watches?.(CancellableWork.running(neighbours.reapWork))).toBe("writes");
  // Just before the first neighbour, as if one lay there, and just after the last bucket.
  const before = one - neighbours.neighbourStride;
  for (const address of [Neighbour.refcount(before), Neighbour.next(before), Neighbour.alive(before), bucket + 1]) {
    expect([refcount?.watches?.(address), only?.watches?.(address)]).toEqual([undefined, undefined]);
  }
});

test("a table that holds all neighbours of the slab is read to its end", () => {
  const given = setUp();
  given.send(at(1, 4));
  const { words, neighbours } = given;
  const [table, refcount, waiting, chain, , inTime] = allWatchers(neighbours);
  expect([table, waiting].map((watcher) => watcher && unlocked(watcher, given))).toEqual([undefined, undefined]);
  expect(chain && unlocked(chain, given)).toBe("bucket 0 holds 4 neighbours, and may hold 3");
  words[Neighbour.refcount(given.one)] = 0;
  expect(refcount?.freed?.(words, neighbours.neighbours, given.one)).toBe("neighbour#1 is freed, and is in the table");
  words[Neighbour.handle(given.one)] = given.handle();
  expect(waiting && unlocked(waiting, given)).toBe("neighbour#1 sends at once, and 1 packets wait at it");
  inTime?.begin?.(words);
  words[neighbours.jiffies] = 1091;
  inTime?.accessed?.(words, {
    thread: 7,
    kind: ACCESS.writeOnce,
    address: CancellableWork.running(neighbours.reapWork),
    before: 0,
    after: 1,
  });
  words[CancellableWork.expires(neighbours.reapWork)] = 1121;
  expect(inTime?.ended?.(words)).toBe(
    "neighbour#4 was last used 91 ticks ago, and is still in the table; it may stay for 90",
  );
});

test("neighbour-table: quiet on a queue that is exactly full, and on whatever is left of a device that is gone", () => {
  const given = setUp();
  const watcher = neighbourTableWatcher(given.neighbours);
  given.send(at(1, 1));
  expect(unlocked(watcher, given)).toBeUndefined();
  given.words[Device.entries(given.device)] = 9;
  given.words[NetDevice.driver(given.neighbours.netDevice)] = NIL;
  expect(watcher.ended?.(given.words)).toBeUndefined();
});

test("waiting-packets: quiet on ready neighbours without packets, on a path only thought valid, on a torn list", () => {
  const given = setUp();
  const watcher = waitingPacketsWatcher(given.neighbours);
  given.send(at(1, 1), "path");
  given.words[Path.valid(given.path)] = 1;
  expect(unlocked(watcher, given)).toBeUndefined();
  given.run(answerQuery(given.neighbours, portGid(1), true));
  expect(unlocked(watcher, given)).toBeUndefined();
  given.words[Path.onDevice(given.path)] = given.path; // leads back to itself: neighbour-table reports it
  expect(unlocked(watcher, given)).toBeUndefined();
});

test("reaped-in-time: only the reaper's own runs count, from their beginning", () => {
  const { words, neighbours, device } = setUp();
  const watcher = reapedInTimeWatcher(neighbours, 7);
  const running = CancellableWork.running(neighbours.reapWork);
  const state = CancellableWork.state(neighbours.reapWork);
  watcher.begin?.(words);
  words[neighbours.jiffies] = 1091;
  touch(watcher, words, running, 1, { thread: 7 });
  words[neighbours.jiffies] = 1095;
  touch(watcher, words, running, 0, { thread: 7 });
  touch(watcher, words, running, 1, { thread: 3 });
  words[CancellableWork.expires(neighbours.reapWork)] = 1121;
  expect(watcher.ended?.(words)).toBe(
    "neighbour#3 was last used 95 ticks ago, and is still in the table; it may stay for 90",
  );
  words[state] = WORK_STATE.arming;
  expect(watcher.ended?.(words)).toBeUndefined();
  words[state] = WORK_STATE.idle;
  expect(watcher.ended?.(words)).toBe("nobody has asked the reaper to run again");
  const table = words[Device.table(device)] ?? 0;
  words[Device.table(device)] = NIL;
  expect(watcher.ended?.(words)).toBeUndefined();
  words[Device.table(device)] = table;
  words[NetDevice.driver(neighbours.netDevice)] = NIL;
  expect(watcher.ended?.(words)).toBeUndefined();
});

test("reaped-in-time: quiet where every neighbour was used recently, however long ago the start was", () => {
  const { words, neighbours } = setUp();
  const watcher = reapedInTimeWatcher(neighbours, 7);
  watcher.begin?.(words);
  words[neighbours.jiffies] = 1090;
  for (const queue of [1, 2, 3]) watcher.used(at(1, queue));
  words[neighbours.jiffies] = 1100;
  touch(watcher, words, CancellableWork.running(neighbours.reapWork), 1, { thread: 7 });
  words[CancellableWork.expires(neighbours.reapWork)] = 1130;
  expect(watcher.ended?.(words)).toBeUndefined();
});

test("reaps-only-idle: quiet where the reaper writes a link with its current value", () => {
  const { words, neighbours, two, three } = setUp();
  const watcher = reapsOnlyIdleWatcher(neighbours, 7);
  expect(touch(watcher, words, Neighbour.next(three), two, { thread: 7 })).toBeUndefined();
});

test("heeded: fires where a call on a table at rest has no effect, and on a look-up that takes the lock", () => {
  const judge = ({ neighbours, words }: ReturnType<typeof setUp>) => {
    const promise = heededPromise(neighbours).promises(words);
    return (kind: string, word: number, given: { gid?: readonly number[]; address?: readonly number[] } = {}) =>
      promise({ operation: { kind, gid: [], address: [], ...given }, word, wasSlow: kind === "get" });
  };
  const asked = setUp();
  const gid = portGid(1);
  expect(judge(asked)("answer", 0, { gid })).toBe("a query was outstanding, and its answer had no effect");
  expect(judge(asked)("refuse", 0, { gid })).toBe("a query was outstanding, and its answer had no effect");
  expect(judge(asked)("answer", 1, { gid })).toBeUndefined();
  expect(judge(asked)("answer", 0, { gid: portGid(2) })).toBeUndefined();
  expect(judge(asked)("get", 0)).toBe("a look-up took the device's lock");

  const connected = setUp({ connected: true });
  connected.run(answerQuery(connected.neighbours, gid, true));
  connected.send(at(1, 1));
  const { words, one, neighbours, run } = connected;
  const address = Array.from(words.subarray(Neighbour.address(one), Neighbour.address(one) + 5));
  run(startConnections(neighbours));
  expect(judge(connected)("answer", 0, { gid })).toBeUndefined();
  expect(judge(connected)("connect", 0, { address })).toBe("a connection was started, and did not come up");
  expect(judge(connected)("connect", 1, { address })).toBeUndefined();
  expect(judge(connected)("disconnect", 0, { address })).toBe("there was a connection, and it was not lost");
  words[Connection.up(words[Neighbour.connection(one)] ?? NIL)] = 1;
  expect(judge(connected)("connect", 0, { address })).toBeUndefined();
  words[NetDevice.driver(neighbours.netDevice)] = NIL;
  expect(judge(connected)("disconnect", 0, { address })).toBeUndefined();
});
