/** The peer pool as a system to verify: operations as data, and their threads for the machine. */
import * as fc from "fast-check";
import { z } from "zod";
import { type Access, type Address, beginOperation, endOperation, NIL } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { keyedIdentifier, nextIdentifier } from "#impl/peers/identifier.ts";
import { collectDetached, invalidateTree } from "#impl/peers/invalidate.ts";
import { findPeer, getPeer, putPeer } from "#impl/peers/lookup.ts";
import { createPeerPool, type PeerPool, type PeerTree } from "#impl/peers/pool.ts";
import { allowPeer } from "#impl/peers/token-bucket.ts";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { advanceClock, type Clock, placeClock } from "#impl/sync/jiffies.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import { type PeerAddress, peerAddress } from "#model/peer-address.ts";
import { createPeersModel, type PeersState } from "#model/peers.ts";
import { avlWatcher } from "#properties/avl.ts";
import { collectsWhenDueWatcher } from "#properties/collects-when-due.ts";
import { evictsOnlyIdleWatcher } from "#properties/evicts-only-idle.ts";
import { oneAddressOnceWatcher } from "#properties/one-address-once.ts";
import { collectPeers } from "#properties/peer-tree.ts";
import { callName, createPeersHistory, operationOf, type PeersCall } from "#properties/peers-history.ts";
import { readerWalkWatcher } from "#properties/reader-walk.ts";
import { refcountWatcher } from "#properties/refcount.ts";
import { sentinelWatcher } from "#properties/sentinel.ts";
import { peersSmallScope } from "./peers-small-scope.ts";
import type { Scenario } from "./scenario.ts";
import type { System } from "./system.ts";

/** Longest timeout for which a new peer's limiter is full: a sixth of the 60 seconds it starts with. */
const TIMEOUT_SECONDS_MAX = 10;

const address = z.string().regex(/^v[46]\/\d{1,9}$/, 'must be "v4/" or "v6/" and a number, such as "v4/20"');
const ticks = z.int().min(0).max(0x7fffffff);

const operationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("get"), address, create: z.boolean() }),
  z.strictObject({ kind: z.literal("put"), address }),
  z.strictObject({ kind: z.literal("allow"), address, timeout: ticks }),
  z.strictObject({ kind: z.literal("nextIdentifier"), address, more: z.int().min(0).max(0xffff) }),
  z.strictObject({ kind: z.literal("invalidate"), family: z.enum(["v4", "v6"]) }),
  z.strictObject({ kind: z.literal("advance"), ticks }),
]);

/**
 * `get` takes a reference, for the thread, to the peer at an address; `put`, `allow` and `nextIdentifier` concern the
 * reference that the thread obtained last of those to the address that it still holds, and do nothing if there is none.
 */
export type PeersScenarioOperation = z.infer<typeof operationSchema>;

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
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("get" as const), address: fc.constantFrom(...ADDRESSES), create: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("put" as const), address: fc.constantFrom(...ADDRESSES) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("allow" as const), address: fc.constantFrom(...ADDRESSES), timeout: fc.constantFrom(0, 3, 10) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("nextIdentifier" as const), address: fc.constantFrom(...ADDRESSES), more: fc.constantFrom(0, 3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("invalidate" as const), family: fc.constantFrom(...FAMILIES) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), ticks: fc.constantFrom(1, 5, 90, 150) }) },
);

export const peers: System<PeersScenarioOperation> = {
  name: "peers",
  about: "the Linux peer pool of 2012: AVL trees under RCU, reference counts, collection on the path",
  operationSchema,
  limitsSchema,
  operations,
  properties: ["linearizability", "avl", "one-address-once", "reader-walk", "refcount", "evicts-only-idle", "collects-when-due", "sentinel"],
  smallScope: peersSmallScope,
  compile,
};

interface Placed {
  readonly heap: Heap;
  readonly clock: Clock;
  readonly pool: PeerPool;
}

interface Held {
  readonly name: string;
  readonly peer: Address;
}

/** An operation and its number in the program. */
interface NumberedCall {
  readonly call: PeersCall;
  readonly number: number;
}

function compile(scenario: Scenario<PeersScenarioOperation>): Program {
  const setUpCalls = scenario.initial.map(callOf);
  const threads = numberCalls(scenario);
  const calls = threads.flatMap(({ numbered }) => numbered.map(({ call }) => call));
  const settings = limitsSchema.parse(scenario.limits ?? {});
  checkTimeouts(scenario.name, [...setUpCalls, ...calls], settings);
  const creations = [...setUpCalls, ...calls].filter((call) => call.kind === "get" && call.create).length;
  const peersMax = settings.peersMax === 0 ? Math.max(creations, 1) : settings.peersMax;

  const placed = placePool(settings, peersMax);
  const { heap, clock, pool } = placed;
  const setUp = runSetUp(scenario.name, setUpCalls, placePool(settings, peersMax), { ...settings, identitiesMax: creations, allocationMayFail: peersMax < creations });
  const history = createPeersHistory(pool, {
    model: setUp.model,
    identitiesMax: creations,
    calls,
    threadCount: scenario.threads.length,
    initialPeers: setUp.initialPeers,
    identitiesUsed: setUp.identitiesUsed,
    initialHeld: setUp.held.map(({ peer }) => peer),
  });
  const invalidates = [...setUpCalls, ...calls].filter(({ kind }) => kind === "invalidate").length;
  const bodies: ThreadBody[] = threads.map(({ name, numbered }) => ({
    name,
    *body() {
      const held: Held[] = [];
      for (const { call, number } of numbered) {
        if (findHeld(call, held) === "nothing to work on") continue;
        yield beginOperation(number);
        const response = yield* perform(pool, clock, call, held);
        yield endOperation(response);
      }
    },
  }));
  if (invalidates > 0) bodies.push({ name: "gc worker", daemon: true, body: () => workerLoop(pool.gcWork, () => collectDetached(pool)) });
  const callbacksMax = creations + invalidates + 1;
  return {
    name: scenario.name,
    heap,
    *setUp() {
      yield* performAll(pool, clock, setUpCalls, () => {});
    },
    threads: bodies,
    watchers: [
      sentinelWatcher(pool),
      readerWalkWatcher(pool),
      refcountWatcher(pool, history),
      evictsOnlyIdleWatcher(pool, bodies.length + callbacksMax),
      collectsWhenDueWatcher(pool, bodies.length + callbacksMax),
      oneAddressOnceWatcher(pool),
      avlWatcher(pool),
      history,
    ],
    history,
    callbacksMax,
  };
}

function numberCalls(scenario: Scenario<PeersScenarioOperation>): readonly { readonly name: string; readonly numbered: readonly NumberedCall[] }[] {
  let number = 0;
  return scenario.threads.map(({ name, operations }) => ({ name, numbered: operations.map((operation) => ({ call: callOf(operation), number: number++ })) }));
}

/** @throws RangeError at a timeout for which it would matter at which very tick a peer was made */
function checkTimeouts(name: string, calls: readonly PeersCall[], { ticksPerSecond, burstFactor }: PeersSettings): void {
  const timeoutMax = Math.floor((TIMEOUT_SECONDS_MAX * 6 * ticksPerSecond) / burstFactor);
  for (const call of calls) {
    if (call.kind === "allow" && call.timeout > timeoutMax) {
      throw new RangeError(`${name}: ${callName(call)}: the timeout must be at most ${timeoutMax} ticks, for which a new peer's limiter is full`);
    }
  }
}

const SECRET = [0x03020100, 0x07060504] as const;

function placePool(limits: PeersSettings, peersMax: number): Placed {
  const heap = createHeap(100 + 16 * (peersMax + 1));
  const clock = placeClock(heap, limits.now);
  return { heap, clock, pool: createPeerPool(heap, clock, { limits, peersMax, firstIdentifier: keyedIdentifier(SECRET) }) };
}

/**
 * Performs the initial operations on a pool of its own, and lets the model follow. What it finds holds for every pool of
 * the same limits: alone, the operations have one outcome.
 *
 * @throws RangeError if the model does not allow what they answer
 */
function runSetUp(name: string, calls: readonly PeersCall[], { heap, clock, pool }: Placed, limits: PeersSettings & { readonly identitiesMax: number; readonly allocationMayFail: boolean }) {
  const model = createPeersModel({ ...limits, firstIdentifier: pool.firstIdentifier });
  const identities = new Map<Address, number>();
  let identitiesUsed = 0;
  let state: PeersState = model.initial;
  const held = runAlone(
    heap,
    performAll(pool, clock, calls, (call, peer, response) => {
      if (call.kind === "get" && response !== NIL && !isKnown(state, identities.get(response))) identities.set(response, ++identitiesUsed);
      const answer = call.kind === "get" ? (identities.get(response) ?? 0) : response;
      const next = model.next(state, operationOf(call, identities.get(peer) ?? 0), answer)[0];
      if (next === undefined) throw new RangeError(`${name}: initial operations: ${callName(call)} answers ${answer}, which the model does not allow`);
      state = next;
    }),
  );
  // A peer that was collected is still in the model, which cannot know; its memory is for others.
  const left = new Set([...peersIn(heap, pool, pool.v4), ...peersIn(heap, pool, pool.v6), ...held.map(({ peer }) => peer)]);
  const known = [...identities].filter(([peer, identity]) => left.has(peer) && isKnown(state, identity));
  return {
    model: { ...model, initial: { ...state, clock: [state.now] } },
    initialPeers: known.map(([peer, identity]) => ({ peer, identity })),
    identitiesUsed,
    held,
  };
}

function peersIn({ words }: Heap, pool: PeerPool, { root }: PeerTree): Int32Array {
  const peers = new Int32Array(pool.peersMax);
  return peers.subarray(0, collectPeers(words, pool, words[root] ?? NIL, peers));
}

function isKnown({ records }: PeersState, identity: number | undefined): boolean {
  return records.some((record) => record.identity === identity);
}

/** Performs calls one after the other as one thread; answers the references left. */
function* performAll(
  pool: PeerPool,
  clock: Clock,
  calls: readonly PeersCall[],
  record: (call: PeersCall, peer: Address, response: number) => void,
): Access<Held[]> {
  const held: Held[] = [];
  for (const call of calls) {
    const peer = findHeld(call, held);
    if (peer === "nothing to work on") continue;
    const response = yield* perform(pool, clock, call, held);
    record(call, peer, response);
  }
  return held;
}

function* perform(pool: PeerPool, clock: Clock, call: PeersCall, held: Held[]): Access<number> {
  switch (call.kind) {
    case "get": {
      const peer = yield* call.create ? getPeer(pool, call.address) : findPeer(pool, call.address);
      if (peer !== NIL) held.push({ name: call.name, peer });
      return peer;
    }
    case "put":
      return yield* putPeer(pool, held.splice(indexHeld(call.name, held), 1)[0]?.peer ?? NIL);
    case "allow": {
      const allowed = yield* allowPeer(pool, held[indexHeld(call.name, held)]?.peer ?? NIL, call.timeout);
      return allowed ? 1 : 0;
    }
    case "nextIdentifier":
      return yield* nextIdentifier(held[indexHeld(call.name, held)]?.peer ?? NIL, call.more);
    case "invalidate":
      yield* invalidateTree(pool, call.family);
      return 0;
    case "advance":
      return yield* advanceClock(clock, call.ticks);
  }
}

/** The peer that a call concerns, NIL for a call that concerns none. */
function findHeld(call: PeersCall, held: readonly Held[]): Address | "nothing to work on" {
  if (call.kind === "get" || call.kind === "invalidate" || call.kind === "advance") return NIL;
  return held[indexHeld(call.name, held)]?.peer ?? "nothing to work on";
}

function indexHeld(name: string, held: readonly Held[]): number {
  return held.findLastIndex((one) => one.name === name);
}

function callOf(operation: PeersScenarioOperation): PeersCall {
  switch (operation.kind) {
    case "get":
      return { kind: "get", name: operation.address, address: parseAddress(operation.address), create: operation.create };
    case "put":
      return { kind: "put", name: operation.address };
    case "allow":
      return { kind: "allow", name: operation.address, timeout: operation.timeout };
    case "nextIdentifier":
      return { kind: "nextIdentifier", name: operation.address, more: operation.more };
    case "invalidate":
    case "advance":
      return operation;
  }
}

/** `v4/20` is the one word 20; `v6/n` are four words that differ in the third and last, so that comparing takes all four. */
export function parseAddress(text: string): PeerAddress {
  const number = Number(text.slice(3));
  return text.startsWith("v4/") ? peerAddress("v4", [number]) : peerAddress("v6", [0xfd000000, 0, number >>> 1, number & 1]);
}
