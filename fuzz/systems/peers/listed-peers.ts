/** The peer pools of 2010, before and after the RCU conversion, as systems to verify. */
import * as fc from "fast-check";
import { z } from "zod";
import type { Access, Address } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { keyedIdentifier, nextIdentifier } from "#impl/peers/identifier.ts";
import type { ListedPool, ListedPoolOptions } from "#impl/peers/listed-pool.ts";
import { checkExpired, startTimer } from "#impl/peers/periodic-timer.ts";
import { createRcuListPool, findPeer as findLockless, getPeer as getLockless } from "#impl/peers/rcu-list-pool.ts";
import { createRwlockPool, findPeer as findReadLocked, getPeer as getReadLocked } from "#impl/peers/rwlock-pool.ts";
import { putPeer } from "#impl/peers/unused-list.ts";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { advanceClock, type Clock, placeClock } from "#impl/sync/jiffies.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { avlWatcher } from "#properties/peers/avl.ts";
import { collectsWhenFullWatcher } from "#properties/peers/collects-when-full.ts";
import { oneAddressOnceWatcher } from "#properties/peers/one-address-once.ts";
import { type PeersCall } from "#properties/peers/peers-history.ts";
import { readerWalkWatcher } from "#properties/peers/reader-walk.ts";
import { DEAD_IS_ZERO, FREED_BY_HOLDER, type RefcountConvention, refcountWatcher } from "#properties/peers/refcount.ts";
import { sentinelWatcher } from "#properties/peers/sentinel.ts";
import { takesLongestIdleWatcher } from "#properties/peers/takes-longest-idle.ts";
import { timerArmedWatcher } from "#properties/peers/timer-armed.ts";
import { unusedListWatcher } from "#properties/peers/unused-list.ts";
import type { Watcher } from "#properties/watcher.ts";
import { type ListedPeersOperation, listedPeersOperationSchema, ticks } from "./peers-operations.ts";
import { peersProgram, type PlacedPeers, withWatchers } from "./peers-program.ts";
import { peersRcuListSmallScope, peersRwlockSmallScope } from "./peers-small-scope.ts";
import type { Scenario } from "../scenario.ts";
import type { System } from "../system.ts";
import { ScenarioError } from "../scenario-error.ts";

/** Small numbers, so that little waiting is needed: one tick a second, and a peer may idle for 10 to 100 ticks. */
const limitsSchema = z.strictObject({
  /** The clock at the start, before the initial operations. */
  now: z.int32().default(1000),
  threshold: z.int().min(0).max(0x7fffffff).default(100),
  ttlMinTicks: ticks.default(10),
  ttlMaxTicks: ticks.default(100),
  /** At least 1: with no delay, the timer would run again at once, for ever. */
  timerMinTicks: z.int().min(1).max(0x3fffffff).default(10),
  timerMaxTicks: z.int().min(1).max(0x3fffffff).default(120),
  /** How much later than at `timerMaxTicks` the timer runs first. */
  timerJitterTicks: z.int().min(0).max(0x3fffffff).default(0),
  ticksPerSecond: z.int().min(1).max(1000).default(1),
  linksMax: z.int().min(1).max(40).default(40),
  /** Peers there is memory for; 0 for as many as the scenario creates. */
  peersMax: z.int().min(0).max(1000).default(0),
});

type ListedSettings = z.infer<typeof limitsSchema>;

const ADDRESSES = ["v4/10", "v4/20", "v4/30", "v4/40"] as const;

const operations: fc.Arbitrary<ListedPeersOperation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("get" as const),
      address: fc.constantFrom(...ADDRESSES),
      create: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("put" as const), address: fc.constantFrom(...ADDRESSES) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("nextIdentifier" as const),
      address: fc.constantFrom(...ADDRESSES),
      more: fc.constantFrom(0, 3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), ticks: fc.constantFrom(1, 5, 90, 150) }) },
);

/** What differs before and after the conversion. */
interface Generation {
  create(heap: Heap, clock: Clock, options: ListedPoolOptions): ListedPool;
  findPeer(pool: ListedPool, address: PeerAddress): Access<Address>;
  getPeer(pool: ListedPool, address: PeerAddress): Access<Address>;
  readonly convention: RefcountConvention;
  /** Watchers for what this generation alone promises. */
  own(pool: ListedPool): readonly Watcher[];
}

const SHARED_PROPERTIES = [
  "linearizability",
  "avl",
  "one-address-once",
  "refcount",
  "unused-list",
  "takes-longest-idle",
  "collects-when-full",
  "timer-armed",
  "sentinel",
];

export const peersRwlock: System<ListedPeersOperation> = {
  name: "peers-rwlock",
  about:
    "the Linux peer pool of 2010 before the RCU conversion: an AVL tree under a reader-writer lock, a list of unused peers, a timer",
  operationSchema: listedPeersOperationSchema,
  limitsSchema,
  operations,
  properties: SHARED_PROPERTIES,
  smallScope: peersRwlockSmallScope,
  compile: (scenario) =>
    compile(scenario, {
      create: createRwlockPool,
      findPeer: findReadLocked,
      getPeer: getReadLocked,
      convention: FREED_BY_HOLDER,
      own: () => [],
    }),
};

export const peersRcuList: System<ListedPeersOperation> = {
  name: "peers-rcu-list",
  about:
    "the Linux peer pool of 2010 after the RCU conversion: lockless lookup with a second look under the lock, a list of unused peers, a timer",
  operationSchema: listedPeersOperationSchema,
  limitsSchema,
  operations,
  properties: [...SHARED_PROPERTIES, "reader-walk"],
  smallScope: peersRcuListSmallScope,
  compile: (scenario) =>
    compile(scenario, {
      create: createRcuListPool,
      findPeer: findLockless,
      getPeer: getLockless,
      convention: DEAD_IS_ZERO,
      own: (pool) => [readerWalkWatcher(pool)],
    }),
};

function compile(scenario: Scenario<ListedPeersOperation>, generation: Generation): Program {
  const settings = limitsSchema.parse(scenario.limits ?? {});
  const program = peersProgram(scenario, {
    place: (peersMax) => placePool(settings, peersMax, generation),
    specification: { ...settings, burstFactor: 1, collection: "list" },
    peersMax: settings.peersMax,
  });
  const { pool, history, threads, calls, creations } = program;
  const advances = calls.some(({ kind }) => kind === "advance");
  const daemons: ThreadBody[] = advances
    ? [{ name: "timer", daemon: true, body: () => workerLoop(pool.timer, () => checkExpired(pool)) }]
    : [];
  const callbacksMax = creations + 1;
  const threadsMax = threads.length + daemons.length + callbacksMax;
  return withWatchers(scenario.name, program, {
    daemons,
    watchers: [
      sentinelWatcher(pool),
      ...generation.own(pool),
      refcountWatcher(pool, history, generation.convention),
      unusedListWatcher(pool, history),
      takesLongestIdleWatcher(pool, { threadsMax, timerThread: advances ? threads.length : -1 }),
      collectsWhenFullWatcher(pool, threadsMax),
      timerArmedWatcher(pool),
      oneAddressOnceWatcher(pool),
      avlWatcher(pool),
    ],
    callbacksMax,
  });
}

const SECRET = [0x03020100, 0x07060504] as const;

function placePool(limits: ListedSettings, peersMax: number, generation: Generation): PlacedPeers<ListedPool> {
  const heap = createHeap(60 + 10 * (peersMax + 1));
  const clock = placeClock(heap, limits.now);
  const pool = generation.create(heap, clock, { limits, peersMax, firstIdentifier: keyedIdentifier(SECRET) });
  return {
    heap,
    pool,
    start: () => startTimer(pool, limits.timerJitterTicks),
    perform: (call, peer) => perform(pool, clock, generation, call, peer),
  };
}

function* perform(
  pool: ListedPool,
  clock: Clock,
  { findPeer, getPeer }: Generation,
  call: PeersCall,
  peer: Address,
): Access<number> {
  switch (call.kind) {
    case "get":
      return yield* call.create ? getPeer(pool, call.address) : findPeer(pool, call.address);
    case "put":
      yield* putPeer(pool, peer);
      return 0;
    case "nextIdentifier":
      return yield* nextIdentifier(peer, call.more);
    case "advance":
      return yield* advanceClock(clock, call.ticks);
    default:
      throw new ScenarioError(`a pool of 2010 has no ${call.kind}`);
  }
}
