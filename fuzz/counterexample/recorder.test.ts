import { expect, test } from "vitest";
import {
  type Access,
  allocate,
  atomicAdd,
  awaitUnequal,
  callRcu,
  cmpxchg,
  free,
  mutexLock,
  mutexUnlock,
  NIL,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  read,
  smpMb,
  spinLock,
  spinTrylock,
  spinUnlock,
  write,
  writeOnce,
  xchg,
} from "#impl/memory/access.ts";
import { createHeap, place, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { accessText } from "#reports/recorded-execution.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { replay } from "./replay.ts";

const Table = struct("table", { lock: 1, mutex: 1, number: 1, head: 1, flag: 1 });
const Entry = struct("entry", { next: 1, refcount: 1 });

type Steps = (at: { table: number; entries: number }) => Access;

function programOf(bodies: readonly Steps[], setUp?: Steps): Program {
  const heap = createHeap(64);
  const table = place(heap, Table, "table");
  const entries = placeSlab(heap, Entry, "entry", 2);
  const at = { table, entries };
  return {
    name: "recorded",
    heap,
    ...(setUp === undefined ? {} : { setUp: () => setUp(at) }),
    threads: bodies.map((body, thread) => ({ name: `thread ${thread + 1}`, body: () => body(at) })),
    watchers: [],
  };
}

/** The effect of each access, and what its thread held after it. */
function effectsOf(program: Program, choices: readonly number[]): string[] {
  const { execution } = replay(program, { choices });
  return execution.rows.flatMap((row) =>
    row.kind === "access" ? [`${accessText(row)} ${row.effect} [${row.holds.join(", ")}]`] : [],
  );
}

test("a lock is held until it is released, a trylock only when it succeeds", () => {
  const program = programOf([
    function* ({ table }) {
      yield mutexLock(Table.mutex(table));
      yield spinLock(Table.lock(table));
      yield spinUnlock(Table.lock(table));
      yield mutexUnlock(Table.mutex(table));
    },
    function* ({ table }) {
      yield spinTrylock(Table.lock(table));
      const taken = yield spinTrylock(Table.lock(table));
      if (taken === 1) yield spinUnlock(Table.lock(table));
    },
  ]);
  expect(effectsOf(program, [0, 0, 1, 0, 1, 1, 0])).toEqual([
    "mutexLock table.mutex  [table.mutex]",
    "spinLock table.lock  [table.mutex, table.lock]",
    "spinTrylock table.lock busy []",
    "spinUnlock table.lock  [table.mutex]",
    "spinTrylock table.lock taken [table.lock]",
    "spinUnlock table.lock  []",
    "mutexUnlock table.mutex  []",
  ]);
});

test("read-modify-writes show the word before and after, and a cmpxchg that fails what it found", () => {
  const program = programOf([
    function* ({ table }) {
      const number = Table.number(table);
      yield atomicAdd(number, 5);
      yield cmpxchg(number, 5, 7);
      yield cmpxchg(number, 5, 9);
      yield xchg(number, 1);
      yield awaitUnequal(number, -1, 0);
      yield write(number, 1);
      yield smpMb();
    },
  ]);
  const { execution } = replay(program, { choices: [0, 0, 0, 0, 0, 0] });
  const rows = execution.rows.filter((row) => row.kind === "access");
  expect(rows.map(({ effect, writes }) => [effect, writes])).toEqual([
    ["0 → 5", true],
    ["5 → 7", true],
    ["finds 7, not 5", false],
    ["7 → 1", true],
    ["1", false],
    ["1 → 1", true],
  ]);
});

test("a thread holds the references it added to a refcount, whichever thread drops them", () => {
  const program = programOf(
    [
      function* ({ table }) {
        const entry = yield read(Table.head(table));
        yield atomicAdd(Entry.refcount(entry), 1);
        yield atomicAdd(Entry.refcount(entry), 1);
        yield atomicAdd(Entry.refcount(entry), -1);
        yield writeOnce(Entry.refcount(entry), -1);
      },
    ],
    function* ({ table, entries }) {
      const entry = yield allocate(entries);
      yield writeOnce(Entry.next(entry), NIL);
      yield writeOnce(Entry.refcount(entry), 0);
      yield write(Table.head(table), entry);
    },
  );
  expect(effectsOf(program, [0, 0, 0, 0, 0])).toEqual([
    "read table.head entry#1 []",
    "atomicAdd entry#1.refcount 0 → 1 [ref entry#1]",
    "atomicAdd entry#1.refcount 1 → 2 [2 refs entry#1]",
    "atomicAdd entry#1.refcount 2 → 1 [ref entry#1]",
    "writeOnce entry#1.refcount 1 → -1 []",
  ]);
});

test("objects are shown as they are allocated and freed, and a callback as its own thread", () => {
  function* reclaim(this: void, argument: number): Access {
    yield free(slab, argument);
  }
  let slab = NIL;
  const program = programOf([
    function* ({ table, entries }) {
      slab = entries;
      const entry = yield allocate(entries);
      yield writeOnce(Entry.refcount(entry), 1);
      yield callRcu(reclaim, entry);
      yield allocate(entries);
      yield allocate(entries);
      yield rcuReadLock();
      yield rcuReadUnlock();
      yield rcuReadLock();
      yield rcuDereference(Table.head(table));
      yield rcuReadUnlock();
    },
  ]);
  const { execution, violation } = replay(program, { choices: [0, 0, 0, 0, 0, 0, 1, 1] });
  expect(execution.threads).toEqual(["thread 1", "rcu callback 1"]);
  expect(
    execution.rows.flatMap((row) =>
      row.kind === "access" ? [`${row.thread} ${accessText(row)} ${row.effect} [${row.holds.join(", ")}]`] : [],
    ),
  ).toEqual([
    "0 allocate entry → entry#1 []",
    "0 writeOnce entry#1.refcount → 1 [ref entry#1]",
    "0 callRcu entry#1  [ref entry#1]",
    "0 allocate entry → entry#2 [ref entry#1]",
    "0 allocate entry none left [ref entry#1]",
    "0 rcuDereference table.head NIL [rcu, ref entry#1]",
    "1 synchronizeRcu (over) []",
    "1 free entry#1  []",
  ]);
  // The callback waits where it was posted: its first access has that line.
  const rows = execution.rows.filter((row) => row.kind === "access");
  expect(rows[6]?.location).toEqual(rows[2]?.location);
  expect(rows[7]?.location?.line).not.toBe(rows[2]?.location?.line);
  expect(violation?.property).toBe("leak");
});

test("a number that looks like an address stays a number if it was added up", () => {
  const program = programOf([
    function* ({ table, entries }) {
      const entry = yield allocate(entries);
      yield writeOnce(Entry.next(entry), NIL);
      yield write(Table.head(table), entry);
      yield atomicAdd(Table.number(table), entry);
      yield atomicAdd(Table.flag(table), 1);
    },
  ]);
  const effects = effectsOf(program, [0, 0, 0, 0, 0]);
  expect(effects[2]).toBe("write table.head NIL → entry#1 []");
  expect(effects[3]).toMatch(/^atomicAdd table\.number 0 → \d+ \[\]$/);
});

test("an access outside every object is recorded by the number of its word", () => {
  const program = programOf([
    function* () {
      yield read(60);
    },
  ]);
  const { execution } = replay(program, { choices: [0] });
  expect(execution.rows[0]).toMatchObject({ place: "word 60", object: "" });
  expect(execution.violation).toMatchObject({ property: "memory-safety" });
});
