import { Machine } from "#fuzz/machine/machine.ts";
import { share } from "#fuzz/programs/toy-program.ts";
import {
  type Access,
  allocate,
  atomicAdd,
  awaitUnequal,
  cmpxchg,
  free,
  mutexLock,
  mutexUnlock,
  readOnce,
  synchronizeRcu,
  writeOnce,
  xchg,
} from "#impl/memory/access.ts";
import type { AccessKind, Address } from "#impl/memory/access.ts";
import { createHeap, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { expect, test } from "vitest";
import { LastAccess, conflictsWith } from "./conflict.ts";

const Pair = struct("pair", { first: 1, second: 1 });

interface Place {
  readonly x: Address;
  readonly y: Address;
  readonly lock: Address;
  readonly slab: Address;
  /** An allocated object of the slab. */
  readonly object: Address;
}

/** Do the first accesses of two threads conflict, checked in both directions? */
function conflict(one: (place: Place) => AccessKind, other: (place: Place) => AccessKind): boolean {
  const heap = createHeap(64);
  const at = share(heap, "words", { x: 1, y: 1, lock: 1, object: 1 });
  const slab = placeSlab(heap, Pair, "pair", 4);
  const machine = new Machine({
    name: "two accesses",
    heap,
    *setUp() {
      const object = yield allocate(slab);
      yield writeOnce(at.object, object);
    },
    threads: [one, other].map((access, thread) => ({
      name: `thread ${thread}`,
      *body(): Access {
        yield access({ x: at.x, y: at.y, lock: at.lock, slab, object: heap.words[at.object] ?? 0 });
      },
    })),
    watchers: [],
  });
  const results: boolean[] = [];
  machine.run({
    name: "asks",
    begin(started) {
      for (const thread of [0, 1]) {
        const access = {
          kind: started.pendingKind[thread] as AccessKind,
          address: started.pendingAddress[thread] ?? 0,
          operand: started.pendingOperand[thread] ?? 0,
        };
        results.push(conflictsWith(started, 1 - thread, access));
      }
    },
    choose: (started) => started.enabled[0] ?? 0,
  });
  expect(results[0]).toBe(results[1]);
  return results[0] === true;
}

test("accesses to one word conflict unless both read", () => {
  expect(
    conflict(
      ({ x }) => readOnce(x),
      ({ x }) => readOnce(x),
    ),
  ).toBe(false);
  expect(
    conflict(
      ({ x }) => readOnce(x),
      ({ x }) => writeOnce(x, 1),
    ),
  ).toBe(true);
  expect(
    conflict(
      ({ x }) => awaitUnequal(x, -1, 1),
      ({ x }) => readOnce(x),
    ),
  ).toBe(false);
  expect(
    conflict(
      ({ x }) => awaitUnequal(x, -1, 1),
      ({ x }) => xchg(x, 1),
    ),
  ).toBe(true);
  expect(
    conflict(
      ({ x }) => atomicAdd(x, 1),
      ({ x }) => atomicAdd(x, 1),
    ),
  ).toBe(true);
  expect(
    conflict(
      ({ x }) => cmpxchg(x, 1, 2),
      ({ x }) => readOnce(x),
    ),
  ).toBe(true);
});

test("accesses to different words do not conflict", () => {
  expect(
    conflict(
      ({ x }) => writeOnce(x, 1),
      ({ y }) => writeOnce(y, 1),
    ),
  ).toBe(false);
});

test("uses of one lock conflict, and uses of one slab", () => {
  expect(
    conflict(
      ({ lock }) => mutexLock(lock),
      ({ lock }) => mutexLock(lock),
    ),
  ).toBe(true);
  expect(
    conflict(
      ({ lock }) => mutexUnlock(lock),
      ({ lock }) => mutexLock(lock),
    ),
  ).toBe(true);
  expect(
    conflict(
      ({ lock }) => mutexLock(lock),
      ({ x }) => writeOnce(x, 1),
    ),
  ).toBe(false);
  expect(
    conflict(
      ({ slab }) => allocate(slab),
      ({ slab }) => allocate(slab),
    ),
  ).toBe(true);
});

test("a free conflicts with accesses to the object's words only", () => {
  expect(
    conflict(
      ({ slab, object }) => free(slab, object),
      ({ object }) => readOnce(Pair.first(object)),
    ),
  ).toBe(true);
  expect(
    conflict(
      ({ slab, object }) => free(slab, object),
      ({ object }) => writeOnce(Pair.second(object), 1),
    ),
  ).toBe(true);
  expect(
    conflict(
      ({ slab, object }) => free(slab, object),
      ({ x }) => readOnce(x),
    ),
  ).toBe(false);
});

test("waits for grace periods conflict with nothing", () => {
  expect(
    conflict(
      () => synchronizeRcu(),
      () => synchronizeRcu(),
    ),
  ).toBe(false);
});

test("the last access is the one just made, not the pending one", () => {
  const heap = createHeap(64);
  const at = share(heap, "words", { x: 1, y: 1 });
  const machine = new Machine({
    name: "one thread",
    heap,
    threads: [
      {
        name: "thread",
        *body() {
          yield writeOnce(at.x, 7);
          yield readOnce(at.y);
        },
      },
    ],
    watchers: [],
  });
  const last = new LastAccess();
  const seen: number[][] = [];
  for (let run = 0; run < 2; run++) {
    machine.run({
      name: "records",
      begin: (started) => last.begin(started),
      choose: () => 0,
      performed(running, thread) {
        last.performed(running, thread);
        seen.push([last.address, last.operand]);
      },
    });
  }
  expect(seen.map(([address]) => address)).toEqual([at.x, at.y, at.x, at.y]);
  expect(seen[0]).toEqual([at.x, 7]);
});
