/**
 * How a scenario of a peer pool, of any generation, becomes a program: threads that make calls, and a history of what
 * is answered.
 */
import { type Access, type Address, beginOperation, endOperation, NIL } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { PeerStore, PeerTree } from "#impl/peers/store.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import { createPeersModel, type PeersSpecification, type PeersState } from "#model/peers/peers.ts";
import { collectPeers } from "#properties/peers/peer-tree.ts";
import {
  callName,
  createPeersHistory,
  operationOf,
  type PeersCall,
  type PeersHistory,
} from "#properties/peers/peers-history.ts";
import type { Watcher } from "#properties/watcher.ts";
import { callOf, type PeersScenarioOperation } from "./peers-operations.ts";
import type { Scenario } from "../scenario.ts";
import { ScenarioError } from "../scenario-error.ts";

/** A pool in memory of its own, and how calls are made on it. */
export interface PlacedPeers<Pool extends PeerStore> {
  readonly heap: Heap;
  readonly pool: Pool;
  /** What comes before the initial operations. */
  start?(): Access;
  /** Makes a call that concerns `peer`, if it concerns one; answers the peer found, or the response. */
  perform(call: PeersCall, peer: Address): Access<number>;
}

/** A scenario's program but for what the generation adds. */
export interface PeersProgram<Pool extends PeerStore> extends PlacedPeers<Pool> {
  readonly setUp: () => Access;
  readonly threads: ThreadBody[];
  readonly history: PeersHistory;
  /** Every call, the initial ones first. */
  readonly calls: readonly PeersCall[];
  /** Peers that the scenario may create: the RCU callbacks that free one are at most as many. */
  readonly creations: number;
}

export interface PeersProgramOptions<Pool extends PeerStore> {
  /** Places a pool with memory for that many peers. */
  place(peersMax: number): PlacedPeers<Pool>;
  readonly specification: Omit<PeersSpecification, "identitiesMax" | "allocationMayFail" | "firstIdentifier">;
  /** Peers there is memory for; 0 for as many as the scenario creates. */
  readonly peersMax: number;
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

/** @throws ScenarioError if the initial operations answer what the model does not allow */
export function peersProgram<Pool extends PeerStore>(
  scenario: Scenario<PeersScenarioOperation>,
  options: PeersProgramOptions<Pool>,
): PeersProgram<Pool> {
  const setUpCalls = scenario.initial.map(callOf);
  const threads = numberCalls(scenario);
  const calls = threads.flatMap(({ numbered }) => numbered.map(({ call }) => call));
  const creations = [...setUpCalls, ...calls].filter((call) => call.kind === "get" && call.create).length;
  const peersMax = options.peersMax === 0 ? Math.max(creations, 1) : options.peersMax;

  const placed = options.place(peersMax);
  const { pool } = placed;
  const { firstIdentifier } = pool;
  const setUp = runSetUp(scenario.name, setUpCalls, options.place(peersMax), {
    ...options.specification,
    identitiesMax: creations,
    allocationMayFail: peersMax < creations,
    firstIdentifier,
  });
  const history = createPeersHistory(pool, {
    model: setUp.model,
    identitiesMax: creations,
    calls,
    threadCount: scenario.threads.length,
    initialPeers: setUp.initialPeers,
    identitiesUsed: setUp.identitiesUsed,
    initialHeld: setUp.held.map(({ peer }) => peer),
  });
  return {
    ...placed,
    *setUp() {
      if (placed.start !== undefined) yield* placed.start();
      yield* performAll(placed, setUpCalls, () => {});
    },
    threads: threads.map(({ name, numbered }) => ({
      name,
      *body() {
        const held: Held[] = [];
        for (const { call, number } of numbered) {
          if (findHeld(call, held) === "nothing to work on") continue;
          yield beginOperation(number);
          const response = yield* perform(placed, call, held);
          yield endOperation(response);
        }
      },
    })),
    history,
    calls: [...setUpCalls, ...calls],
    creations,
  };
}

/** The program, checked by these watchers before its history is; `callbacksMax` RCU callbacks may start. */
export function withWatchers(
  name: string,
  { heap, setUp, threads, history }: PeersProgram<PeerStore>,
  {
    daemons,
    watchers,
    callbacksMax,
  }: { readonly daemons: readonly ThreadBody[]; readonly watchers: readonly Watcher[]; readonly callbacksMax: number },
): Program {
  return {
    name,
    heap,
    setUp,
    threads: [...threads, ...daemons],
    watchers: [...watchers, history],
    history,
    callbacksMax,
  };
}

function numberCalls(
  scenario: Scenario<PeersScenarioOperation>,
): readonly { readonly name: string; readonly numbered: readonly NumberedCall[] }[] {
  let number = 0;
  return scenario.threads.map(({ name, operations }) => ({
    name,
    numbered: operations.map((operation) => ({ call: callOf(operation), number: number++ })),
  }));
}

/**
 * Performs the initial operations on a pool of its own, and lets the model follow. What it finds holds for every pool
 * of the same limits: alone, the operations have one outcome.
 *
 * @throws ScenarioError if the model does not allow what they answer
 */
function runSetUp(
  name: string,
  calls: readonly PeersCall[],
  placed: PlacedPeers<PeerStore>,
  specification: PeersSpecification,
) {
  const { heap, pool } = placed;
  const model = createPeersModel(specification);
  const identities = new Map<Address, number>();
  let identitiesUsed = 0;
  let state: PeersState = model.initial;
  const held = runAlone(
    heap,
    performAll(placed, calls, (call, peer, response) => {
      if (call.kind === "get" && response !== NIL && !isKnown(state, identities.get(response)))
        identities.set(response, ++identitiesUsed);
      const answer = call.kind === "get" ? (identities.get(response) ?? 0) : response;
      const next = model.next(state, operationOf(call, identities.get(peer) ?? 0), answer)[0];
      if (next === undefined)
        throw new ScenarioError(
          `${name}: initial operations: ${callName(call)} answers ${answer}, which the model does not allow`,
        );
      state = next;
    }),
  );
  // A peer that was collected is still in the model, which cannot know; its memory is for others.
  const left = new Set([
    ...pool.trees.flatMap((tree) => [...peersIn(heap, pool, tree)]),
    ...held.map(({ peer }) => peer),
  ]);
  const known = [...identities].filter(([peer, identity]) => left.has(peer) && isKnown(state, identity));
  return {
    model: { ...model, initial: { ...state, clock: [state.now] } },
    initialPeers: known.map(([peer, identity]) => ({ peer, identity })),
    identitiesUsed,
    held,
  };
}

function peersIn({ words }: Heap, pool: PeerStore, { root }: PeerTree): Int32Array {
  const peers = new Int32Array(pool.peersMax);
  return peers.subarray(0, collectPeers(words, pool, wordAt(words, root), peers));
}

function isKnown({ records }: PeersState, identity: number | undefined): boolean {
  return records.some((record) => record.identity === identity);
}

/** Performs calls one after the other as one thread; answers the references left. */
function* performAll(
  placed: PlacedPeers<PeerStore>,
  calls: readonly PeersCall[],
  record: (call: PeersCall, peer: Address, response: number) => void,
): Access<Held[]> {
  const held: Held[] = [];
  for (const call of calls) {
    const peer = findHeld(call, held);
    if (peer === "nothing to work on") continue;
    const response = yield* perform(placed, call, held);
    record(call, peer, response);
  }
  return held;
}

function* perform(placed: PlacedPeers<PeerStore>, call: PeersCall, held: Held[]): Access<number> {
  const at = "name" in call && call.kind !== "get" ? indexHeld(call.name, held) : -1;
  const peer = held[at]?.peer ?? NIL;
  if (call.kind === "put") held.splice(at, 1);
  const response = yield* placed.perform(call, peer);
  if (call.kind === "get" && response !== NIL) held.push({ name: call.name, peer: response });
  return response;
}

/** The peer that a call concerns, NIL for a call that concerns none. */
function findHeld(call: PeersCall, held: readonly Held[]): Address | "nothing to work on" {
  if (call.kind === "get" || call.kind === "invalidate" || call.kind === "advance") return NIL;
  return held[indexHeld(call.name, held)]?.peer ?? "nothing to work on";
}

function indexHeld(name: string, held: readonly Held[]): number {
  return held.findLastIndex((one) => one.name === name);
}
