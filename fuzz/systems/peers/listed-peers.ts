/** The peer pools of 2010, before and after the RCU conversion, as systems to verify. */
import { z } from "zod";
import type { Access, Address } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { keyedIdentifier } from "#impl/peers/identifier.ts";
import type { ListedPool, ListedPoolOptions } from "#impl/peers/listed-pool.ts";
import { checkExpired, startTimer } from "#impl/peers/periodic-timer.ts";
import { createRcuListPool, findPeer as findLockless, getPeer as getLockless } from "#impl/peers/rcu-list-pool.ts";
import { createRwlockPool, findPeer as findReadLocked, getPeer as getReadLocked } from "#impl/peers/rwlock-pool.ts";
import { putPeer } from "#impl/peers/unused-list.ts";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { type Clock, placeClock } from "#impl/sync/jiffies.ts";
import { avlWatcher } from "#properties/peers/avl.ts";
import { collectsWhenFullWatcher } from "#properties/peers/collects-when-full.ts";
import { oneAddressOnceWatcher } from "#properties/peers/one-address-once.ts";
import { readerWalkWatcher } from "#properties/peers/reader-walk.ts";
import { DEAD_IS_ZERO, FREED_BY_HOLDER, type RefcountConvention, refcountWatcher } from "#properties/peers/refcount.ts";
import { sentinelWatcher } from "#properties/peers/sentinel.ts";
import { takesLongestIdleWatcher } from "#properties/peers/takes-longest-idle.ts";
import { timerArmedWatcher } from "#properties/peers/timer-armed.ts";
import { unusedListWatcher } from "#properties/peers/unused-list.ts";
import type { Watcher } from "#properties/watcher.ts";
import { defineSystem } from "../define-system.ts";
import { limit } from "../operation-arguments.ts";
import type { ScenarioContents } from "../scenario.ts";
import type { SmallScope } from "../small-scope.ts";
import { peersRcuListScenarios, peersRwlockScenarios } from "./listed-peers-scenarios.ts";
import { peersRcuListSmallScope, peersRwlockSmallScope } from "./peers-small-scope.ts";
import {
  advance,
  creationsOf,
  listedPeersOperations,
  type ListedPeersOperation,
  peersMaxOf,
  peersModel,
  type PlacedPeers,
  putsOf,
  ticks,
} from "./peers-table.ts";
import { settlePeers } from "./settle-peers.ts";
import { timerTakesExpiredWatcher } from "#properties/peers/collects-in-time.ts";
import { aloneWatcher } from "#properties/progress/alone.ts";
import { worksInTimeWatcher } from "#properties/progress/works-in-time.ts";
import { hitsWithoutLock } from "#properties/peers/hits-without-lock.ts";

/** Small numbers, to keep waits short: one tick a second, and a peer may be idle for 10 to 100 ticks. */
const limits = {
  /** The clock at the start, before the initial operations. */
  now: limit(z.int32().default(1000), -1, -120, 2147483600),
  threshold: limit(z.int().min(0).max(0x7fffffff).default(100), 0, 1, 2, 3),
  ttlMinTicks: limit(ticks.default(10), 0, 1),
  ttlMaxTicks: limit(ticks.default(100)),
  /** At least 1: without a delay, the timer would run again immediately, forever. */
  timerMinTicks: limit(z.int().min(1).max(0x3fffffff).default(10), 1),
  timerMaxTicks: limit(z.int().min(1).max(0x3fffffff).default(120), 1, 7, 30),
  /** Delay of the timer's first run after `timerMaxTicks`. */
  timerJitterTicks: limit(z.int().min(0).max(0x3fffffff).default(0), 3),
  ticksPerSecond: limit(z.int().min(1).max(1000).default(1), 7),
  linksMax: limit(z.int().min(1).max(40).default(40)),
  /** Capacity for peers; 0 for as many as the scenario creates. */
  peersMax: limit(z.int().min(0).max(1000).default(0), 1, 2, 3),
};

/** The differences between before and after the conversion. */
interface Generation extends Pick<PlacedPeers<ListedPool>, "findPeer" | "getPeer"> {
  readonly name: string;
  readonly about: string;
  readonly implementation: string;
  create(heap: Heap, clock: Clock, options: ListedPoolOptions): ListedPool;
  readonly convention: RefcountConvention;
  /** Whether a hit takes no lock of the tree. */
  readonly isLockless: boolean;
  /** Watchers for guarantees of this generation alone. */
  own(pool: ListedPool): readonly Watcher[];
  readonly scenarios: Readonly<Record<string, ScenarioContents<ListedPeersOperation>>>;
  readonly smallScope: SmallScope<ListedPeersOperation>;
}

const SECRET = [0x03020100, 0x07060504] as const;
/** The longest idle time of a peer plus the longest wait of the timer. */
const TIMER_TICKS = 120;

const TIMER = "timer";

function listedPeersSystem({
  create,
  convention,
  own,
  isLockless,
  findPeer,
  getPeer,
  implementation,
  ...declared
}: Generation) {
  return defineSystem({
    ...declared,
    sources: { model: "model/peers/peers.ts", implementation },
    limits,
    operations: listedPeersOperations,
    place(heap, plan): PlacedPeers<ListedPool> {
      const clock = placeClock(heap, plan.limits.now);
      const firstIdentifier = keyedIdentifier(SECRET);
      const pool = create(heap, clock, { limits: plan.limits, peersMax: peersMaxOf(plan), firstIdentifier });
      return { pool, clock, findPeer, getPeer, putPeer: releasePeer };
    },
    start: ({ pool }, plan) => startTimer(pool, plan.limits.timerJitterTicks),
    model: (placed, plan) => peersModel(placed, plan, { ...plan.limits, burstFactor: 1, collection: "list" }),
    objects: ({ pool }, plan) => ({ slab: pool.peers, identitiesMax: creationsOf(plan) }),
    settle: (state, { pool }, memory) => settlePeers(state, pool, memory, { hasLimiter: false, clearsFreed: false }),
    daemons: ({ pool }, plan) =>
      plan.operations.some(({ kind }) => kind === "advance")
        ? [{ name: TIMER, daemon: true, body: () => workerLoop(pool.timer, () => checkExpired(pool)) }]
        : [],
    watchers: ({ pool }, { plan, history, threadsMax, daemon, operationAt }) => [
      sentinelWatcher(pool),
      ...own(pool),
      ...(isLockless ? [aloneWatcher(history, operationAt, hitsWithoutLock(pool, { heldOnly: true }))] : []),
      timerTakesExpiredWatcher(pool),
      worksInTimeWatcher(pool.jiffies, [
        {
          name: "the timer",
          work: pool.timer,
          delayMax: Math.max(plan.limits.timerMinTicks, plan.limits.timerMaxTicks) + plan.limits.timerJitterTicks,
        },
      ]),
      refcountWatcher(pool, history, convention),
      unusedListWatcher(pool, history),
      takesLongestIdleWatcher(pool, { threadsMax, timerThread: daemon(TIMER) }),
      collectsWhenFullWatcher(pool, threadsMax),
      timerArmedWatcher(pool),
      oneAddressOnceWatcher(pool),
      avlWatcher(pool),
    ],
    // All are idle, and the timer collects them.
    closing: (operations) => [...putsOf(operations), ...Array.from({ length: 6 }, () => advance(TIMER_TICKS))],
    callbacksMax: (plan) => creationsOf(plan) + 1,
  });
}

/** Matches the model: a release of a listed pool records no time. */
function* releasePeer(pool: ListedPool, peer: Address): Access<number> {
  yield* putPeer(pool, peer);
  return 0;
}

export const peersRwlock = listedPeersSystem({
  name: "peers-rwlock",
  implementation: "impl/peers/rwlock-pool.ts",
  about:
    "the Linux peer pool of 2010 before the RCU conversion: an AVL tree under a reader-writer lock, a list of unused " +
    "peers, a timer",
  create: createRwlockPool,
  findPeer: findReadLocked,
  getPeer: getReadLocked,
  convention: FREED_BY_HOLDER,
  isLockless: false,
  own: () => [],
  scenarios: peersRwlockScenarios,
  smallScope: peersRwlockSmallScope,
});

export const peersRcuList = listedPeersSystem({
  name: "peers-rcu-list",
  implementation: "impl/peers/rcu-list-pool.ts",
  about:
    "the Linux peer pool of 2010 after the RCU conversion: lockless lookup with a second look under the lock, a list " +
    "of unused peers, a timer",
  create: createRcuListPool,
  findPeer: findLockless,
  getPeer: getLockless,
  convention: DEAD_IS_ZERO,
  isLockless: true,
  own: (pool) => [readerWalkWatcher(pool)],
  scenarios: peersRcuListScenarios,
  smallScope: peersRcuListSmallScope,
});
