/**
 * The peer pool of 2012, and the one with an optimistic search in front, as systems to verify: operations as data, and
 * their threads for the machine.
 */
import * as fc from "fast-check";
import { z } from "zod";
import type { Access, Address } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { keyedIdentifier, nextIdentifier } from "#impl/peers/identifier.ts";
import { collectDetached, invalidateTree } from "#impl/peers/invalidate.ts";
import { findPeer, getPeer, putPeer } from "#impl/peers/lookup.ts";
import {
  createOptimisticPool,
  findPeer as findOptimistically,
  getPeer as getOptimistically,
  markAllDead,
} from "#impl/peers/optimistic-pool.ts";
import { createPeerPool } from "#impl/peers/create-pool.ts";
import type { PeerPool, PeerPoolOptions } from "#impl/peers/pool.ts";
import { allowPeer } from "#impl/peers/token-bucket.ts";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { advanceClock, type Clock, placeClock } from "#impl/sync/jiffies.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { avlWatcher } from "#properties/peers/avl.ts";
import { collectsWhenDueWatcher } from "#properties/peers/collects-when-due.ts";
import { evictsOnlyIdleWatcher } from "#properties/peers/evicts-only-idle.ts";
import { oneAddressOnceWatcher } from "#properties/peers/one-address-once.ts";
import { callName, type PeersCall } from "#properties/peers/peers-history.ts";
import { readerWalkWatcher } from "#properties/peers/reader-walk.ts";
import { refcountWatcher } from "#properties/peers/refcount.ts";
import { sentinelWatcher } from "#properties/peers/sentinel.ts";
import { peersOperationSchema, type PeersScenarioOperation, ticks } from "./peers-operations.ts";
import { peersProgram, type PlacedPeers, withWatchers } from "./peers-program.ts";
import { peersSmallScope } from "./peers-small-scope.ts";
import type { Scenario } from "../scenario.ts";
import type { System } from "../system.ts";
import { ScenarioError } from "../scenario-error.ts";

/** Longest timeout for which a new peer's limiter is full: a sixth of the 60 seconds it starts with. */
const TIMEOUT_SECONDS_MAX = 10;

/** Small numbers, so that little waiting is needed: one tick a second, and a peer may idle for 10 to 100 ticks. */
const limitsSchema = z.strictObject({
  /** The clock at the start, before the initial operations. */
  now: z.int32().default(1000),
  threshold: z.int().min(0).max(0x7fffffff).default(100),
  ttlMinTicks: ticks.default(10),
  ttlMaxTicks: ticks.default(100),
  /** At least 1: with no delay, a collector that leaves a held peer would run again at once, for ever. */
  gcDelayTicks: z.int().min(1).max(0x7fffffff).default(5),
  ticksPerSecond: z.int().min(1).max(1000).default(1),
  linksMax: z.int().min(1).max(40).default(40),
  burstFactor: z.int().min(1).max(100).default(6),
  /** Peers there is memory for; 0 for as many as the scenario creates. */
  peersMax: z.int().min(0).max(1000).default(0),
});

type PeersSettings = z.infer<typeof limitsSchema>;

const FAMILIES = ["v4", "v6"] as const;
const ADDRESSES = ["v4/10", "v4/20", "v4/30", "v4/40", "v6/1", "v6/2"] as const;

const operations: fc.Arbitrary<PeersScenarioOperation> = fc.oneof(
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
      kind: fc.constant("allow" as const),
      address: fc.constantFrom(...ADDRESSES),
      timeout: fc.constantFrom(0, 3, 10),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("nextIdentifier" as const),
      address: fc.constantFrom(...ADDRESSES),
      more: fc.constantFrom(0, 3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("invalidate" as const), family: fc.constantFrom(...FAMILIES) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), ticks: fc.constantFrom(1, 5, 90, 150) }) },
);

/** What differs between the two. */
interface Generation {
  create(heap: Heap, clock: Clock, options: PeerPoolOptions): PeerPool;
  findPeer(pool: PeerPool, address: PeerAddress): Access<Address>;
  getPeer(pool: PeerPool, address: PeerAddress): Access<Address>;
  /** Callbacks that it takes to free a peer. */
  readonly callbacksPerPeer: number;
}

const ORDERED: Generation = { create: createPeerPool, findPeer, getPeer, callbacksPerPeer: 1 };

const OPTIMISTIC: Generation = {
  create(heap, clock, options) {
    const pool = createOptimisticPool(heap, clock, options);
    markAllDead(heap, pool);
    return pool;
  },
  findPeer: findOptimistically,
  getPeer: getOptimistically,
  callbacksPerPeer: 2,
};

export const peers: System<PeersScenarioOperation> = {
  name: "peers",
  about: "the Linux peer pool of 2012: AVL trees under RCU, reference counts, collection on the path",
  operationSchema: peersOperationSchema,
  limitsSchema,
  operations,
  properties: [
    "linearizability",
    "avl",
    "one-address-once",
    "reader-walk",
    "refcount",
    "evicts-only-idle",
    "collects-when-due",
    "sentinel",
  ],
  smallScope: peersSmallScope,
  compile: (scenario) => compile(scenario, ORDERED),
};

export const peersOptimistic: System<PeersScenarioOperation> = {
  ...peers,
  name: "peers-optimistic",
  about:
    "the pool of the library quiesce/peers: that of 2012, with a search in front that makes sure only of what it found",
  compile: (scenario) => compile(scenario, OPTIMISTIC),
};

function compile(scenario: Scenario<PeersScenarioOperation>, generation: Generation): Program {
  const settings = limitsSchema.parse(scenario.limits ?? {});
  const program = peersProgram(scenario, {
    place: (peersMax) => placePool(settings, peersMax, generation),
    specification: settings,
    peersMax: settings.peersMax,
  });
  const { pool, history, threads, calls, creations } = program;
  checkTimeouts(scenario.name, calls, settings);
  const invalidates = calls.filter(({ kind }) => kind === "invalidate").length;
  const daemons: ThreadBody[] =
    invalidates > 0
      ? [{ name: "gc worker", daemon: true, body: () => workerLoop(pool.gcWork, () => collectDetached(pool)) }]
      : [];
  const callbacksMax = creations * generation.callbacksPerPeer + invalidates + 1;
  const threadsMax = threads.length + daemons.length + callbacksMax;
  return withWatchers(scenario.name, program, {
    daemons,
    watchers: [
      sentinelWatcher(pool),
      readerWalkWatcher(pool),
      refcountWatcher(pool, history),
      evictsOnlyIdleWatcher(pool, threadsMax),
      collectsWhenDueWatcher(pool, threadsMax),
      oneAddressOnceWatcher(pool),
      avlWatcher(pool),
    ],
    callbacksMax,
  });
}

/** @throws ScenarioError at a timeout for which it would matter at which very tick a peer was made */
function checkTimeouts(
  name: string,
  calls: readonly PeersCall[],
  { ticksPerSecond, burstFactor }: PeersSettings,
): void {
  const timeoutMax = Math.floor((TIMEOUT_SECONDS_MAX * 6 * ticksPerSecond) / burstFactor);
  for (const call of calls) {
    if (call.kind === "allow" && call.timeout > timeoutMax) {
      throw new ScenarioError(
        `${name}: ${callName(call)}: the timeout must be at most ${timeoutMax} ticks, for which a new peer's limiter is full`,
      );
    }
  }
}

const SECRET = [0x03020100, 0x07060504] as const;

function placePool(limits: PeersSettings, peersMax: number, generation: Generation): PlacedPeers<PeerPool> {
  const heap = createHeap(100 + 16 * (peersMax + 1));
  const clock = placeClock(heap, limits.now);
  const pool = generation.create(heap, clock, { limits, peersMax, firstIdentifier: keyedIdentifier(SECRET) });
  return { heap, pool, perform: (call, peer) => perform(pool, clock, generation, call, peer) };
}

function* perform(
  pool: PeerPool,
  clock: Clock,
  { findPeer, getPeer }: Generation,
  call: PeersCall,
  peer: Address,
): Access<number> {
  switch (call.kind) {
    case "get":
      return yield* call.create ? getPeer(pool, call.address) : findPeer(pool, call.address);
    case "put":
      return yield* putPeer(pool, peer);
    case "allow": {
      const allowed = yield* allowPeer(pool, peer, call.timeout);
      return allowed ? 1 : 0;
    }
    case "nextIdentifier":
      return yield* nextIdentifier(peer, call.more);
    case "invalidate":
      yield* invalidateTree(pool, call.family);
      return 0;
    case "advance":
      return yield* advanceClock(clock, call.ticks);
  }
}
