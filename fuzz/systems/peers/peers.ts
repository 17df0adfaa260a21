/** The peer pool of 2012, and the one with an optimistic search in front, as systems to verify. */
import { z } from "zod";
import type { Heap } from "#impl/memory/heap.ts";
import { createPeerPool } from "#impl/peers/create-pool.ts";
import { keyedIdentifier } from "#impl/peers/identifier.ts";
import { collectDetached } from "#impl/peers/invalidate.ts";
import { findPeer, getPeer, putPeer } from "#impl/peers/lookup.ts";
import {
  createOptimisticPool,
  findPeer as findOptimistically,
  getPeer as getOptimistically,
  markAllDead,
} from "#impl/peers/optimistic-pool.ts";
import type { PeerPool, PeerPoolOptions } from "#impl/peers/pool.ts";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { type Clock, placeClock } from "#impl/sync/jiffies.ts";
import { avlWatcher } from "#properties/peers/avl.ts";
import { collectsWhenDueWatcher } from "#properties/peers/collects-when-due.ts";
import { evictsOnlyIdleWatcher } from "#properties/peers/evicts-only-idle.ts";
import { oneAddressOnceWatcher } from "#properties/peers/one-address-once.ts";
import { readerWalkWatcher } from "#properties/peers/reader-walk.ts";
import { refcountWatcher } from "#properties/peers/refcount.ts";
import { sentinelWatcher } from "#properties/peers/sentinel.ts";
import { defineSystem } from "../define-system.ts";
import { limit, sequenceAtStart } from "../operation-arguments.ts";
import type { ScenarioContents } from "../scenario.ts";
import { ScenarioError } from "../scenario-error.ts";
import { peersOptimisticScenarios, peersScenarios } from "./peers-scenarios.ts";
import { peersSmallScope } from "./peers-small-scope.ts";
import {
  advance,
  creationsOf,
  peersMaxOf,
  peersModel,
  peersOperations,
  type PeersScenarioOperation,
  type PlacedPeers,
  putsOf,
  ticks,
} from "./peers-table.ts";
import { settlePeers } from "./settle-peers.ts";
import { type Address, NIL } from "#impl/memory/access.ts";
import { GcQueue } from "#impl/peers/layout.ts";
import { collectsDetachedWatcher } from "#properties/peers/collects-in-time.ts";
import { aloneWatcher } from "#properties/progress/alone.ts";
import { worksInTimeWatcher } from "#properties/progress/works-in-time.ts";
import { hitsWithoutLock } from "#properties/peers/hits-without-lock.ts";

/** Longest timeout for which a new peer's limiter is full: a sixth of its initial 60 seconds. */
const TIMEOUT_SECONDS_MAX = 10;

/** Small numbers, to keep waits short: one tick a second, and a peer may be idle for 10 to 100 ticks. */
const limits = {
  /** The clock at the start, before the initial operations. */
  now: limit(z.int32().default(1000), -1, -120, 2147483600),
  /** The trees' sequences at the start: even. */
  sequence: limit(sequenceAtStart, -2, 2147483646),
  threshold: limit(z.int().min(0).max(0x7fffffff).default(100), 0, 2, 3),
  ttlMinTicks: limit(ticks.default(10)),
  ttlMaxTicks: limit(ticks.default(100)),
  /** At least 1: without a delay, a collector that leaves a held peer would run again immediately, forever. */
  gcDelayTicks: limit(z.int().min(1).max(0x7fffffff).default(5), 1),
  ticksPerSecond: limit(z.int().min(1).max(1000).default(1), 7),
  linksMax: limit(z.int().min(1).max(40).default(40)),
  burstFactor: limit(z.int().min(1).max(100).default(6), 2),
  /** Capacity for peers; 0 for as many as the scenario creates. */
  peersMax: limit(z.int().min(0).max(1000).default(0), 1, 2, 3),
};

type Placed = PlacedPeers<PeerPool>;

/** The differences between the two. */
interface Generation extends Pick<Placed, "findPeer" | "getPeer"> {
  readonly name: string;
  readonly about: string;
  readonly implementation: string;
  create(heap: Heap, clock: Clock, options: PeerPoolOptions): PeerPool;
  /** Number of callbacks needed to free a peer. */
  readonly callbacksPerPeer: number;
  /** Words that a search reads only after its first attempt has failed. */
  slowWords?(pool: PeerPool): readonly Address[];
  /** Whether a freed peer's memory is cleared. */
  readonly clearsFreed: boolean;
  readonly scenarios: Readonly<Record<string, ScenarioContents<PeersScenarioOperation>>>;
}

/** Longer than any delay of the deferred collector. */
const COLLECTED_TICKS = 5;

const SECRET = [0x03020100, 0x07060504] as const;

function peersSystem({
  name,
  about,
  implementation,
  create,
  callbacksPerPeer,
  clearsFreed,
  slowWords,
  scenarios,
  ...searches
}: Generation) {
  return defineSystem({
    name,
    about,
    sources: { model: "model/peers/peers.ts", implementation },
    limits,
    operations: peersOperations,
    place(heap, plan) {
      checkTimeouts(plan.scenario, plan.operations, plan.limits);
      const clock = placeClock(heap, plan.limits.now);
      const firstIdentifier = keyedIdentifier(SECRET);
      const pool = create(heap, clock, { limits: plan.limits, peersMax: peersMaxOf(plan), firstIdentifier });
      for (const { seqlock } of [pool.v4, pool.v6]) heap.words[seqlock.sequence] = plan.limits.sequence;
      return { pool, clock, putPeer, ...searches };
    },
    model: (placed, plan) => peersModel(placed, plan, plan.limits),
    objects: ({ pool }, plan) => ({ slab: pool.peers, identitiesMax: creationsOf(plan) }),
    settle: (state, { pool }, memory) => settlePeers(state, pool, memory, { hasLimiter: true, clearsFreed }),
    daemons: ({ pool }, plan) =>
      invalidatesOf(plan.operations) === 0
        ? []
        : [{ name: "gc worker", daemon: true, body: () => workerLoop(pool.gcWork, () => collectDetached(pool)) }],
    watchers: ({ pool }, { history, threadsMax, operationAt }) => [
      sentinelWatcher(pool),
      readerWalkWatcher(pool),
      refcountWatcher(pool, history),
      evictsOnlyIdleWatcher(pool, threadsMax),
      collectsWhenDueWatcher(pool, threadsMax),
      oneAddressOnceWatcher(pool),
      avlWatcher(pool),
      collectsDetachedWatcher(pool),
      worksInTimeWatcher(pool.jiffies, [
        {
          name: "the deferred collector",
          work: pool.gcWork,
          delayMax: pool.limits.gcDelayTicks,
          isDemanded: (words) => words[GcQueue.head(pool.gcQueue)] !== NIL,
        },
      ]),
      aloneWatcher(history, operationAt, hitsWithoutLock(pool, { words: slowWords?.(pool) ?? [] })),
    ],
    // Once invalidated, they are all freed within two runs of the deferred collector.
    closing: (operations) => [
      ...putsOf(operations),
      { kind: "invalidate" as const, family: "v4" as const },
      { kind: "invalidate" as const, family: "v6" as const },
      advance(COLLECTED_TICKS),
      advance(COLLECTED_TICKS),
    ],
    callbacksMax: (plan) => creationsOf(plan) * callbacksPerPeer + invalidatesOf(plan.operations) + 1,
    scenarios,
    smallScope: peersSmallScope,
  });
}

export const peers = peersSystem({
  name: "peers",
  implementation: "impl/peers/pool.ts",
  about: "the Linux peer pool of 2012: AVL trees under RCU, reference counts, collection on the path",
  create: createPeerPool,
  findPeer,
  getPeer,
  callbacksPerPeer: 1,
  clearsFreed: false,
  scenarios: peersScenarios,
});

export const peersOptimistic = peersSystem({
  name: "peers-optimistic",
  implementation: "impl/peers/optimistic-pool.ts",
  about: "the pool of the library quiesce/peers: that of 2012, with a fast search in front that validates only hits",
  create(heap, clock, options) {
    const pool = createOptimisticPool(heap, clock, options);
    markAllDead(heap, pool);
    return pool;
  },
  findPeer: findOptimistically,
  getPeer: getOptimistically,
  slowWords: ({ v4, v6 }) => [v4.seqlock.sequence, v6.seqlock.sequence],
  callbacksPerPeer: 2,
  clearsFreed: true,
  scenarios: peersOptimisticScenarios,
});

function invalidatesOf(operations: readonly PeersScenarioOperation[]): number {
  return operations.filter(({ kind }) => kind === "invalidate").length;
}

/** @throws ScenarioError for a timeout for which the exact tick of a peer's creation would matter */
function checkTimeouts(
  name: string,
  operations: readonly PeersScenarioOperation[],
  { ticksPerSecond, burstFactor }: { readonly ticksPerSecond: number; readonly burstFactor: number },
): void {
  const timeoutMax = Math.floor((TIMEOUT_SECONDS_MAX * 6 * ticksPerSecond) / burstFactor);
  for (const one of operations) {
    if (one.kind !== "allow" || one.timeout <= timeoutMax) continue;
    throw new ScenarioError(
      `${name}: allow ${one.address} timeout ${one.timeout}: the timeout must be at most ${timeoutMax} ticks, for ` +
        "which a new peer's limiter is full",
    );
  }
}
