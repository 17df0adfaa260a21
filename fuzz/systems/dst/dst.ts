/** The destination cache, with each of its collectors, as systems to verify. */
import { z } from "zod";
import { readOnce, xchg } from "#impl/memory/access.ts";
import { createDst, dstWords } from "#impl/dst/create-dst.ts";
import type { Collector, DstOptions } from "#impl/dst/dst.ts";
import { releaseEntry } from "#impl/dst/entry.ts";
import { softirqCollector } from "#impl/dst/softirq.ts";
import { workQueueCollector } from "#impl/dst/workqueue.ts";
import { DelayedWork, WORK_STATE, workerLoop } from "#impl/sync/delayed-work.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import type { CollectorKind } from "#model/dst/dst-delay.ts";
import { createDstModel } from "#model/dst/dst.ts";
import { adaptiveDelayWatcher } from "#properties/dst/adaptive-delay.ts";
import { boundedRunWatcher } from "#properties/dst/bounded-run.ts";
import { collectorWakesWatcher } from "#properties/dst/collector-wakes.ts";
import { dstRefcountWatcher } from "#properties/dst/dst-refcount.ts";
import { entryBoundWatcher } from "#properties/dst/entry-bound.ts";
import { garbageListsWatcher } from "#properties/dst/garbage-lists.ts";
import { goneDeviceWatcher } from "#properties/dst/gone-device.ts";
import { CONSTANT_HOLD, LINEAR_HOLD, lockHoldWatcher } from "#properties/dst/lock-hold.ts";
import { offersToRescheduleWatcher } from "#properties/dst/offers-to-reschedule.ts";
import { runCollectsWatcher } from "#properties/dst/run-collects.ts";
import { defineSystem } from "../define-system.ts";
import { limit } from "../operation-arguments.ts";
import type { ScenarioContents } from "../scenario.ts";
import type { Plan } from "../system-definition.ts";
import { dstScenarios, dstSoftirqScenarios } from "./dst-scenarios.ts";
import { dstSmallScope } from "./dst-small-scope.ts";
import { DST_DEVICES, dstOperations, type DstScenarioOperation } from "./dst-table.ts";
import { settleDst } from "./settle-dst.ts";
import { aloneWatcher } from "#properties/progress/alone.ts";
import { worksInTimeWatcher } from "#properties/progress/works-in-time.ts";
import { BUCKETS, Cache, DstEntry } from "#impl/dst/layout.ts";
import { listedEntries } from "#properties/dst/dst-memory.ts";

/** Ten ticks a second: the minimum delay is one tick, the growth five. */
const limits = {
  /** The clock at the start, before the initial operations. */
  now: limit(z.int32().default(1000), -1, -60, 2147483600),
  ticksPerSecond: limit(z.int().min(10).max(1000).default(10), 25),
  /** Maximum number of live entries; 0 for as many as the scenario creates. */
  entriesMax: limit(z.int().min(0).max(1000).default(0), 1, 2, 3),
};

type DstPlan = Plan<DstScenarioOperation, { readonly entriesMax: number; readonly ticksPerSecond: number }>;

const COLLECTORS: Readonly<Record<CollectorKind, Collector>> = {
  softirq: softirqCollector,
  workqueue: workQueueCollector,
};

interface Generation {
  readonly name: string;
  readonly about: string;
  readonly implementation: string;
  readonly kind: CollectorKind;
  readonly scenarios: Readonly<Record<string, ScenarioContents<DstScenarioOperation>>>;
}

function dstSystem({ kind, implementation, ...declared }: Generation) {
  return defineSystem({
    ...declared,
    sources: { model: "model/dst/dst.ts", implementation },
    limits,
    operations: dstOperations,
    heapWords: (plan) => dstWords(optionsOf(plan, kind)) + 10,
    place(heap, plan) {
      const clock = placeClock(heap, plan.limits.now);
      return { clock, cache: createDst(heap, clock, optionsOf(plan, kind)) };
    },
    // The collector runs whenever it is due.
    *initially({ cache }, perform) {
      yield* perform();
      const state = yield readOnce(DelayedWork.state(cache.work));
      if (state !== WORK_STATE.queued) return;
      yield xchg(DelayedWork.state(cache.work), WORK_STATE.idle);
      yield* cache.collector.run(cache);
    },
    /** Releases uncached entries. */
    *leave({ cache }, { held }) {
      for (const { object, isCounted } of held) if (!isCounted) yield* releaseEntry(cache, object);
    },
    model: ({ cache }, plan) =>
      createDstModel({
        now: plan.limits.now,
        deviceCount: cache.devices.length,
        identitiesMax: entriesMade(plan),
        creationMayFail: entriesMaxOf(plan) < entriesMade(plan),
      }),
    objects: ({ cache }, plan) => ({ slab: cache.entries, identitiesMax: entriesMade(plan) }),
    settle: settleDst,
    // References are released, whatever their state, everything is dropped, and the collector gets the time it may
    // need.
    closing(operations) {
      const names = operations.flatMap((one) => ("destination" in one && one.kind !== "drop" ? [one.destination] : []));
      const released = names.flatMap((name) => [name, `${name}>`, `${name}>>`]);
      const idle = { kind: "advance" as const, ticks: 10_000 };
      return [
        ...released.map((reference) => ({ kind: "release" as const, reference })),
        ...[...new Set(names)].map((destination) => ({ kind: "drop" as const, destination })),
        ...Array.from({ length: 6 }, () => idle),
      ];
    },
    daemons: ({ cache }) => [
      { name: "collector", daemon: true, body: () => workerLoop(cache.work, () => cache.collector.run(cache)) },
    ],
    watchers: ({ cache }, { history, operationAt }) => [
      // Long delays are rounded to whole seconds.
      worksInTimeWatcher(cache.jiffies, [
        { name: "the collector", work: cache.work, delayMax: cache.limits.maxTicks + cache.limits.ticksPerSecond },
      ]),
      aloneWatcher<{ readonly kind: string }>(history, operationAt, {
        property: "hits-without-lock",
        locks: Array.from({ length: BUCKETS }, (_, bucket) => Cache.locks(cache.cache) + bucket),
        promises(words) {
          const cached = new Set(
            Array.from({ length: BUCKETS }, (_, bucket) =>
              listedEntries(words, cache, Cache.heads(cache.cache) + bucket, DstEntry.hashNext),
            ).flatMap((chain) => (typeof chain === "string" ? [] : chain)),
          );
          return ({ operation: { kind }, word, wasSlow }) =>
            (kind === "find" || kind === "get") && wasSlow && cached.has(word)
              ? "the entry was in the cache, and the search took the lock of its bucket"
              : undefined;
        },
      }),
      entryBoundWatcher(cache),
      garbageListsWatcher(cache),
      collectorWakesWatcher(cache),
      goneDeviceWatcher(cache),
      adaptiveDelayWatcher(cache, kind),
      runCollectsWatcher(cache),
      lockHoldWatcher(cache, kind === "softirq" ? LINEAR_HOLD : CONSTANT_HOLD),
      ...(kind === "softirq" ? [] : [boundedRunWatcher(cache), offersToRescheduleWatcher(cache)]),
      dstRefcountWatcher(cache, history),
    ],
    callbacksMax: ({ concurrent }) => concurrent.filter((one) => one.kind === "drop").length + 1,
    smallScope: dstSmallScope,
  });
}

export const dst = dstSystem({
  name: "dst",
  implementation: "impl/dst/workqueue.ts",
  about:
    "the Linux destination cache of 2007 and its garbage: a work queue that collects, device events, an adaptive delay",
  kind: "workqueue",
  scenarios: dstScenarios,
});

export const dstSoftirq = dstSystem({
  name: "dst-softirq",
  implementation: "impl/dst/softirq.ts",
  about: "the same cache before: a timer's soft interrupt walks one garbage list under one lock",
  kind: "softirq",
  scenarios: dstSoftirqScenarios,
});

function optionsOf(plan: DstPlan, kind: CollectorKind): DstOptions {
  const { ticksPerSecond } = plan.limits;
  return { collector: COLLECTORS[kind], ticksPerSecond, entriesMax: entriesMaxOf(plan), devices: DST_DEVICES };
}

/** Maximum number of live entries: as many as the scenario may create, unless it sets a limit. */
function entriesMaxOf(plan: DstPlan): number {
  return plan.limits.entriesMax === 0 ? Math.max(entriesMade(plan), 1) : plan.limits.entriesMax;
}

/** Number of entries that the operations may create. */
function entriesMade({ operations }: DstPlan): number {
  return operations.reduce((made, one) => made + entriesOf(one), 0);
}

function entriesOf(one: DstScenarioOperation): number {
  if (one.kind === "getUncached") return 1;
  if (one.kind !== "get") return 0;
  return one.over === "private" ? 2 : 1;
}
