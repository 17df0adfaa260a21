import { expect, test } from "vitest";
import { type Access, type Address, assertHolds, read, write } from "#impl/memory/access.ts";
import { createHeap, NIL_WORDS, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { readLock, readUnlock, writeLock, writeUnlock } from "#impl/sync/rwlock.ts";
import { search } from "#fuzz/search/search.ts";
import { depthFirst } from "#fuzz/strategies/depth-first.ts";
import { Machine } from "./machine.ts";
import type { Program } from "./program.ts";

const Guarded = struct("guarded", { lock: 1, first: 1, second: 1 });

/** Two words that are equal whenever the lock is free, accessed plainly. */
function program(threads: readonly ((guarded: Address) => Access)[]): Program {
  const heap = createHeap(10);
  const guarded = place(heap, Guarded, "guarded");
  return {
    name: "rwlock",
    heap,
    threads: threads.map((body, index) => ({ name: `thread ${index}`, body: () => body(guarded) })),
    watchers: [],
  };
}

function* readBoth(guarded: Address): Access {
  const first = yield read(Guarded.first(guarded));
  const second = yield read(Guarded.second(guarded));
  yield assertHolds(first === second, "a reader finds the words equal");
}

function* reader(guarded: Address): Access {
  yield* readLock(Guarded.lock(guarded));
  yield* readBoth(guarded);
  yield* readUnlock(Guarded.lock(guarded));
}

function* writer(guarded: Address): Access {
  yield* writeLock(Guarded.lock(guarded));
  const first = yield read(Guarded.first(guarded));
  yield write(Guarded.first(guarded), first + 1);
  const second = yield read(Guarded.second(guarded));
  yield write(Guarded.second(guarded), second + 1);
  yield* writeUnlock(Guarded.lock(guarded));
}

const explored = (threads: readonly ((guarded: Address) => Access)[]) =>
  search(new Machine(program(threads)), depthFirst(), { executionsMax: 500_000 });

// Reader first: the writer tries before one of the reader's 3 other accesses, or after them all: 4. Writer first: the
// reader counts itself in before one of the writer's 5 other accesses and out again before one of the remaining ones,
// or after them all: 6 + 5 + 4 + 3 + 2; or in after them all: 1.
test("a writer and a reader exclude each other in every schedule, and plain accesses do not race", () => {
  expect(explored([writer, reader])).toMatchObject({ kind: "exhausted", executions: 25 });
});

// The second writer tries before one of the other's 5 later accesses, or after them all: 6, and either may be second.
test("two writers exclude each other in every schedule, and neither waits forever", () => {
  expect(explored([writer, writer])).toMatchObject({ kind: "exhausted", executions: 12 });
});

test("readers do not wait for each other", () => {
  const machine = new Machine(program([reader, reader]));
  let together = 0;
  machine.run({
    name: "in turn",
    begin() {},
    choose: (running) =>
      running.words[NIL_WORDS] === 1 ? (running.enabled[running.enabledCount - 1] ?? 0) : (running.enabled[0] ?? 0),
    performed: (running) => void (together = Math.max(together, running.words[NIL_WORDS] ?? 0)),
  });
  expect(machine.violation).toBeUndefined();
  expect(together).toBe(2);
});

test("a reader without the lock is found", () => {
  expect(explored([writer, readBoth])).toMatchObject({ kind: "violated", violation: { property: "data-race" } });
});
