import { expect, test } from "vitest";
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import type { Access } from "../memory/access.ts";
import { createHeap, nameOf } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { DelayedWork, WORK_STATE } from "../sync/delayed-work.ts";
import { advanceClock, placeClock } from "../sync/jiffies.ts";
import { addTimeWait } from "./add.ts";
import { countInTheWay } from "./bind.ts";
import { setKnob } from "./knobs.ts";
import { ArenaCell, FamilyCell, HASHED, LINES_FREE_COUNT, TimeWaitCell, Vestige } from "./layout.ts";
import { lookupTimeWait } from "./lookup.ts";
import { reopenTimeWait, restartTimeWait } from "./restart.ts";
import { ampleLines, createTimeWait, defaultLimits, defaultLines, type TimeWaitLimits } from "./table.ts";
import { tickTimeWait } from "./tick.ts";
import { portKey, tupleKey } from "./tuple.ts";

const LOCAL = 0x0a000001;
const lan = (foreignPort: number, localPort = 80): TcpConnection => ({
  family: "v4",
  localAddress: [LOCAL],
  foreignAddress: [0x0a000002],
  localPort,
  foreignPort,
});
const wan = (foreignPort: number): TcpConnection => ({
  family: "v4",
  localAddress: [LOCAL],
  foreignAddress: [0xc0000201],
  localPort: 80,
  foreignPort,
});
const loopback = (foreignPort: number): TcpConnection => ({
  family: "v4",
  localAddress: [LOCAL],
  foreignAddress: [LOCAL],
  localPort: 80,
  foreignPort,
});
const six = (foreignPort: number): TcpConnection => ({
  family: "v6",
  localAddress: [0xfd000000, 0, 0, 1],
  foreignAddress: [0xfd000000, 0, 0, 2],
  localPort: 80,
  foreignPort,
});

function setUp({
  objectsMax,
  enabled = true,
  truncating = true,
  ...changed
}: Partial<TimeWaitLimits> & { objectsMax?: number; enabled?: boolean; truncating?: boolean } = {}) {
  const limits = { ...defaultLimits, ticksPerSecond: 1, slots: 8, heads: 2, lines: 20, lineBytes: 16, ...changed };
  const heap = createHeap(4000);
  const clock = placeClock(heap, 1000);
  const table = createTimeWait(heap, clock, limits, objectsMax);
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  // Memory holds anything but 0 before it is allocated.
  for (const { name, base, stride, count } of heap.regions)
    if (/\.(vestiges|lines)$/.test(name)) heap.words.fill(0x55555555, base, base + stride * count);
  if (enabled) run(setKnob(table, "enable", true));
  if (truncating) run(setKnob(table, "truncation", true));
  const word = (address: number) => heap.words[address] ?? 0;
  return {
    heap,
    table,
    run,
    word,
    add: (connection: TcpConnection, receiveNext = 5, reuse = false) =>
      run(
        addTimeWait(table, {
          connection,
          receiveNext,
          receiveWindow: receiveNext + 1,
          sendNext: receiveNext + 2,
          uid: receiveNext + 3,
          reuse,
        }),
      ),
    find: (connection: TcpConnection) => run(lookupTimeWait(table, connection))?.receiveNext,
    restart: (connection: TcpConnection) => run(restartTimeWait(table, connection)),
    reopen: (connection: TcpConnection, sequence: number) => run(reopenTimeWait(table, connection, sequence)),
    bind: (port: number, reuse = false, family: "v4" | "v6" = "v4") => run(countInTheWay(table, family, port, reuse)),
    advance: (ticks: number) => run(advanceClock(clock, ticks)),
    tick: () => {
      // As the worker leaves it before it runs the handler.
      heap.words[DelayedWork.state(table.tickWork)] = WORK_STATE.idle;
      run(tickTimeWait(table));
    },
    free: (mslClass: 0 | 1 | 2 | 3, family: "v4" | "v6" = "v4") =>
      word(ArenaCell.free(table[family].arenas[mslClass].cell)),
    ticking: () => word(TimeWaitCell.ticking(table.cell)),
    timer: () => word(DelayedWork.state(table.tickWork)),
  };
}

/** Runs a procedure, and another one completely after so many of its accesses. */
function* interrupted<T>(procedure: Access<T>, accesses: number, other: Access<unknown>): Access<T> {
  let step = procedure.next(0);
  for (let made = 1; !step.done; made++) {
    const found = yield step.value;
    if (made === accesses) yield* other;
    step = procedure.next(found);
  }
  return step.value;
}

test("the original's limits give its number of lines, and its timer five runs a second", () => {
  expect(defaultLines(65536, 512, 64)).toBe(11658);
  expect(defaultLimits).toMatchObject({
    slots: 65536,
    heads: 512,
    lines: 11658,
    lineBytes: 64,
    remoteSeconds: 60,
    localSeconds: 10,
    loopbackSeconds: 2,
  });
  expect(ampleLines(8, 2)).toBe(20);
  expect([setUp({ ticksPerSecond: 100 }).table.tickTicks, setUp().table.tickTicks]).toEqual([20, 1]);
});

test("slots and heads must be powers of two, and the heap must have room", () => {
  expect(() => setUp({ slots: 6 })).toThrow("slots is 6, and must be a power of two");
  expect(() => setUp({ heads: 0 })).toThrow("heads is 0, and must be a power of two");
  expect(() => setUp({ slots: 1024 })).toThrow("v4.vestiges: needs 11265 words");
});

test("each class has a third of the slots, one behind the other", () => {
  const { v4, v6 } = setUp({ slots: 16 }).table;
  expect(v4.arenas.map(({ mslClass, first, size, lifeTicks }) => [mslClass, first, size, lifeTicks])).toEqual([
    [0, 0, 16, 120],
    [1, 0, 5, 120],
    [2, 5, 5, 20],
    [3, 10, 5, 4],
  ]);
  expect([v4.vestigeWords, v6.vestigeWords, setUp({ slots: 16 }).table.slotBits]).toEqual([11, 17, 4]);
});

test("a closed connection is found with everything kept of it, and no other is found", () => {
  const { add, run, table, find } = setUp();
  expect(add(lan(1), 40, true)).toBe(true);
  expect(run(lookupTimeWait(table, lan(1)))).toEqual({
    receiveNext: 40,
    receiveWindow: 41,
    sendNext: 42,
    uid: 43,
    reuse: true,
    mslClass: 2,
  });
  expect([find(lan(2)), find(wan(1)), find(six(1)), find({ ...lan(1), localPort: 1, foreignPort: 80 })]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(add(wan(1))).toBe(true);
  expect(run(lookupTimeWait(table, wan(1)))).toMatchObject({ mslClass: 1, reuse: false });
});

test("without truncation all connections are of one class", () => {
  const { add, run, table, free } = setUp({ truncating: false });
  add(loopback(1));
  expect(run(lookupTimeWait(table, loopback(1)))).toMatchObject({ mslClass: 0 });
  expect([free(0), free(3)]).toEqual([7, 2]);
});

test("IPv6 records have separate slots", () => {
  const { add, find, free, table, heap, word } = setUp();
  expect([add(six(1), 7), add(lan(1), 8)]).toEqual([true, true]);
  expect([find(six(1)), find(lan(1)), free(2, "v6"), free(2)]).toEqual([7, 8, 1, 1]);
  const vestiges = word(FamilyCell.vestiges(table.v6.cell));
  expect(nameOf(heap, Vestige.expires(vestiges + 2 * table.v6.vestigeWords))).toBe("v6.vestiges#1.slot[2].expires");
});

test("a lookup while there is no record makes one access, and takes no lock", () => {
  const { run, table } = setUp();
  for (const procedure of [
    lookupTimeWait(table, lan(1)),
    restartTimeWait(table, lan(1)),
    reopenTimeWait(table, lan(1), 9),
    countInTheWay(table, "v4", 80, false),
  ]) {
    const log: string[] = [];
    run(recorded<unknown>(procedure, log));
    expect(log).toEqual(["loadAcquire"]);
  }
});

test("a lookup takes no lock, and touches no record but the one it finds", () => {
  const { run, table, add } = setUp({ heads: 1, slots: 16, lineBytes: 64 });
  for (let port = 1; port <= 5; port++) add(lan(port), port);
  const log: string[] = [];
  run(recorded(lookupTimeWait(table, lan(3)), log));
  expect(log).not.toContain("spinLock");
  // One line holds all five: its header, three tags, then the record's attributes, expiry, locator, names and the
  // values kept.
  // Clock, head, header, tags, …, sequence.
  expect(log.filter((kind) => kind === "readOnce")).toHaveLength(1 + 1 + 1 + 3 + 3 + 3 + 5 + 1);
  const miss: string[] = [];
  run(recorded(lookupTimeWait(table, lan(9)), miss));
  expect(miss.filter((kind) => kind === "readOnce")).toHaveLength(1 + 1 + 1 + 5 + 1);
});

test("a lookup during which a writer intervened is repeated under the lock", () => {
  const { run, table, add } = setUp();
  add(lan(1), 1);
  add(lan(2), 2);
  for (let accesses = 3; accesses < 20; accesses++) {
    const log: string[] = [];
    const snapshot = run(
      interrupted(recorded(lookupTimeWait(table, lan(1)), log), accesses, restartTimeWait(table, lan(1))),
    );
    expect(snapshot).toMatchObject({ receiveNext: 1, receiveWindow: 2, sendNext: 3 });
    expect(log.filter((kind) => kind === "spinLock" || kind === "spinUnlock")).toEqual(["spinLock", "spinUnlock"]);
  }
});

test("a record is gone when it expires, whether or not the timer has run", () => {
  const { add, find, advance, restart, reopen, bind } = setUp();
  add(loopback(1), 1);
  advance(3);
  expect([find(loopback(1)), bind(80)]).toEqual([1, 1]);
  advance(1);
  expect([find(loopback(1)), bind(80), restart(loopback(1)), reopen(loopback(1), 9)]).toEqual([
    undefined,
    0,
    "absent",
    "absent",
  ]);
});

test("a connection with a live record is refused, and one with an expired record is not", () => {
  const { add, advance, find } = setUp();
  expect([add(lan(1), 1), add(lan(1), 2), find(lan(1))]).toEqual([true, false, 1]);
  advance(20);
  expect([add(lan(1), 3), find(lan(1))]).toEqual([true, 3]);
});

test("a disabled facility accepts no record, and takes no lock", () => {
  const { run, table, add, find } = setUp();
  add(lan(1), 1);
  run(setKnob(table, "enable", false));
  const log: string[] = [];
  expect(
    run(
      recorded(
        addTimeWait(table, { connection: lan(2), receiveNext: 1, receiveWindow: 1, sendNext: 1, uid: 1, reuse: false }),
        log,
      ),
    ),
  ).toBe(false);
  expect([log, find(lan(1))]).toEqual([["readOnce"], 1]);
});

test("an addition that finds the facility disabled under the lock changes nothing", () => {
  const { run, table, word, free } = setUp();
  const closed = { connection: lan(2), receiveNext: 1, receiveWindow: 1, sendNext: 1, uid: 1, reuse: false };
  expect(run(interrupted(addTimeWait(table, closed), 1, setKnob(table, "enable", false)))).toBe(false);
  expect([free(2), word(TimeWaitCell.lock(table.cell)), word(TimeWaitCell.sequence(table.cell))]).toEqual([2, 0, 2]);
});

test("a full class gives up the oldest record, with all of the same expiry", () => {
  const { add, find, advance, free } = setUp();
  add(lan(1), 1);
  advance(1);
  add(lan(2), 2);
  add(loopback(1), 9);
  expect(add(lan(3), 3)).toBe(true);
  expect([find(lan(1)), find(lan(2)), find(lan(3)), find(loopback(1)), free(2)]).toEqual([undefined, 2, 3, 9, 0]);
  add(lan(4), 4); // 2 and 3 expire together
  expect([find(lan(2)), find(lan(3)), find(lan(4)), free(2)]).toEqual([undefined, undefined, 4, 1]);
});

test("a class without slots refuses", () => {
  const { add, free } = setUp({ slots: 2 });
  expect([add(lan(1)), free(2)]).toEqual([false, 0]);
});

test("a restarted record moves to a new slot and lives its whole life again", () => {
  const { add, find, advance, restart, tick, free } = setUp();
  add(lan(1), 1);
  advance(19);
  expect([restart(lan(1)), restart(lan(9)), free(2)]).toEqual(["done", "absent", 1]);
  advance(19);
  tick();
  expect(find(lan(1))).toBe(1);
  advance(1);
  expect(find(lan(1))).toBeUndefined();
});

test("a restart keeps all the connection's data", () => {
  const { add, run, table, restart } = setUp();
  add(lan(1), 40, true);
  const before = run(lookupTimeWait(table, lan(1)));
  restart(lan(1));
  expect(run(lookupTimeWait(table, lan(1)))).toEqual(before);
});

test("in a class of one slot a record is evicted to make room for itself", () => {
  const { add, find, restart, free, bind } = setUp({ slots: 4 });
  add(lan(1), 1);
  expect([restart(lan(1)), find(lan(1)), free(2), bind(80)]).toEqual(["done", 1, 0, 1]);
  expect([restart(lan(1)), find(lan(1))]).toEqual(["done", 1]);
});

test("in a full class a restarted record that is evicted is not deleted again", () => {
  const { add, find, restart, free } = setUp();
  add(lan(1), 1);
  add(lan(2), 2); // both expire together, and make room together
  expect([restart(lan(2)), find(lan(1)), find(lan(2)), free(2)]).toEqual(["done", undefined, 2, 1]);
});

test("a restarted record that was evicted leaves the other scheme's slots alone", () => {
  const { add, advance, restart, find, free } = setUp();
  add(wan(1), 1);
  advance(1);
  add(wan(2), 2); // slot 1
  add(wan(3), 3); // slot 0 again, which is where the one class of all connections would begin
  expect([restart(wan(3)), find(wan(2)), find(wan(3)), free(0), free(1)]).toEqual(["done", undefined, 3, 8, 1]);
});

test("a record of another scheme moves to its class, or stays unchanged if its class cannot have the slot", () => {
  const { add, run, table, restart, find, reopen } = setUp({ truncating: false, slots: 4 });
  add(wan(1), 1); // slot 0, which is the remote class's only one
  add(lan(2), 2); // slot 1, the local one
  add(lan(3), 3);
  run(setKnob(table, "truncation", true));
  expect([restart(wan(1)), restart(lan(2)), add(wan(4), 4)]).toEqual(["kept", "kept", false]);
  expect(reopen(wan(1), 9)).toBe("done"); // the oldest: its slot is free
  expect([add(wan(4), 4), run(lookupTimeWait(table, wan(4)))?.mslClass]).toEqual([true, 1]);
  expect([find(lan(2)), find(lan(3))]).toEqual([2, 3]);
});

test("the slot of a deleted record is free at once if it is the oldest, otherwise when earlier ones are gone", () => {
  const { add, advance, reopen, free, tick } = setUp({ slots: 16 });
  add(lan(1), 1);
  advance(1);
  add(lan(2), 2);
  add(lan(3), 3);
  expect([reopen(lan(2), 9), free(2)]).toEqual(["done", 2]);
  expect([reopen(lan(1), 9), free(2)]).toEqual(["done", 3]);
  expect([reopen(lan(3), 9), free(2)]).toEqual(["done", 3]); // the second slot is the oldest now; the third is gone
  advance(20);
  tick();
  expect(free(2)).toBe(5);
});

test("a SYN removes a record only if it is past everything received, across the wrap of the numbers", () => {
  const { add, reopen, find } = setUp();
  add(lan(1), 5);
  expect([
    reopen(lan(1), 4),
    reopen(lan(1), 5),
    find(lan(1)),
    reopen(lan(1), 6),
    find(lan(1)),
    reopen(lan(1), 7),
  ]).toEqual(["kept", "kept", 5, "done", undefined, "absent"]);
  add(lan(1), 0x7fffffff);
  expect([reopen(lan(1), 0x7ffffff0), reopen(lan(1), -0x7fffffff)]).toEqual(["kept", "done"]);
});

test("a bind counts the records of the local port, except those that share it", () => {
  const { add, bind, run, table } = setUp({ heads: 1, slots: 16 });
  add(lan(1), 1, true);
  add(wan(2), 2);
  add(lan(3, 81), 3);
  add(six(4), 4);
  expect([bind(80), bind(80, true), bind(81, true), bind(82), bind(80, false, "v6")]).toEqual([2, 1, 1, 0, 1]);
  const log: string[] = [];
  run(recorded(countInTheWay(table, "v4", 80, false), log));
  expect(log.filter((kind) => /^write|lock$/i.test(kind))).toEqual(["spinLock", "spinUnlock"]);
});

test("a tag that matches another key is not counted for it", () => {
  const { add, bind } = setUp({ slots: 16, heads: 1 });
  // These ports' keys differ by the number 3 twice over, and so do the numbers of the slots that their records get.
  expect(portKey(13011) ^ portKey(62708)).toBe((3 << 4) | 3);
  add(lan(1, 13011)); // slot 5
  add(lan(2, 62708)); // slot 6
  expect([bind(13011), bind(62708)]).toEqual([1, 1]);
});

test("the first record starts the timer; it continues while records are left, and stops itself", () => {
  const { run, add, advance, tick, ticking, timer, find, word, table } = setUp();
  expect([ticking(), timer()]).toEqual([0, WORK_STATE.idle]);
  add(loopback(1), 1);
  expect([ticking(), timer(), word(DelayedWork.expires(table.tickWork))]).toEqual([1, WORK_STATE.pending, 1001]);
  const log: string[] = [];
  run(
    recorded(
      addTimeWait(table, { connection: wan(1), receiveNext: 2, receiveWindow: 3, sendNext: 4, uid: 5, reuse: false }),
      log,
    ),
  );
  expect(log.includes("cmpxchg") || log.includes("storeRelease")).toBe(false);
  advance(4);
  tick();
  expect([ticking(), timer(), word(DelayedWork.expires(table.tickWork)), find(wan(1))]).toEqual([
    1,
    WORK_STATE.pending,
    1005,
    2,
  ]);
  advance(116);
  tick();
  expect([ticking(), timer()]).toEqual([0, WORK_STATE.idle]);
  add(loopback(1), 1);
  expect([ticking(), timer()]).toEqual([1, WORK_STATE.pending]);
});

test("the timer is started before a record's life begins, and stops again if no record was created", () => {
  const { run, table, add, ticking, timer, tick } = setUp({ slots: 2 });
  expect([add(lan(1)), ticking(), timer()]).toEqual([false, 1, WORK_STATE.pending]);
  tick();
  expect([ticking(), timer()]).toEqual([0, WORK_STATE.idle]);
  const log: string[] = [];
  run(
    recorded(
      addTimeWait(table, { connection: lan(1), receiveNext: 1, receiveWindow: 1, sendNext: 1, uid: 1, reuse: false }),
      log,
    ),
  );
  // enabled, sequence, enabled, ticking, then the timer is armed (it reads the clock too), and the record's life begins
  expect(
    log
      .slice(log.indexOf("storeRelease"))
      .filter((kind) => kind === "readOnce" || kind === "cmpxchg" || kind === "storeRelease")
      .slice(0, 5),
  ).toEqual(["storeRelease", "cmpxchg", "readOnce", "storeRelease", "readOnce"]);
});

test("one run of the timer gives up all expired records, of every class and family, and nothing else", () => {
  const { add, advance, tick, free, find } = setUp({ slots: 16 });
  for (const port of [1, 2, 3, 4]) add(loopback(port), port);
  add(lan(1), 1);
  add(six(1), 1);
  advance(4);
  tick();
  expect([free(3), free(2), free(2, "v6"), find(lan(1))]).toEqual([5, 4, 4, 1]);
  advance(16);
  tick();
  expect([free(2), free(2, "v6")]).toEqual([5, 5]);
});

test("enabling takes all memory once, and a second time none", () => {
  const { run, table, word, heap } = setUp({ enabled: false });
  expect(word(FamilyCell.vestiges(table.v4.cell))).toBe(0);
  expect(run(setKnob(table, "enable", true))).toBe(0);
  const places = [table.v4, table.v6].flatMap(({ cell }) => [
    word(FamilyCell.vestiges(cell)),
    word(FamilyCell.lines(cell)),
  ]);
  const slabs = [table.v4, table.v6].flatMap(({ vestigesSlab, linesSlab }) => [vestigesSlab, linesSlab]);
  expect(slabs.map((slab) => heap.words[Slab.live(slab)])).toEqual([1, 1, 1, 1]);
  expect([run(setKnob(table, "enable", false)), run(setKnob(table, "enable", true))]).toEqual([0, 0]);
  expect(
    [table.v4, table.v6].flatMap(({ cell }) => [word(FamilyCell.vestiges(cell)), word(FamilyCell.lines(cell))]),
  ).toEqual(places);
  expect(word(TimeWaitCell.enabled(table.cell))).toBe(1);
});

for (const objectsMax of [0, 1, 2, 3]) {
  test(`enabling with memory for ${objectsMax} of four objects fails, and keeps none of them`, () => {
    const { run, table, word, heap, add } = setUp({ objectsMax, enabled: false });
    expect([run(setKnob(table, "enable", true)), run(setKnob(table, "enable", true))]).toEqual([12, 12]);
    for (const { cell, vestigesSlab, linesSlab } of [table.v4, table.v6]) {
      expect([
        word(FamilyCell.vestiges(cell)),
        word(FamilyCell.lines(cell)),
        heap.words[Slab.live(vestigesSlab)],
        heap.words[Slab.live(linesSlab)],
      ]).toEqual([0, 0, 0, 0]);
    }
    expect([word(TimeWaitCell.enabled(table.cell)), add(lan(1)), word(TimeWaitCell.lock(table.cell))]).toEqual([
      0,
      false,
      0,
    ]);
    expect(run(setKnob(table, "enable", false))).toBe(0);
  });
}

test("an unknown knob is refused", () => {
  const { run, table } = setUp();
  expect(run(setKnob(table, "entries", true))).toBe(2);
});

test("switching truncation affects connections that close from then on", () => {
  const { run, table, add, word } = setUp({ slots: 16 });
  add(lan(1), 1);
  expect(run(setKnob(table, "truncation", false))).toBe(0);
  expect(word(TimeWaitCell.truncating(table.cell))).toBe(0);
  expect(run(lookupTimeWait(table, lan(1)))?.mslClass).toBe(2);
  add(lan(2), 2);
  expect(run(lookupTimeWait(table, lan(2)))?.mslClass).toBe(0);
});

test("when lines run out, the class gives up its oldest one by one until there is room", () => {
  const { add, find, advance, free } = setUp({ lineBytes: 8, lines: 4, heads: 1, slots: 16 });
  add(lan(1), 1);
  advance(1);
  add(lan(2), 2);
  expect(add(lan(3), 3)).toBe(true);
  expect([find(lan(1)), find(lan(2)), find(lan(3)), free(2)]).toEqual([undefined, 2, 3, 3]);
});

test("when lines run out and the class has nothing to give up, the connection is refused and its slot free", () => {
  const { add, find, free, word, table } = setUp({ lineBytes: 8, lines: 4, heads: 1, slots: 16 });
  add(lan(1), 1);
  add(lan(2), 2);
  expect([add(wan(1), 3), find(wan(1)), find(lan(1)), find(lan(2)), free(1)]).toEqual([false, undefined, 1, 2, 5]);
  const vestiges = word(FamilyCell.vestiges(table.v4.cell));
  expect(word(Vestige.attributes(vestiges))).toBe(0);
});

test("a tag whose port chain has no line left is removed from the tuples' chain again", () => {
  const { add, find, free } = setUp({ lineBytes: 8, lines: 3, heads: 1, slots: 16 });
  add(lan(1), 1);
  expect([add(wan(1), 3), find(wan(1)), find(lan(1)), free(1)]).toEqual([false, undefined, 1, 5]);
  expect([add(lan(2), 2), find(lan(1)), find(lan(2))]).toEqual([true, undefined, 2]); // by eviction
});

test("however few lines there are, a restarted record finds room again", () => {
  const { add, restart, find, reopen, free } = setUp({ lineBytes: 8, lines: 4, heads: 1, slots: 16 });
  add(lan(1), 1);
  add(lan(2), 2);
  for (const port of [1, 2, 2, 1]) expect([restart(lan(port)), find(lan(1)), find(lan(2))]).toEqual(["done", 1, 2]);
  expect([reopen(lan(1), 9), free(2) < 5]).toEqual(["done", true]);
});

test("the last free line is left to the chain that needs it: a restarted record displaces no other", () => {
  const { add, restart, reopen, find, word, table } = setUp({ lineBytes: 12, lines: 6, heads: 2, slots: 32 });
  // Two ports with different chains, and foreign ports that determine the tuples' chain.
  const [even = 0, odd = 0] = [0, 1].map(
    (head) => Array.from({ length: 50 }, (_, port) => port + 80).find((port) => (portKey(port) & 1) === head) ?? 0,
  );
  const record = (localPort: number, tuples: number, number: number) => {
    const foreignPort = 2 * number;
    return (tupleKey(lan(foreignPort, localPort)) & 1) === tuples
      ? lan(foreignPort, localPort)
      : lan(foreignPort + 1, localPort);
  };
  const moved = record(odd, 0, 1);
  const gone = record(odd, 1, 3);
  const others = [record(even, 0, 2), record(odd, 0, 4), record(even, 0, 5), record(odd, 1, 6)] as const;
  for (const connection of [moved, others[0], gone, others[1], others[2], others[3]])
    expect(add(connection, 1)).toBe(true);
  expect(reopen(gone, 9)).toBe("done");
  expect(word(word(FamilyCell.lines(table.v4.cell)) + LINES_FREE_COUNT)).toBe(0);
  // Now its tag in the ports' chain is alone in a line, which its removal frees; the one in the tuples' chain is not.
  expect(restart(moved)).toBe("done");
  expect([moved, ...others].map(find)).toEqual([1, 1, 1, 1, 1]);
  expect(word(word(FamilyCell.lines(table.v4.cell)) + LINES_FREE_COUNT)).toBe(0);
});

test("a slot that is taken but not in the hash table is not found", () => {
  const { add, find, word, table, heap } = setUp();
  add(lan(1), 1);
  const attributes = Vestige.attributes(word(FamilyCell.vestiges(table.v4.cell)) + 2 * table.v4.vestigeWords);
  expect(word(attributes) & HASHED).toBe(HASHED);
  heap.words[attributes] = word(attributes) & ~HASHED;
  expect(find(lan(1))).toBeUndefined();
});

test("a tag is skipped if its record names another place for it", () => {
  const { add, find, bind, word, table, heap } = setUp();
  add(lan(1), 1);
  const vestige = word(FamilyCell.vestiges(table.v4.cell)) + 2 * table.v4.vestigeWords;
  heap.words[Vestige.tupleLocator(vestige)] = word(Vestige.tupleLocator(vestige)) ^ 1;
  expect([find(lan(1)), bind(80)]).toEqual([undefined, 1]);
  heap.words[Vestige.portLocator(vestige)] = word(Vestige.portLocator(vestige)) ^ 1;
  expect(bind(80)).toBe(0);
});
