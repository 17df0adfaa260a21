/** The destination cache with each of its collectors as a system to verify. */
import { z } from "zod";
import {
  type Access,
  type Address,
  beginOperation,
  endOperation,
  NIL,
  readOnce,
  synchronizeRcu,
  xchg,
} from "#impl/memory/access.ts";
import { dropEntry, findEntry, freeAfterGrace, getEntry, getUncachedEntry, unlinkEntry } from "#impl/dst/cache.ts";
import { bringUp, takeDown, unregister } from "#impl/dst/devices.ts";
import { createDst, dstWords } from "#impl/dst/create-dst.ts";
import type { Collector, Dst } from "#impl/dst/dst.ts";
import { popChild, releaseEntry, sendThrough } from "#impl/dst/entry.ts";
import { softirqCollector } from "#impl/dst/softirq.ts";
import { workQueueCollector } from "#impl/dst/workqueue.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { DelayedWork, WORK_STATE, workerLoop } from "#impl/sync/delayed-work.ts";
import { advanceClock, type Clock, placeClock } from "#impl/sync/jiffies.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import { createDstModel, type DstState } from "#model/dst/dst.ts";
import type { CollectorKind } from "#model/dst/dst-delay.ts";
import { adaptiveDelayWatcher } from "#properties/dst/adaptive-delay.ts";
import { boundedRunWatcher } from "#properties/dst/bounded-run.ts";
import { collectorWakesWatcher } from "#properties/dst/collector-wakes.ts";
import {
  afterPop,
  callName,
  createDstHistory,
  type DstCall,
  type HeldReference,
  obtained,
  operationOf,
  referenceName,
} from "#properties/dst/dst-history.ts";
import { liveObjects } from "#properties/dst/dst-memory.ts";
import { dstRefcountWatcher } from "#properties/dst/dst-refcount.ts";
import { entryBoundWatcher } from "#properties/dst/entry-bound.ts";
import { garbageListsWatcher } from "#properties/dst/garbage-lists.ts";
import { goneDeviceWatcher } from "#properties/dst/gone-device.ts";
import { CONSTANT_HOLD, LINEAR_HOLD, lockHoldWatcher } from "#properties/dst/lock-hold.ts";
import { offersToRescheduleWatcher } from "#properties/dst/offers-to-reschedule.ts";
import { runCollectsWatcher } from "#properties/dst/run-collects.ts";
import type { Watcher } from "#properties/watcher.ts";
import {
  DST_DEVICES,
  dstCallOf,
  dstOperations,
  dstOperationSchema,
  type DstScenarioOperation,
} from "./dst-operations.ts";
import { dstSmallScope } from "./dst-small-scope.ts";
import type { Scenario } from "../scenario.ts";
import type { System } from "../system.ts";
import { ScenarioError } from "../scenario-error.ts";

/** Ten ticks a second: the least delay is one tick, the growth five. */
const limitsSchema = z.strictObject({
  /** The clock at the start, before the initial operations. */
  now: z.int32().default(1000),
  ticksPerSecond: z.int().min(10).max(1000).default(10),
  /** Entries that may live at once; 0 for as many as the scenario makes. */
  entriesMax: z.int().min(0).max(1000).default(0),
});

type DstSettings = z.infer<typeof limitsSchema>;

const SHARED_PROPERTIES = [
  "linearizability",
  "dst-refcount",
  "garbage-lists",
  "collector-wakes",
  "gone-device",
  "adaptive-delay",
  "run-collects",
  "lock-hold",
  "entry-bound",
] as const;

export const dst: System<DstScenarioOperation> = dstSystem({
  name: "dst",
  about:
    "the Linux destination cache of 2007 and its garbage: a work queue that collects, device events, an adaptive delay",
  kind: "workqueue",
  properties: [...SHARED_PROPERTIES, "bounded-run", "offers-to-reschedule"],
});

export const dstSoftirq: System<DstScenarioOperation> = dstSystem({
  name: "dst-softirq",
  about: "the same cache before: a timer's soft interrupt walks one garbage list under one lock",
  kind: "softirq",
  properties: SHARED_PROPERTIES,
});

function dstSystem({
  kind,
  ...system
}: Pick<System, "name" | "about" | "properties"> & { readonly kind: CollectorKind }): System<DstScenarioOperation> {
  return {
    ...system,
    operationSchema: dstOperationSchema,
    limitsSchema,
    operations: dstOperations,
    smallScope: dstSmallScope,
    compile: (scenario) => compile(scenario, kind),
  };
}

const COLLECTORS: Readonly<Record<CollectorKind, Collector>> = {
  softirq: softirqCollector,
  workqueue: workQueueCollector,
};

interface Placed {
  readonly heap: Heap;
  readonly clock: Clock;
  readonly cache: Dst;
}

/** An operation and its number in the program. */
interface NumberedCall {
  readonly call: DstCall;
  readonly number: number;
}

function compile(scenario: Scenario<DstScenarioOperation>, kind: CollectorKind): Program {
  const setUpCalls = scenario.initial.map(dstCallOf);
  const threads = numberCalls(scenario);
  const calls = threads.flatMap(({ numbered }) => numbered.map(({ call }) => call));
  const settings = limitsSchema.parse(scenario.limits ?? {});
  const entriesMade = [...setUpCalls, ...calls].reduce((made, call) => made + entriesOf(call), 0);
  const entriesMax = settings.entriesMax === 0 ? Math.max(entriesMade, 1) : settings.entriesMax;
  const place = (): Placed => placeCache(settings, entriesMax, COLLECTORS[kind]);

  const { heap, clock, cache } = place();
  const setUp = runSetUp(scenario.name, setUpCalls, place(), {
    now: settings.now,
    identitiesMax: entriesMade,
    creationMayFail: entriesMax < entriesMade,
  });
  const history = createDstHistory(cache, {
    model: setUp.model,
    identitiesMax: entriesMade,
    calls,
    threadCount: scenario.threads.length,
    initialEntries: setUp.initialEntries,
    identitiesUsed: setUp.identitiesUsed,
    initialHeld: setUp.held.map(({ entry }) => entry),
  });
  const bodies: ThreadBody[] = threads.map(({ name, numbered }) => ({
    name,
    *body() {
      const held: HeldReference[] = [];
      for (const { call, number } of numbered) {
        if (hasNothingToWorkOn(call, held)) continue;
        yield beginOperation(number);
        const response = yield* perform(cache, clock, call, held);
        yield endOperation(response);
      }
      yield* releaseUncached(cache, held);
    },
  }));
  bodies.push({
    name: "collector",
    daemon: true,
    body: () => workerLoop(cache.work, () => cache.collector.run(cache)),
  });
  return {
    name: scenario.name,
    heap,
    *setUp() {
      yield* performAll(cache, clock, setUpCalls, () => {});
    },
    threads: bodies,
    watchers: [...watchersOf(cache, kind), dstRefcountWatcher(cache, history), history],
    history,
    callbacksMax: calls.filter((call) => call.kind === "drop").length + 1,
  };
}

function watchersOf(cache: Dst, kind: CollectorKind): readonly Watcher[] {
  const shared = [
    entryBoundWatcher(cache),
    garbageListsWatcher(cache),
    collectorWakesWatcher(cache),
    goneDeviceWatcher(cache),
    adaptiveDelayWatcher(cache, kind),
    runCollectsWatcher(cache),
  ];
  if (kind === "softirq") return [...shared, lockHoldWatcher(cache, LINEAR_HOLD)];
  return [...shared, lockHoldWatcher(cache, CONSTANT_HOLD), boundedRunWatcher(cache), offersToRescheduleWatcher(cache)];
}

/** Entries that a call may make. */
function entriesOf(call: DstCall): number {
  if (call.kind === "getUncached") return 1;
  if (call.kind !== "get") return 0;
  return call.over === "private" ? 2 : 1;
}

function numberCalls(
  scenario: Scenario<DstScenarioOperation>,
): readonly { readonly name: string; readonly numbered: readonly NumberedCall[] }[] {
  let number = 0;
  return scenario.threads.map(({ name, operations }) => ({
    name,
    numbered: operations.map((operation) => ({ call: dstCallOf(operation), number: number++ })),
  }));
}

function placeCache({ now, ticksPerSecond }: DstSettings, entriesMax: number, collector: Collector): Placed {
  const options = { collector, ticksPerSecond, entriesMax, devices: DST_DEVICES };
  const heap = createHeap(dstWords(options) + 10);
  const clock = placeClock(heap, now);
  return { heap, clock, cache: createDst(heap, clock, options) };
}

/**
 * Performs the initial operations on a cache of its own, and lets the model follow. What it finds holds for every cache
 * of the same limits: alone, the operations have one outcome.
 *
 * @throws ScenarioError if the model does not allow what they answer
 */
function runSetUp(
  name: string,
  calls: readonly DstCall[],
  { heap, clock, cache }: Placed,
  {
    now,
    identitiesMax,
    creationMayFail,
  }: { readonly now: number; readonly identitiesMax: number; readonly creationMayFail: boolean },
) {
  const model = createDstModel({ now, deviceCount: cache.devices.length, identitiesMax, creationMayFail });
  const identities = new Map<Address, number>();
  let identitiesUsed = 0;
  let state: DstState = model.initial;
  const isKnown = (identity: number | undefined): boolean =>
    state.records.some((record) => record.identity === identity);
  const held = runAlone(
    heap,
    performAll(cache, clock, calls, (call, entry, response) => {
      const isEntryAnswer =
        call.kind === "find" || call.kind === "get" || call.kind === "getUncached" || call.kind === "pop";
      if (isEntryAnswer && response !== NIL && !isKnown(identities.get(response)))
        identities.set(response, ++identitiesUsed);
      const answer = isEntryAnswer
        ? (identities.get(response) ?? 0)
        : call.kind === "send"
          ? cache.devices.indexOf(response) + 1
          : response;
      const next = model.next(state, operationOf(call, identities.get(entry) ?? 0), answer)[0];
      if (next === undefined)
        throw new ScenarioError(
          `${name}: initial operations: ${callName(call)} answers ${answer}, which the model does not allow`,
        );
      state = next;
    }),
  );
  const live = new Set(liveObjects(heap.words, cache.entries));
  const known = [...identities].filter(([entry, identity]) => live.has(entry) && isKnown(identity));
  return {
    model: { ...model, initial: state },
    initialEntries: known.map(([entry, identity]) => ({ entry, identity })),
    identitiesUsed,
    held,
  };
}

/**
 * Performs calls one after the other as one thread, with a grace period at each drop and the collector's run wherever
 * one is due; answers the references left.
 */
function* performAll(
  cache: Dst,
  clock: Clock,
  calls: readonly DstCall[],
  record: (call: DstCall, entry: Address, response: number) => void,
): Access<HeldReference[]> {
  const held: HeldReference[] = [];
  for (const call of calls) {
    if (hasNothingToWorkOn(call, held)) continue;
    const entry = held[indexHeld(call, held)]?.entry ?? NIL;
    const response =
      call.kind === "drop" ? yield* dropAtOnce(cache, call.key) : yield* perform(cache, clock, call, held);
    record(call, entry, response);
    const state = yield readOnce(DelayedWork.state(cache.work));
    if (state === WORK_STATE.queued) {
      yield xchg(DelayedWork.state(cache.work), WORK_STATE.idle);
      yield* cache.collector.run(cache);
    }
  }
  yield* releaseUncached(cache, held);
  return held.filter(({ isUncached }) => !isUncached);
}

function* dropAtOnce(cache: Dst, key: number): Access<number> {
  const entry = yield* unlinkEntry(cache, key);
  if (entry === NIL) return 0;
  yield synchronizeRcu();
  yield* freeAfterGrace(cache, entry);
  return 1;
}

function* releaseUncached(cache: Dst, held: readonly HeldReference[]): Access {
  for (const { entry, isUncached } of held) if (isUncached) yield* releaseEntry(cache, entry);
}

function* perform(cache: Dst, clock: Clock, call: DstCall, held: HeldReference[]): Access<number> {
  const at = indexHeld(call, held);
  const entry = held[at]?.entry ?? NIL;
  switch (call.kind) {
    case "find":
    case "get":
    case "getUncached": {
      const found = yield* obtain(cache, call, entry);
      const reference = obtained(call, found);
      if (reference !== undefined) held.push(reference);
      return found;
    }
    case "pop": {
      const child = yield* popChild(cache, entry);
      const reference = afterPop(held.splice(at, 1)[0], child);
      if (reference !== undefined) held.push(reference);
      return child;
    }
    case "release":
      held.splice(at, 1);
      yield* releaseEntry(cache, entry);
      return 0;
    case "send":
      return yield* sendThrough(cache, entry);
    case "drop": {
      const dropped = yield* dropEntry(cache, call.key);
      return dropped ? 1 : 0;
    }
    case "up":
    case "down":
    case "unregister": {
      const change = call.kind === "up" ? bringUp : call.kind === "down" ? takeDown : unregister;
      const changed = yield* change(cache, deviceAt(cache, call.device));
      return changed ? 1 : 0;
    }
    case "advance":
      return yield* advanceClock(clock, call.ticks);
  }
}

function* obtain(
  cache: Dst,
  call: DstCall & { readonly kind: "find" | "get" | "getUncached" },
  over: Address,
): Access<Address> {
  if (call.kind === "find") return yield* findEntry(cache, call.key);
  const device = deviceAt(cache, call.device);
  if (call.kind === "getUncached") return yield* getUncachedEntry(cache, call.key, device);
  return yield* getEntry(cache, { key: call.key, device, over, hasPrivateChild: call.over === "private" });
}

function deviceAt({ devices }: Dst, number: number): Address {
  return devices[number - 1] ?? NIL;
}

/** Where the reference is that the call concerns, -1 if it concerns none or there is none. */
function indexHeld(call: DstCall, held: readonly HeldReference[]): number {
  const name = referenceName(call);
  return name === undefined ? -1 : held.findLastIndex((reference) => reference.name === name);
}

/**
 * Only entries in a bucket may be shared children: a private one has one parent, and an uncached one is gone with its
 * thread.
 */
function hasNothingToWorkOn(call: DstCall, held: readonly HeldReference[]): boolean {
  if (referenceName(call) === undefined) return false;
  const reference = held[indexHeld(call, held)];
  if (reference === undefined) return true;
  return call.kind === "get" && (reference.isUncached || reference.name.endsWith(">"));
}
