import { expect, test } from "vitest";
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { ACCESS, type Access, type Address } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { DelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { advanceClock, placeClock } from "#impl/sync/jiffies.ts";
import { addTimeWait } from "#impl/time-wait/add.ts";
import { setKnob } from "#impl/time-wait/knobs.ts";
import {
  ArenaCell,
  HASHED,
  LINES_FREE,
  LINES_FREE_COUNT,
  TAKEN,
  TimeWaitCell,
  Vestige,
} from "#impl/time-wait/layout.ts";
import { lineAddress, locatorOf, tagAddress } from "#impl/time-wait/lines.ts";
import { createTimeWait, defaultLimits, vestigeAt } from "#impl/time-wait/table.ts";
import { tickTimeWait } from "#impl/time-wait/tick.ts";
import { arenaWindowWatcher } from "./arena-window.ts";
import { expiresInTimeWatcher } from "./expires-in-time.ts";
import { hashedOnceWatcher } from "./hashed-once.ts";
import { linesAccountedWatcher } from "./lines-accounted.ts";
import { slotName, storageIn } from "./time-wait-table.ts";
import type { Watcher } from "../watcher.ts";

const v4 = (foreignAddress: number, foreignPort: number): TcpConnection => ({
  family: "v4",
  localAddress: [0x0a000001],
  foreignAddress: [foreignAddress],
  localPort: 80,
  foreignPort,
});
const v6: TcpConnection = {
  family: "v6",
  localAddress: [0xfd000000, 0, 0, 1],
  foreignAddress: [0xfd000000, 0, 0, 2],
  localPort: 80,
  foreignPort: 1,
};

/**
 * Two local records of IPv4 in slots 2 and 3, expiring at 1020 and 1021, a remote one in slot 0, and a local one of
 * IPv6. Lines of two tags and one chain of each kind: the tuples are in lines 1 and 3 (newest), the ports in 2 and 4.
 */
function setUp(lineBytes = 12, heads = 1) {
  const heap = createHeap(1500);
  const clock = placeClock(heap, 1000);
  const table = createTimeWait(heap, clock, {
    ...defaultLimits,
    ticksPerSecond: 1,
    slots: 8,
    heads,
    lines: 10 - 4 / heads,
    lineBytes,
  });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const add = (connection: TcpConnection) =>
    run(addTimeWait(table, { connection, receiveNext: 1, receiveWindow: 1, sendNext: 1, uid: 1, reuse: false }));
  run(setKnob(table, "enable", true));
  run(setKnob(table, "truncation", true));
  add(v4(0x0a000002, 1));
  run(advanceClock(clock, 1));
  add(v4(0x0a000002, 2));
  add(v4(0xc0000201, 3));
  add(v6);
  // The due timer runs.
  heap.words[DelayedWork.state(table.tickWork)] = WORK_STATE.idle;
  run(tickTimeWait(table));
  const storage = storageIn(heap.words, table.v4) ?? { vestiges: 0, lines: 0 };
  const words = heap.words;
  return {
    words,
    table,
    storage,
    slot: (number: number) => vestigeAt(table.v4, storage, number),
    line: (number: number) => lineAddress(table, storage.lines, number),
    local: table.v4.arenas[2].cell,
    set(address: Address, value: number): void {
      words[address] = value;
    },
    says: (watcher: Watcher) => watcher.unlocked?.(words, table.seqlock.lock),
  };
}

test("every watcher is quiet on a correct table, before the first enabling, and when another lock is released", () => {
  for (const [lineBytes, heads] of [
    [12, 1],
    [64, 1],
    [128, 1],
    [12, 2],
    [12, 4],
  ] as const) {
    const { table, says, words } = setUp(lineBytes, heads);
    for (const watcher of [
      arenaWindowWatcher(table),
      linesAccountedWatcher(table),
      hashedOnceWatcher(table),
      expiresInTimeWatcher(table),
    ]) {
      expect(says(watcher)).toBeUndefined();
      expect(watcher.ended?.(words)).toBeUndefined();
    }
  }
  const heap = createHeap(1500);
  const table = createTimeWait(heap, placeClock(heap, 0), { ...defaultLimits, slots: 8, heads: 1, lines: 6 });
  for (const watcher of [arenaWindowWatcher(table), linesAccountedWatcher(table), hashedOnceWatcher(table)])
    expect(watcher.unlocked?.(heap.words, table.seqlock.lock)).toBeUndefined();
  expect(expiresInTimeWatcher(table).ended?.(heap.words)).toBeUndefined();
});

test("the release of a lock other than the table's is ignored", () => {
  const { table, words, local, set, slot, storage } = setUp();
  set(ArenaCell.free(local), 9);
  set(Vestige.tupleLocator(slot(2)), 0);
  set(storage.lines + LINES_FREE_COUNT, 9);
  for (const watcher of [arenaWindowWatcher(table), linesAccountedWatcher(table), hashedOnceWatcher(table)])
    expect(watcher.unlocked?.(words, table.seqlock.lock + 1)).toBeUndefined();
});

test("the watchers have the names shown in verdicts", () => {
  const { table } = setUp();
  expect(
    [
      arenaWindowWatcher(table),
      linesAccountedWatcher(table),
      hashedOnceWatcher(table),
      expiresInTimeWatcher(table),
    ].map(({ property }) => property),
  ).toEqual(["arena-window", "lines-accounted", "hashed-once", "expires-in-time"]);
  expect(slotName(table.v6, 3)).toBe("v6 slot 3");
});

test("arena-window fires when free and taken slots are not the arena", () => {
  const says = (free: number, taken: number) => {
    const { table, set, local, says } = setUp();
    set(ArenaCell.free(local), free);
    set(ArenaCell.taken(local), taken);
    return says(arenaWindowWatcher(table));
  };
  expect(says(1, 2)).toBe("class 2 of v4 has 1 free and 2 taken of 2 slots");
  expect(says(3, -1)).toBe("class 2 of v4 has 3 free and -1 taken of 2 slots");
  expect(says(-1, 3)).toBe("class 2 of v4 has -1 free and 3 taken of 2 slots");
});

test("arena-window fires at a slot not taken by the class, at one out of order, and at a misplaced hand", () => {
  const says = (address: (parts: ReturnType<typeof setUp>) => Address, value: number) => {
    const parts = setUp();
    parts.set(address(parts), value);
    return parts.says(arenaWindowWatcher(parts.table));
  };
  expect(says(({ slot }) => Vestige.attributes(slot(3)), 0)).toBe(
    "v4 slot 3 is between the oldest and the hand of class 2, and is none of its taken slots",
  );
  expect(says(({ slot }) => Vestige.attributes(slot(3)), 2)).toBe(
    "v4 slot 3 is between the oldest and the hand of class 2, and is none of its taken slots",
  );
  expect(says(({ slot }) => Vestige.attributes(slot(2)), TAKEN | 1)).toBe(
    "v4 slot 2 is between the oldest and the hand of class 2, and is none of its taken slots",
  );
  expect(says(({ slot }) => Vestige.expires(slot(3)), 1019)).toBe(
    "v4 slot 3 expires at 1019, before an older slot, at 1020",
  );
  expect(says(({ local }) => ArenaCell.hand(local), 3)).toBe(
    "the hand of class 2 of v4 is at 3, and its taken slots end before 2",
  );
  expect(says(({ slot }) => Vestige.attributes(slot(7)), TAKEN | 2)).toBe(
    "4 slots of v4 are taken, and 3 are between an oldest and a hand",
  );
  expect(says(({ slot }) => Vestige.attributes(slot(7)), HASHED)).toBe("v4 slot 7 is in the hash table, and free");
  expect(says(({ table }) => ArenaCell.free(table.v6.arenas[1].cell), 1)).toBe(
    "class 1 of v6 has 1 free and 0 taken of 2 slots",
  );
  expect(says(({ slot }) => Vestige.expires(slot(3)), 1020)).toBeUndefined(); // together with the older one
});

test("lines-accounted fires at a line that is nowhere, in two places, or nonexistent", () => {
  const says = (change: (parts: ReturnType<typeof setUp>) => void) => {
    const parts = setUp();
    change(parts);
    return parts.says(linesAccountedWatcher(parts.table));
  };
  const TWO_TAGS = 3;
  const TUPLE_HEAD = 2;
  expect(says(({ set, storage }) => set(storage.lines + TUPLE_HEAD, 1))).toBe(
    "v4: line 3 is in no chain, and is not free",
  );
  expect(says(({ set, line }) => set(line(3), TWO_TAGS | (3 << 2)))).toBe("v4: line 3 is in two places");
  expect(says(({ set, line }) => set(line(3), TWO_TAGS | (2 << 2)))).toBe("v4: line 2 is in two places");
  expect(says(({ set, line }) => set(line(3), TWO_TAGS | (9 << 2)))).toBe(
    "v4: there is no line 9, and one leads to it",
  );
  expect(says(({ set, line }) => set(line(3), 1 << 2))).toBe("v4: line 3 is empty, and still in a chain with others");
  expect(says(({ set, line }) => set(line(1), 0))).toBe("v4: line 1 is empty, and still in a chain with others");
  expect(says(({ set, storage }) => set(storage.lines + LINES_FREE_COUNT, 3))).toBe(
    "v4: 2 lines are free, and 3 are counted",
  );
  expect(says(({ set, line }) => set(line(5), 1 | (6 << 2)))).toBe("v4: line 5 is free, and in use");
  expect(says(({ set, storage }) => set(storage.lines + LINES_FREE, 0))).toBe(
    "v4: line 5 is in no chain, and is not free",
  );
  expect(says(({ set, table, words }) => set((storageIn(words, table.v6)?.lines ?? 0) + LINES_FREE_COUNT, 9))).toBe(
    "v6: 4 lines are free, and 9 are counted",
  );
});

test("lines-accounted is quiet on one empty line that is its whole chain", () => {
  const { set, storage, line, table, words } = setUp();
  // The tuples' chain: line 3 alone, empty; line 1 is free.
  set(line(3), 0);
  set(line(1), (words[storage.lines + LINES_FREE] ?? 0) << 2);
  set(storage.lines + LINES_FREE, 1);
  set(storage.lines + LINES_FREE_COUNT, 3);
  expect(linesAccountedWatcher(table).unlocked?.(words, table.seqlock.lock)).toBeUndefined();
});

test("hashed-once fires at a record whose tag is not at its recorded place", () => {
  const says = (change: (parts: ReturnType<typeof setUp>) => void) => {
    const parts = setUp();
    change(parts);
    return parts.says(hashedOnceWatcher(parts.table));
  };
  expect(says(({ set, slot }) => set(Vestige.tupleLocator(slot(2)), locatorOf(7, 0)))).toBe(
    "v4 slot 2 is not found by its names: there is no line 7",
  );
  expect(says(({ set, slot }) => set(Vestige.tupleLocator(slot(2)), 0))).toBe(
    "v4 slot 2 is not found by its names: there is no line 0",
  );
  expect(says(({ set, slot }) => set(Vestige.portLocator(slot(2)), locatorOf(1, 1)))).toBe(
    "v4 slot 2 is not found by its port: line 1 is not in its chain",
  );
  expect(says(({ set, slot }) => set(Vestige.tupleLocator(slot(0)), locatorOf(3, 0)))).toBe(
    "v4 slot 0 is not found by its names: tag 0 of line 3 is not in use",
  );
  expect(says(({ set, slot }) => set(Vestige.tupleLocator(slot(2)), locatorOf(1, 0)))).toBe(
    "v4 slot 2 is not found by its names: tag 0 of line 1 is another's",
  );
  expect(
    says(({ set, table, line, words }) =>
      set(tagAddress(table, line(1), 1), (words[tagAddress(table, line(1), 1)] ?? 0) ^ 1),
    ),
  ).toBe("v4 slot 2 is not found by its names: tag 1 of line 1 is another's");
  expect(says(({ set, slot }) => set(Vestige.ports(slot(0)), 81 << 16))).toContain(
    "v4 slot 0 is not found by its names",
  );
});

test("hashed-once fires at a tag of no record, in either family", () => {
  const { set, slot, table, words, says } = setUp();
  set(Vestige.attributes(slot(0)), TAKEN | 1);
  expect(says(hashedOnceWatcher(table))).toBe("2 records of v4 are in the hash table, with 6 tags");
  const other = setUp();
  const storage = storageIn(other.words, other.table.v6) ?? { vestiges: 0, lines: 0 };
  other.set(lineAddress(other.table, storage.lines, 1), 3);
  expect(other.says(hashedOnceWatcher(other.table))).toBe("1 records of v6 are in the hash table, with 3 tags");
  // lines-accounted reports misplaced lines.
  words[storageIn(words, table.v4)?.lines ?? 0] = 99;
  expect(says(hashedOnceWatcher(table))).toBeUndefined();
});

/** Lets the watcher see a run of the timer by thread 3 that finds the clock at `now`. */
function runTimer(watcher: Watcher, { words, table }: ReturnType<typeof setUp>, now: number): void {
  const state = DelayedWork.state(table.tickWork);
  const see = (thread: number, address: Address, before: number, after: number) =>
    watcher.accessed?.(words, { thread, kind: ACCESS.xchg, address, before, after });
  see(3, state, WORK_STATE.queued, WORK_STATE.idle);
  see(2, table.jiffies, now + 500, now + 500); // another thread reads the clock
  see(3, table.jiffies, now, now);
  see(3, table.jiffies, now + 500, now + 500); // the timer is armed
}

test("expires-in-time fires when a run of the timer leaves a record that it could see had expired", () => {
  const parts = setUp();
  const watcher = expiresInTimeWatcher(parts.table);
  watcher.begin?.(parts.words);
  runTimer(watcher, parts, 1019);
  expect(parts.says(watcher)).toBeUndefined();
  runTimer(watcher, parts, 1020);
  expect(watcher.unlocked?.(parts.words, parts.table.seqlock.lock + 1)).toBeUndefined();
  expect(parts.says(watcher)).toBe("the timer ran at 1020 and left v4 slot 2, which expired at 1020");
  expect(parts.says(watcher)).toBeUndefined(); // reported once a run
  parts.set(Vestige.attributes(parts.slot(2)), TAKEN | 2);
  parts.set(Vestige.attributes(parts.slot(3)), TAKEN | 2);
  runTimer(watcher, parts, 1021);
  expect(parts.says(watcher)).toBe("the timer ran at 1021 and left v6 slot 2, which expired at 1021");
});

test("expires-in-time forgets the last execution", () => {
  const parts = setUp();
  const watcher = expiresInTimeWatcher(parts.table);
  runTimer(watcher, parts, 2000);
  watcher.begin?.(parts.words);
  expect(parts.says(watcher)).toBeUndefined();
  watcher.accessed?.(parts.words, {
    thread: 3,
    kind: ACCESS.xchg,
    address: DelayedWork.state(parts.table.tickWork),
    before: WORK_STATE.queued,
    after: WORK_STATE.idle,
  });
  watcher.begin?.(parts.words);
  watcher.accessed?.(parts.words, {
    thread: 3,
    kind: ACCESS.readOnce,
    address: parts.table.jiffies,
    before: 2000,
    after: 2000,
  });
  expect(parts.says(watcher)).toBeUndefined();
});

test("expires-in-time does not mistake another change of the work's state for a run", () => {
  const parts = setUp();
  const watcher = expiresInTimeWatcher(parts.table);
  watcher.begin?.(parts.words);
  const state = DelayedWork.state(parts.table.tickWork);
  for (const [before, after] of [
    [WORK_STATE.idle, WORK_STATE.arming],
    [WORK_STATE.pending, WORK_STATE.queued],
    [WORK_STATE.pending, WORK_STATE.idle],
    [WORK_STATE.queued, WORK_STATE.pending],
  ] as const) {
    watcher.accessed?.(parts.words, { thread: 3, kind: ACCESS.cmpxchg, address: state, before, after });
    watcher.accessed?.(parts.words, {
      thread: 3,
      kind: ACCESS.readOnce,
      address: parts.table.jiffies,
      before: 2000,
      after: 2000,
    });
    expect(parts.says(watcher)).toBeUndefined();
  }
  expect([
    watcher.watches?.(parts.table.jiffies),
    watcher.watches?.(state),
    watcher.watches?.(parts.table.cell),
  ]).toEqual(["accesses", "writes", undefined]);
});

test("expires-in-time fires at the end when nothing will collect a record", () => {
  const says = (change: (parts: ReturnType<typeof setUp>) => void) => {
    const parts = setUp();
    change(parts);
    return expiresInTimeWatcher(parts.table).ended?.(parts.words);
  };
  expect(says(({ set, table }) => set(TimeWaitCell.ticking(table.cell), 0))).toBe(
    "v4 slot 0 is there, and lookups take the table for empty",
  );
  expect(says(({ set, table }) => set(DelayedWork.state(table.tickWork), WORK_STATE.idle))).toBe(
    "v4 slot 0 is there, and the timer is not armed",
  );
  expect(says(({ set, table }) => set(DelayedWork.expires(table.tickWork), 1003))).toBe(
    "v4 slot 0 is there, and the timer waits for 2 ticks, where its period is 1",
  );
  expect(says(({ set, table }) => set(DelayedWork.expires(table.tickWork), 1002))).toBeUndefined();
});
