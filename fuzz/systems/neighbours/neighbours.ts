/** The IPoIB neighbour table as a system to verify. */
import { z } from "zod";
import { type Access, type Address, atomicAdd, readOnce, smpMbBeforeAtomic, writeOnce } from "#impl/memory/access.ts";
import { reapConnections, startConnections } from "#impl/neighbours/connection.ts";
import { placeCookieNeighbour } from "#impl/neighbours/cookie.ts";
import { startDevice } from "#impl/neighbours/device.ts";
import { Device, NetDevice, QUEUES } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import type { NeighbourCapacities } from "#impl/neighbours/neighbours.ts";
import { placeNeighbours } from "#impl/neighbours/place-neighbours.ts";
import { reapNeighbours } from "#impl/neighbours/table.ts";
import { CancellableWork, cancellableLoop } from "#impl/sync/cancellable-work.ts";
import { WORK_STATE } from "#impl/sync/delayed-work.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { createNeighboursModel, gidOfName, PACKET } from "#model/neighbours/neighbours.ts";
import { chainLengthWatcher } from "#properties/neighbours/chain-length.ts";
import { neighbourRefcountWatcher } from "#properties/neighbours/neighbour-refcount.ts";
import { neighbourTableWatcher } from "#properties/neighbours/neighbour-table.ts";
import { reapedInTimeWatcher } from "#properties/neighbours/reaped-in-time.ts";
import { reapsOnlyIdleWatcher } from "#properties/neighbours/reaps-only-idle.ts";
import { waitingPacketsWatcher } from "#properties/neighbours/waiting-packets.ts";
import { defineSystem } from "../define-system.ts";
import { limit } from "../operation-arguments.ts";
import { ScenarioError } from "../scenario-error.ts";
import type { LimitsOf, Plan } from "../system-definition.ts";
import { neighboursScenarios } from "./neighbours-scenarios.ts";
import { neighboursSmallScope } from "./neighbours-small-scope.ts";
import {
  giveBack,
  neighboursOperations,
  type NeighboursScenarioOperation,
  parseGid,
  parseNeighbourAddress,
  PARTITION_KEY,
} from "./neighbours-table.ts";
import { settleNeighbours } from "./settle-neighbours.ts";
import { heededPromise, type NamedOperation } from "#properties/neighbours/heeded.ts";
import { aloneWatcher } from "#properties/progress/alone.ts";
import { worksInTimeWatcher } from "#properties/progress/works-in-time.ts";
import { isDeviceUp } from "#properties/neighbours/neighbour-words.ts";
import { Link } from "#impl/sync/list.ts";

/** Small numbers, to keep waits short: a neighbour idle for more than 60 ticks is reaped. */
const limits = {
  /** The clock at the start, before the initial operations. */
  now: limit(z.int32().default(1000), -1, -50, 2147483640),
  buckets: limit(
    z
      .int()
      .min(1)
      .max(64)
      .refine((buckets) => (buckets & (buckets - 1)) === 0, "must be a power of two")
      .default(2),
    1,
  ),
  intervalTicks: limit(z.int().min(1).max(1_000_000).default(30)),
  queueMax: limit(z.int().min(1).max(16).default(3), 1, 2),
  /** 1 for connected mode. */
  connected: limit(z.int().min(0).max(1).default(0), 1),
  /** Capacity for neighbours and paths; 0 for as many as the scenario may create. */
  neighboursMax: limit(z.int().min(0).max(1000).default(0), 1, 2),
  pathsMax: limit(z.int().min(0).max(1000).default(0), 1),
  connectionsMax: limit(z.int().min(0).max(1000).default(0), 1),
  /** Maximum number of neighbours in a bucket; 0 for any number. */
  chainMax: limit(z.int().min(0).max(1000).default(0)),
};

type NeighboursPlan = Plan<NeighboursScenarioOperation, LimitsOf<typeof limits>>;

/**
 * Maximum number of look-ups in a scenario that may each see a different neighbour: the model keeps one bit of an int32
 * for each.
 */
const GETS_MAX = 30;

const COOKIES_MAX = 4;
const REAPER = "reaper";

export const neighbours = defineSystem({
  name: "neighbours",
  about: "the IPoIB neighbour table of 2012: hash table under RCU, paths, multicast groups, connections",
  sources: { model: "model/neighbours/neighbours.ts", implementation: "impl/neighbours/neighbours.ts" },
  limits,
  operations: neighboursOperations,
  heapWords(plan) {
    const { neighboursMax, pathsMax, handlesMax, connectionsMax, packetsMax } = capacitiesOf(plan);
    const objects = 18 * (neighboursMax + pathsMax) + 3 * (handlesMax + packetsMax) + 8 * connectionsMax;
    return 200 + plan.limits.buckets + objects + 2 * COOKIES_MAX;
  },
  place(heap, plan) {
    checkGets(plan);
    const clock = placeClock(heap, plan.limits.now);
    const connected = plan.limits.connected === 1;
    const all = { ...plan.limits, connected, partitionKey: PARTITION_KEY, removable: takesDown(plan) };
    const placed = placeNeighbours(heap, clock, all, capacitiesOf(plan));
    return { clock, neighbours: placed, cookie: placeCookieNeighbour(heap, COOKIES_MAX) };
  },
  local: (_placed, thread) => ({ queue: thread % QUEUES, isOver: false }),
  start: (placed) => startDevice(placed.neighbours),
  // Works requested by an initial operation run before the next one; those of the last are left to the threads.
  *initially({ neighbours: table }, perform) {
    yield* runIfQueued(table.startWork, () => startConnections(table));
    yield* runIfQueued(table.reapWork, () => reapNeighbours(table));
    yield* runIfQueued(table.connectionReapWork, () => reapConnections(table));
    yield* perform();
  },
  *settled({ neighbours: table }, plan) {
    yield writeOnce(NetDevice.users(table.netDevice), plan.threadCount);
  },
  isOver: ({ local }) => local.isOver,
  *leave({ neighbours: table }, { held, isInitial }, plan) {
    yield* giveBack(table, held);
    if (isInitial || !takesDown(plan)) return;
    // The thread no longer uses the device. The one that took it down has waited for all others.
    yield smpMbBeforeAtomic();
    yield atomicAdd(NetDevice.users(table.netDevice), -1);
  },
  model: (_placed, plan) =>
    createNeighboursModel({
      ...plan.limits,
      allocationMayFail: capacitiesOf(plan).allocationMayFail,
      connectionsMayRunOut: capacitiesOf(plan).connectionsMayRunOut,
      identitiesMax: countOf(plan, "get"),
      connected: plan.limits.connected === 1,
      idleTicksMax: 2 * plan.limits.intervalTicks,
    }),
  objects: (placed, plan) => ({ slab: placed.neighbours.neighbours, identitiesMax: countOf(plan, "get") }),
  settle: settleNeighbours,
  // Paths are removed with the packets that wait at them, and idle neighbours are reaped; or the whole device is taken
  // down.
  closing(operations) {
    const puts = operations.flatMap((one) =>
      one.kind === "get" ? [{ kind: "put" as const, address: one.address }] : [],
    );
    if (operations.length % 2 === 0) return [...puts, { kind: "freeCookie" }, { kind: "takeDown" }];
    const gids = new Set(operations.flatMap((one) => ("address" in one ? [gidOfName(one.address)] : [])));
    const paths = [...gids].map((gid) => ({ kind: "removePath" as const, gid }));
    const idle = { kind: "advance" as const, ticks: 100 };
    return [...puts, ...paths, idle, idle, { kind: "freeCookie" }];
  },
  daemons({ neighbours: table }, plan) {
    const reaper = {
      name: REAPER,
      daemon: true,
      body: () => cancellableLoop(table.reapWork, () => reapNeighbours(table)),
    };
    const connected = [
      { name: "starter", daemon: true, body: () => cancellableLoop(table.startWork, () => startConnections(table)) },
      {
        name: "connection reaper",
        daemon: true,
        body: () => cancellableLoop(table.connectionReapWork, () => reapConnections(table)),
      },
    ];
    return [...(countOf(plan, "advance") > 0 ? [reaper] : []), ...(plan.limits.connected === 1 ? connected : [])];
  },
  watchers({ neighbours: table }, { plan, history, daemon, operationAt }) {
    const reaper = daemon(REAPER);
    const { chainMax } = plan.limits;
    const reapedInTime = reapedInTimeWatcher(table, reaper);
    history.onResponse((number, word) => {
      const used = addressUsed(operationAt(number), word);
      if (used !== undefined) reapedInTime.used(parseNeighbourAddress(used));
    });
    const named = (number: number): NamedOperation | undefined => {
      const one = operationAt(number);
      if (one === undefined) return undefined;
      const gid = "gid" in one ? parseGid(one.gid) : [];
      return { kind: one.kind, gid, address: "address" in one ? parseNeighbourAddress(one.address).words : [] };
    };
    return [
      aloneWatcher(history, named, heededPromise(table)),
      worksInTimeWatcher(table.jiffies, [
        { name: "the reaper", work: table.reapWork, delayMax: plan.limits.intervalTicks },
        {
          name: "the starter of connections",
          work: table.startWork,
          delayMax: 0,
          isDemanded: (words) => plan.limits.connected === 1 && isListFilled(words, table, Device.startList),
        },
        {
          name: "the reaper of connections",
          work: table.connectionReapWork,
          delayMax: 0,
          isDemanded: (words) => plan.limits.connected === 1 && isListFilled(words, table, Device.reapList),
        },
      ]),
      neighbourRefcountWatcher(table),
      reapsOnlyIdleWatcher(table, reaper),
      neighbourTableWatcher(table),
      waitingPacketsWatcher(table),
      ...(chainMax === 0 ? [] : [chainLengthWatcher(table, chainMax)]),
      ...(reaper === -1 ? [] : [reapedInTime]),
    ];
  },
  callbacksMax(plan) {
    const { neighboursMax, handlesMax } = capacitiesOf(plan);
    return neighboursMax + handlesMax + 2;
  },
  scenarios: neighboursScenarios,
  smallScope: neighboursSmallScope,
});

function* runIfQueued(work: Address, handler: () => Access): Access {
  const state = yield readOnce(CancellableWork.state(work));
  if (state !== WORK_STATE.queued) return;
  yield writeOnce(CancellableWork.state(work), WORK_STATE.idle);
  yield* handler();
}

/** The name of the address that an operation used, if any. */
function addressUsed(one: NeighboursScenarioOperation | undefined, word: number): string | undefined {
  if (one?.kind === "get") return word === 0 ? undefined : one.address;
  return one?.kind === "transmit" && word !== PACKET.dropped ? one.address : undefined;
}

/** @throws ScenarioError at more look-ups than the model can distinguish */
function checkGets(plan: NeighboursPlan): void {
  const { scenario } = plan;
  const gets = countOf(plan, "get");
  if (gets <= GETS_MAX) return;
  throw new ScenarioError(`${scenario}: it gets neighbours ${gets} times, and the model can distinguish ${GETS_MAX}`);
}

function takesDown({ concurrent }: NeighboursPlan): boolean {
  return concurrent.some(({ kind }) => kind === "takeDown");
}

function countOf({ operations }: NeighboursPlan, ...kinds: readonly NeighboursScenarioOperation["kind"][]): number {
  return operations.filter(({ kind }) => kinds.includes(kind)).length;
}

/** As many objects as the operations can create, including retransmitted packets, unless the scenario sets fewer. */
function capacitiesOf(
  plan: NeighboursPlan,
): NeighbourCapacities & { readonly allocationMayFail: boolean; readonly connectionsMayRunOut: boolean } {
  const { limits: set } = plan;
  const packets = countOf(plan, "transmit", "transmitByPath");
  const replies = countOf(plan, "answer", "refuse");
  const transmissions = packets * (1 + replies + countOf(plan, "connect"));
  const neighboursMax = set.neighboursMax === 0 ? Math.max(transmissions, 1) : set.neighboursMax;
  const pathsMax = set.pathsMax === 0 ? Math.max(transmissions, 1) : set.pathsMax;
  const connections = set.connected === 1 ? Math.max(transmissions, 1) : 1;
  const connectionsMax = set.connectionsMax === 0 ? connections : set.connectionsMax;
  return {
    neighboursMax,
    pathsMax,
    handlesMax: Math.max(replies, 1),
    connectionsMax,
    packetsMax: Math.max(packets, 1),
    allocationMayFail: neighboursMax < transmissions || pathsMax < transmissions || connectionsMax < connections,
    connectionsMayRunOut: connectionsMax < connections,
  };
}

/** Is the device's list non-empty? */
function isListFilled(words: Int32Array, table: Neighbours, listOf: (device: Address) => Address): boolean {
  const head = listOf(table.device);
  return isDeviceUp(words, table) && words[Link.next(head)] !== head;
}
