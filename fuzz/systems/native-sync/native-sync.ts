/**
 * The native target's own synchronisation as a system to verify: its lock, its RCU for worker threads, its deferred and
 * queued works.
 *
 * The lock and the lists of waiters are words here, as are the slots of threads; what the machine has of its own
 * (locks, grace periods) is used by the wait list only. A thread that dies goes on to nothing: its slot says online for
 * ever.
 */
import * as fc from "fast-check";
import { z } from "zod";
import {
  type Access,
  type Address,
  allocate,
  awaitEqual,
  beginOperation,
  endOperation,
  free,
  loadAcquire,
  NIL,
  read,
  storeRelease,
  write,
} from "#impl/memory/access.ts";
import { createHeap, type Heap, place, placeSlab } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { struct } from "#impl/memory/struct.ts";
import { type Deferred, defer, placeDeferred, runDeferred } from "#impl/native/deferred.ts";
import { acquireLock, FREE, releaseLock } from "#impl/native/lock.ts";
import { runIfQueued } from "#impl/native/queued-work.ts";
import {
  awaitGracePeriod,
  claimSlot,
  forgetThread,
  goOffline,
  passQuiescentState,
  placeRcu,
} from "#impl/native/rcu.ts";
import { WaitList } from "#impl/native/wait-list.ts";
import { placeDelayedWork, queueDelayedWork } from "#impl/sync/delayed-work.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import {
  createNativeSyncModel,
  type NativeSyncOperation,
  type NativeSyncState,
} from "#model/native-sync/native-sync.ts";
import { modelHistory } from "#properties/linearizability/model-history.ts";
import type { Watcher } from "#properties/watcher.ts";
import type { Scenario } from "../scenario.ts";
import type { System } from "../system.ts";

const operationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("increment") }),
  z.strictObject({ kind: z.literal("replace"), value: z.int32(), waits: z.boolean() }),
  z.strictObject({ kind: z.literal("read") }),
  z.strictObject({ kind: z.literal("reclaim") }),
  z.strictObject({ kind: z.literal("request") }),
  z.strictObject({ kind: z.literal("serve") }),
  z.strictObject({ kind: z.literal("die") }),
  z.strictObject({ kind: z.literal("forget") }),
]);

const operations: fc.Arbitrary<NativeSyncOperation> = fc.oneof(
  fc.constantFrom<NativeSyncOperation>(
    { kind: "increment" },
    { kind: "read" },
    { kind: "read" },
    { kind: "reclaim" },
    { kind: "request" },
    { kind: "serve" },
  ),
  fc.record({ kind: fc.constant("replace" as const), value: fc.integer({ min: 1, max: 9 }), waits: fc.boolean() }),
);

export const nativeSync: System<NativeSyncOperation> = {
  name: "native-sync",
  about: "locks, RCU, deferred and queued works of the native target, on words",
  operationSchema,
  limitsSchema: z.strictObject({}),
  operations,
  properties: ["linearizability", "lock-is-free"],
  compile,
};

const Counter = struct("counter", { lock: 1, count: 1 });
const Cell = struct("cell", { lock: 1, root: 1 });
const Version = struct("version", { link: 1, value: 1 });
const Works = struct("works", { guard: 1, runs: 1, jiffies: 1 });
const Grave = struct("grave", { isDead: 1 });

const FIRST_VALUE = 1;
const FREE_VERSION = 1;

interface Placed {
  readonly heap: Heap;
  readonly counter: Address;
  readonly cell: Address;
  readonly versions: Address;
  readonly works: Address;
  readonly work: Address;
  readonly grave: Address;
  readonly waitList: Address;
  readonly deferred: Deferred;
}

function placeAll(threads: number, versionsMax: number): Placed {
  const heap = createHeap(200 + 20 * (threads + versionsMax));
  const waitList = place(heap, WaitList, "waitList");
  const rcu = placeRcu(heap, threads);
  return {
    heap,
    waitList,
    deferred: placeDeferred(heap, rcu, versionsMax, waitList),
    counter: place(heap, Counter, "counter"),
    cell: place(heap, Cell, "cell"),
    versions: placeSlab(heap, Version, "version", versionsMax),
    works: place(heap, Works, "works"),
    work: placeDelayedWork(heap, "work"),
    grave: place(heap, Grave, "grave"),
  };
}

/** The thread that performs an operation: its number, from 1, and whether it is no more. */
interface Performer {
  readonly me: number;
  isDead: boolean;
}

function compile({ name, initial, threads }: Scenario<NativeSyncOperation>): Program {
  const all = [...initial, ...threads.flatMap((thread) => thread.operations)];
  const versionsMax = 1 + all.filter(({ kind }) => kind === "replace").length;
  const threadCount = Math.max(1, threads.length);
  const mortal = threads.findIndex((thread) => thread.operations.some(({ kind }) => kind === "die"));
  const placed = placeAll(threadCount, versionsMax);
  let number = 0;
  const bodies: ThreadBody[] = threads.map((thread, index) => {
    const numbered = thread.operations.map((operation) => ({ operation, number: number++ }));
    return {
      name: thread.name,
      *body() {
        const performer = { me: index + 1, isDead: false };
        for (const one of numbered) {
          if (isIdle(one.operation, performer, mortal)) continue;
          yield beginOperation(one.number);
          const response = yield* perform(placed, one.operation, performer, mortal);
          yield endOperation(response);
        }
      },
    };
  });
  return {
    name,
    heap: placed.heap,
    *setUp() {
      yield* setUp(placed, initial, threadCount);
    },
    threads: bodies,
    watchers: [lockIsFreeWatcher(placed)],
    history: modelHistory(createNativeSyncModel(stateAfter(initial, threadCount, versionsMax)), {
      operations: threads.flatMap((thread) => thread.operations),
      responseOf: (word) => word,
      describe: (operation) => (operation.kind === "replace" ? `replace ${operation.value}` : operation.kind),
    }),
  };
}

/** Has the operation nothing to work on? Nobody dies in the set-up. */
function isIdle({ kind }: NativeSyncOperation, { me, isDead }: Performer, mortal: number): boolean {
  return isDead || (kind === "forget" && (mortal === -1 || mortal === me - 1));
}

function* setUp(placed: Placed, initial: readonly NativeSyncOperation[], threadCount: number): Access {
  const { deferred, versions, cell } = placed;
  for (let thread = 1; thread <= threadCount; thread++) yield* claimSlot(deferred.rcu, thread);
  const version = yield allocate(versions);
  yield write(Version.link(version), NIL);
  yield write(Version.value(version), FIRST_VALUE);
  yield storeRelease(Cell.root(cell), version);
  const performer = { me: 1, isDead: false };
  for (const operation of initial) {
    if (operation.kind !== "die" && operation.kind !== "forget") yield* perform(placed, operation, performer, -1);
  }
}

/** What the initial operations leave, by doing them on memory of their own. */
function stateAfter(
  initial: readonly NativeSyncOperation[],
  threadCount: number,
  versionsMax: number,
): NativeSyncState {
  const placed = placeAll(threadCount, versionsMax);
  const { heap, counter, cell, work } = placed;
  runAlone(heap, setUp(placed, initial, threadCount));
  const at = (address: Address): number => heap.words[address] ?? 0;
  return {
    count: at(Counter.count(counter)),
    value: at(Version.value(at(Cell.root(cell)))),
    requested: at(work) !== 0,
  };
}

function* perform(
  placed: Placed,
  operation: NativeSyncOperation,
  performer: Performer,
  mortal: number,
): Access<number> {
  const { counter, deferred, waitList, works, work, versions, grave } = placed;
  const { me } = performer;
  const slotOf = (thread: number): Address => deferred.rcu.slots[thread - 1] ?? NIL;
  switch (operation.kind) {
    case "increment": {
      yield* acquireLock(Counter.lock(counter), me, waitList);
      const count = (yield read(Counter.count(counter))) + 1;
      yield write(Counter.count(counter), count);
      yield* releaseLock(Counter.lock(counter), waitList);
      return count;
    }
    case "replace":
      return yield* replace(placed, me, operation);
    case "read": {
      yield* passQuiescentState(deferred.rcu, slotOf(me));
      const value = yield* readValue(placed);
      yield* goOffline(slotOf(me));
      return value;
    }
    case "reclaim":
      yield* runDeferred(deferred, me, 2, function* (_callback, version) {
        yield free(versions, version);
      });
      return 0;
    case "request": {
      const isFirst = yield* queueDelayedWork(work, 0, Works.jiffies(works));
      return isFirst ? 1 : 0;
    }
    case "serve": {
      const ran = yield* runIfQueued(work, Works.guard(works), me, function* () {
        const runs = yield read(Works.runs(works));
        yield write(Works.runs(works), runs + 1);
      });
      return ran ? 1 : 0;
    }
    case "die":
      yield* passQuiescentState(deferred.rcu, slotOf(me));
      yield* readValue(placed);
      yield storeRelease(Grave.isDead(grave), 1);
      performer.isDead = true;
      return 0;
    case "forget":
      yield awaitEqual(Grave.isDead(grave), 1, 1);
      yield* forgetThread(slotOf(mortal + 1));
      return 0;
  }
}

function* readValue({ cell }: Placed): Access<number> {
  const version = yield loadAcquire(Cell.root(cell));
  return yield read(Version.value(version));
}

function* replace(
  { cell, versions, deferred, waitList }: Placed,
  me: number,
  { value, waits }: { readonly value: number; readonly waits: boolean },
): Access<number> {
  const version = yield allocate(versions);
  yield write(Version.link(version), NIL);
  yield write(Version.value(version), value);
  yield* acquireLock(Cell.lock(cell), me, waitList);
  const old = yield read(Cell.root(cell));
  yield storeRelease(Cell.root(cell), version);
  yield* releaseLock(Cell.lock(cell), waitList);
  const before = yield read(Version.value(old));
  if (waits) {
    yield* awaitGracePeriod(deferred.rcu);
    yield free(versions, old);
  } else {
    yield* defer(deferred, me, FREE_VERSION, old);
  }
  return before;
}

/** When everybody has returned, nobody holds a lock. */
function lockIsFreeWatcher({ counter, cell, works }: Placed): Watcher {
  const locks = [Counter.lock(counter), Cell.lock(cell), Works.guard(works)];
  return {
    property: "lock-is-free",
    ended(words) {
      const held = locks.find((lock) => words[lock] !== FREE);
      return held === undefined ? undefined : `the lock at word ${held} is held, and every thread has returned`;
    },
  };
}
