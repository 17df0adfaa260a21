/**
 * The native target's own synchronisation as a system to verify: its lock, its RCU for worker threads, its deferred and
 * queued works.
 *
 * The lock, the lists of waiters and the slots of threads are words here; only the wait list uses the machine's own
 * locks and grace periods. A thread that dies performs nothing more: its slot stays online forever.
 */
import * as fc from "fast-check";
import { z } from "zod";
import {
  type Access,
  type Address,
  allocate,
  awaitEqual,
  free,
  loadAcquire,
  NIL,
  read,
  storeRelease,
  write,
} from "#impl/memory/access.ts";
import { type Heap, place, placeSlab } from "#impl/memory/heap.ts";
import { Slab } from "#impl/memory/slab.ts";
import { struct } from "#impl/memory/struct.ts";
import { wordAt } from "#impl/memory/word.ts";
import { type Deferred, defer, DeferredQueue, placeDeferred, runDeferred } from "#impl/native/deferred.ts";
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
import { DelayedWork, placeDelayedWork, queueDelayedWork, WORK_STATE } from "#impl/sync/delayed-work.ts";
import { createNativeSyncModel, type NativeSyncState } from "#model/native-sync/native-sync.ts";
import type { OperationHistory, Settled } from "#properties/linearizability/operation-history.ts";
import type { Watcher } from "#properties/watcher.ts";
import { defineSystem } from "../define-system.ts";
import { argument } from "../operation-arguments.ts";
import { type Caller, operation } from "../operation-table.ts";
import type { MemoryAtRest } from "../system-definition.ts";
import { nativeSyncScenarios } from "./native-sync-scenarios.ts";

const Counter = struct("counter", { lock: 1, count: 1 });
const Cell = struct("cell", { lock: 1, root: 1 });
const Version = struct("version", { link: 1, value: 1 });
const Works = struct("works", { guard: 1, runs: 1, jiffies: 1 });
const Grave = struct("grave", { isDead: 1 });

const FIRST_VALUE = 1;
const FREE_VERSION = 1;
const DUE_AT_ONCE = 2;

interface Placed {
  readonly counter: Address;
  readonly cell: Address;
  readonly versions: Address;
  readonly works: Address;
  readonly work: Address;
  readonly grave: Address;
  readonly waitList: Address;
  readonly deferred: Deferred;
  /** The number of the thread that dies, from 0; −1 if none does. */
  readonly mortal: number;
}

/** A thread that may die. */
interface Mortal {
  isDead: boolean;
}

type MortalCaller = Caller<Mortal>;

const operations = {
  increment: operation({
    *run({ counter, waitList }: Placed, _values, { thread }: MortalCaller) {
      yield* acquireLock(Counter.lock(counter), thread + 1, waitList);
      const count = (yield read(Counter.count(counter))) + 1;
      yield write(Counter.count(counter), count);
      yield* releaseLock(Counter.lock(counter), waitList);
      return count;
    },
  }),
  replace: operation({
    weight: 6,
    arguments: {
      value: argument(z.int32(), fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, -1, 0x7fffffff, -0x80000000)),
      waits: argument(z.boolean(), fc.boolean()),
    },
    run: (placed: Placed, values, { thread }: MortalCaller) => replace(placed, thread + 1, values),
  }),
  read: operation({
    weight: 2,
    *run(placed: Placed, _values, { thread }: MortalCaller) {
      yield* passQuiescentState(placed.deferred.rcu, slotOf(placed, thread));
      const value = yield* readValue(placed);
      yield* goOffline(slotOf(placed, thread));
      return value;
    },
  }),
  reclaim: operation({
    returns: "nothing",
    *run({ deferred, versions }: Placed, _values, { thread }: MortalCaller) {
      yield* runDeferred(deferred, thread + 1, DUE_AT_ONCE, function* (_callback, version) {
        yield free(versions, version);
      });
    },
  }),
  request: operation({ run: ({ work, works }: Placed) => queueDelayedWork(work, 0, Works.jiffies(works)) }),
  serve: operation({
    run: ({ work, works }: Placed, _values, { thread }: MortalCaller) =>
      runIfQueued(work, Works.guard(works), thread + 1, function* () {
        const runs = yield read(Works.runs(works));
        yield write(Works.runs(works), runs + 1);
      }),
  }),
  die: operation({
    weight: 0,
    returns: "nothing",
    isIdle: (_values, { isInitial }: MortalCaller) => isInitial,
    *run(placed: Placed, _values, { thread, local }: MortalCaller) {
      yield* passQuiescentState(placed.deferred.rcu, slotOf(placed, thread));
      yield* readValue(placed);
      yield storeRelease(Grave.isDead(placed.grave), 1);
      local.isDead = true;
    },
  }),
  forget: operation({
    weight: 0,
    returns: "nothing",
    isIdle: (_values, { thread, isInitial }: MortalCaller, { mortal }: Placed) =>
      isInitial || mortal === -1 || mortal === thread,
    *run(placed: Placed) {
      yield awaitEqual(Grave.isDead(placed.grave), 1, 1);
      yield* forgetThread(slotOf(placed, placed.mortal));
    },
  }),
};

export const nativeSync = defineSystem({
  name: "native-sync",
  about: "locks, RCU, deferred and queued works of the native target, on words",
  sources: { model: "model/native-sync/native-sync.ts", implementation: "impl/native/" },
  operations,
  place(heap, plan) {
    const mortal = plan.threads.findIndex(({ operations: all }) => all.some(({ kind }) => kind === "die"));
    const versionsMax = 1 + plan.operations.filter(({ kind }) => kind === "replace").length;
    return placeAll(heap, { threads: Math.max(1, plan.threadCount), versionsMax, mortal });
  },
  local: (): Mortal => ({ isDead: false }),
  isOver: ({ local }) => local.isDead,
  *start({ deferred, versions, cell }, plan) {
    for (let thread = 1; thread <= Math.max(1, plan.threadCount); thread++) yield* claimSlot(deferred.rcu, thread);
    const version = yield allocate(versions);
    yield write(Version.link(version), NIL);
    yield write(Version.value(version), FIRST_VALUE);
    yield storeRelease(Cell.root(cell), version);
  },
  model: () => createNativeSyncModel({ count: 0, value: FIRST_VALUE, requested: false }),
  settle: settleNativeSync,
  closing: () => Array.from({ length: 3 }, () => ({ kind: "reclaim" as const })),
  watchers: (placed, { history, operationAt }) => [
    lockIsFreeWatcher(placed),
    reclaimsWhatIsDueWatcher(placed, history, operationAt),
  ],
  scenarios: nativeSyncScenarios,
});

function placeAll(
  heap: Heap,
  { threads, versionsMax, mortal }: { readonly threads: number; readonly versionsMax: number; readonly mortal: number },
): Placed {
  const waitList = place(heap, WaitList, "waitList");
  const rcu = placeRcu(heap, threads);
  return {
    waitList,
    // One for each version that may be replaced.
    deferred: placeDeferred(heap, rcu, Math.max(1, versionsMax - 1), waitList),
    counter: place(heap, Counter, "counter"),
    cell: place(heap, Cell, "cell"),
    versions: placeSlab(heap, Version, "version", versionsMax),
    works: place(heap, Works, "works"),
    work: placeDelayedWork(heap, "work"),
    grave: place(heap, Grave, "grave"),
    mortal,
  };
}

function slotOf({ deferred }: Placed, thread: number): Address {
  return deferred.rcu.slots[thread] as number;
}

function* readValue({ cell }: Placed): Access<number> {
  const version = yield loadAcquire(Cell.root(cell));
  return yield read(Version.value(version));
}

function* replace(
  { cell, versions, deferred, waitList }: Placed,
  holder: number,
  { value, waits }: { readonly value: number; readonly waits: boolean },
): Access<number> {
  const version = yield allocate(versions);
  yield write(Version.link(version), NIL);
  yield write(Version.value(version), value);
  yield* acquireLock(Cell.lock(cell), holder, waitList);
  const old = yield read(Cell.root(cell));
  yield storeRelease(Cell.root(cell), version);
  yield* releaseLock(Cell.lock(cell), waitList);
  const before = yield read(Version.value(old));
  if (waits) {
    yield* awaitGracePeriod(deferred.rcu);
    yield free(versions, old);
  } else {
    yield* defer(deferred, holder, FREE_VERSION, old);
  }
  return before;
}

/** When every thread has returned, no lock is held. */
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

/** Checks memory at rest against a state of the model. Versions other than the cell's wait for reclamation. */
function settleNativeSync(
  state: NativeSyncState,
  { counter, cell, versions, work, deferred }: Placed,
  { words }: MemoryAtRest,
): Settled<NativeSyncState> {
  const count = words[Counter.count(counter)];
  if (count !== state.count) return differs("the count", count, state.count);
  const value = words[Version.value(wordAt(words, Cell.root(cell)))];
  if (value !== state.value) return differs("the value", value, state.value);
  const requested = words[DelayedWork.state(work)] === WORK_STATE.queued;
  if (requested !== state.requested) return differs("the request flag", requested, state.requested);
  const live = wordAt(words, Slab.live(versions));
  const waiting = waitingIn(words, deferred);
  return live === 1 + waiting ? { state } : differs("the number of versions in memory", live, 1 + waiting);
}

function differs(what: string, found: unknown, wanted: unknown): { readonly because: string } {
  return { because: `${what} is ${String(found)}, and should be ${String(wanted)}` };
}

/** If no thread is online, every entry is due: an undisturbed reclaimer takes as many as it may. */
function reclaimsWhatIsDueWatcher(
  { deferred }: Placed,
  history: Pick<OperationHistory<unknown>, "onResponse">,
  operationAt: (number: number) => { readonly kind: string } | undefined,
): Watcher {
  let before: number | undefined;
  let reclaimed = false;
  history.onResponse((number) => {
    reclaimed = operationAt(number)?.kind === "reclaim";
  });
  return {
    property: "reclaims-what-is-due",
    begin() {
      before = undefined;
      reclaimed = false;
    },
    rested(words) {
      const waiting = waitingIn(words, deferred);
      const wanted = before === undefined || !reclaimed ? waiting : Math.max(0, before - DUE_AT_ONCE);
      before = waiting;
      return waiting === wanted ? undefined : `after a reclaim ${waiting} entries wait, and should ${wanted}`;
    },
  };
}

function waitingIn(words: Int32Array, { queue }: Deferred): number {
  return (wordAt(words, DeferredQueue.tail(queue)) - wordAt(words, DeferredQueue.head(queue))) | 0;
}
