/** The IPoIB neighbour table as a system to verify: operations as data, and their threads for the machine. */
import * as fc from "fast-check";
import { z } from "zod";
import { writeOnce } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { reapConnections, startConnections } from "#impl/neighbours/connection.ts";
import { placeCookieNeighbour } from "#impl/neighbours/cookie.ts";
import { NetDevice, QUEUES } from "#impl/neighbours/layout.ts";
import { placeNeighbours } from "#impl/neighbours/place-neighbours.ts";
import type { NeighbourCapacities } from "#impl/neighbours/neighbours.ts";
import { reapNeighbours } from "#impl/neighbours/table.ts";
import { cancellableLoop } from "#impl/sync/cancellable-work.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import type { HardwareAddress } from "#model/neighbours/hardware-address.ts";
import { createNeighboursModel } from "#model/neighbours/neighbours.ts";
import { chainLengthWatcher } from "#properties/neighbours/chain-length.ts";
import { neighbourRefcountWatcher } from "#properties/neighbours/neighbour-refcount.ts";
import { neighbourTableWatcher } from "#properties/neighbours/neighbour-table.ts";
import { createNeighboursHistory, type NeighboursCall } from "#properties/neighbours/neighbours-history.ts";
import {
  type Answered,
  type Caller,
  giveBack,
  leave,
  performSetUp,
  performStep,
  type Placed,
  type Step,
} from "./neighbours-calls.ts";
import { reapedInTimeWatcher } from "#properties/neighbours/reaped-in-time.ts";
import { reapsOnlyIdleWatcher } from "#properties/neighbours/reaps-only-idle.ts";
import { waitingPacketsWatcher } from "#properties/neighbours/waiting-packets.ts";
import { parseGid, parseNeighbourAddress, PARTITION_KEY } from "./neighbours-names.ts";
import { runSetUp } from "./neighbours-set-up.ts";
import { neighboursSmallScope } from "./neighbours-small-scope.ts";
import type { Scenario } from "../scenario.ts";
import type { System } from "../system.ts";
import { ScenarioError } from "../scenario-error.ts";

const address = z
  .string()
  .regex(/^(\d{1,4}\/\d{1,7}|m\d{1,4})$/, 'must be "port/queue", such as "1/7", or a group such as "m1"');
const portAddress = z.string().regex(/^\d{1,4}\/\d{1,7}$/, 'must be "port/queue", such as "1/7"');
const gid = z.string().regex(/^m?\d{1,4}$/, 'must be a port such as "1", or a group such as "m1"');

const operationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("get"), address }),
  z.strictObject({ kind: z.literal("put"), address }),
  z.strictObject({ kind: z.literal("remove"), address }),
  z.strictObject({ kind: z.literal("transmit"), address }),
  z.strictObject({ kind: z.literal("transmitByPath"), address: portAddress }),
  z.strictObject({ kind: z.literal("answer"), gid }),
  z.strictObject({ kind: z.literal("refuse"), gid }),
  z.strictObject({ kind: z.literal("removePath"), gid }),
  z.strictObject({ kind: z.literal("invalidatePaths") }),
  z.strictObject({ kind: z.literal("connect"), address: portAddress }),
  z.strictObject({ kind: z.literal("disconnect"), address: portAddress }),
  z.strictObject({ kind: z.literal("takeDown") }),
  z.strictObject({ kind: z.literal("advance"), ticks: z.int().min(0).max(0x7fffffff) }),
  z.strictObject({ kind: z.literal("sendByCookie") }),
  z.strictObject({ kind: z.literal("freeCookie") }),
]);

/**
 * `get` takes a reference for the thread; `put` and `remove` concern the one that the thread obtained last of those to
 * the address that it still holds, and do nothing if there is none. A thread gives back at its end what it holds.
 * `answer` and `refuse` are the subnet's answer to the query for a port, or the join of a group. `takeDown` frees the
 * device once the other threads have ended; its own thread does nothing more.
 */
export type NeighboursScenarioOperation = z.infer<typeof operationSchema>;

/** Small numbers, so that little waiting is needed: a neighbour idle for more than 60 ticks is taken. */
const limitsSchema = z.strictObject({
  /** The clock at the start, before the initial operations. */
  now: z.int32().default(1000),
  buckets: z
    .int()
    .min(1)
    .max(64)
    .refine((buckets) => (buckets & (buckets - 1)) === 0, "must be a power of two")
    .default(2),
  intervalTicks: z.int().min(1).max(1_000_000).default(30),
  queueMax: z.int().min(1).max(16).default(3),
  /** 1 for connected mode. */
  connected: z.int().min(0).max(1).default(0),
  /** Neighbours and paths there is memory for; 0 for as many as the scenario may make. */
  neighboursMax: z.int().min(0).max(1000).default(0),
  pathsMax: z.int().min(0).max(1000).default(0),
  /** Neighbours that a bucket may hold; 0 for any number. */
  chainMax: z.int().min(0).max(1000).default(0),
});

/** Look-ups of a scenario that may each see another neighbour: the model keeps a bit of an int32 for each. */
const GETS_MAX = 30;

type NeighboursSettings = z.infer<typeof limitsSchema>;

const ADDRESSES = ["1/1", "1/2", "2/1"] as const;
const GIDS = ["1", "2", "m1"] as const;

const named = <const Kind extends string>(kind: Kind) =>
  fc.record({ kind: fc.constant(kind), address: fc.constantFrom(...ADDRESSES) });
const onGid = <const Kind extends string>(kind: Kind) =>
  fc.record({ kind: fc.constant(kind), gid: fc.constantFrom(...GIDS) });

const operations: fc.Arbitrary<NeighboursScenarioOperation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("transmit" as const), address: fc.constantFrom(...ADDRESSES, "m1") }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("get" as const), address: fc.constantFrom(...ADDRESSES, "m1") }),
  },
  { weight: 2, arbitrary: named("put") },
  { weight: 1, arbitrary: named("remove") },
  { weight: 1, arbitrary: named("transmitByPath") },
  { weight: 3, arbitrary: onGid("answer") },
  { weight: 1, arbitrary: onGid("refuse") },
  { weight: 2, arbitrary: onGid("removePath") },
  { weight: 1, arbitrary: fc.constant({ kind: "invalidatePaths" as const }) },
  { weight: 1, arbitrary: named("connect") },
  { weight: 1, arbitrary: named("disconnect") },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("advance" as const), ticks: fc.constantFrom(1, 30, 70) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "takeDown" as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "sendByCookie" as const }, { kind: "freeCookie" as const }) },
);

export const neighbours: System<NeighboursScenarioOperation> = {
  name: "neighbours",
  about: "the IPoIB neighbour table of 2012: hash table under RCU, paths, multicast groups, connections",
  operationSchema,
  limitsSchema,
  operations,
  properties: [
    "linearizability",
    "neighbour-table",
    "neighbour-refcount",
    "waiting-packets",
    "chain-length",
    "reaps-only-idle",
    "reaped-in-time",
  ],
  smallScope: neighboursSmallScope,
  compile,
};

function compile(scenario: Scenario<NeighboursScenarioOperation>): Program {
  const settings = limitsSchema.parse(scenario.limits ?? {});
  const { setUp: setUpSteps, threads, calls } = numberSteps(scenario);
  if (setUpSteps.some(({ kind }) => kind === "takeDown"))
    throw new ScenarioError(`${scenario.name}: takeDown cannot be an initial operation`);
  const capacities = capacitiesOf(settings, calls);
  const takesDown = threads.some(({ steps }) => steps.some(({ kind }) => kind === "takeDown"));
  const identitiesMax = calls.filter(({ kind }) => kind === "get").length;
  if (identitiesMax > GETS_MAX)
    throw new ScenarioError(
      `${scenario.name}: it gets neighbours ${identitiesMax} times, and may ${GETS_MAX} times, by which the model tells them apart`,
    );

  const placed = placeAll(settings, capacities, takesDown);
  const { heap, neighbours } = placed;
  const model = createNeighboursModel({
    ...settings,
    ...capacities,
    identitiesMax,
    connected: settings.connected === 1,
    idleTicksMax: 2 * settings.intervalTicks,
  });
  const setUp = runSetUp(scenario.name, model, placeAll(settings, capacities, takesDown), { steps: setUpSteps, calls });
  const history = createNeighboursHistory(neighbours, {
    model: { ...model, initial: setUp.state },
    identitiesMax,
    calls,
    threadCount: threads.length,
    initialNeighbours: setUp.initialNeighbours,
    identitiesUsed: setUp.identitiesUsed,
  });
  const bodies: ThreadBody[] = threads.map(({ name, steps }, index) => ({
    name,
    *body() {
      const caller: Caller = { queue: index % QUEUES, held: [] };
      for (const step of steps) {
        yield* performStep(placed, calls, step, caller, ignored);
        if (step.kind === "takeDown") break;
      }
      yield* giveBack(neighbours, caller);
      if (takesDown) yield* leave(neighbours);
    },
  }));
  const moves = calls.some(({ kind }) => kind === "advance");
  if (moves)
    bodies.push({
      name: "reaper",
      daemon: true,
      body: () => cancellableLoop(neighbours.reapWork, () => reapNeighbours(neighbours)),
    });
  if (settings.connected === 1) {
    bodies.push({
      name: "starter",
      daemon: true,
      body: () => cancellableLoop(neighbours.startWork, () => startConnections(neighbours)),
    });
    bodies.push({
      name: "connection reaper",
      daemon: true,
      body: () => cancellableLoop(neighbours.connectionReapWork, () => reapConnections(neighbours)),
    });
  }
  return {
    name: scenario.name,
    heap,
    *setUp() {
      yield* performSetUp(placed, calls, setUpSteps, ignored);
      yield writeOnce(NetDevice.users(neighbours.netDevice), threads.length);
    },
    threads: bodies,
    watchers: [
      neighbourRefcountWatcher(neighbours),
      reapsOnlyIdleWatcher(neighbours, moves ? threads.length : -1),
      neighbourTableWatcher(neighbours),
      waitingPacketsWatcher(neighbours),
      ...(settings.chainMax === 0 ? [] : [chainLengthWatcher(neighbours, settings.chainMax)]),
      ...(moves ? [reapedInTimeWatcher(neighbours, threads.length, history)] : []),
      history,
    ],
    history,
    callbacksMax: capacities.neighboursMax + capacities.handlesMax + 2,
  };
}

const ignored: Answered = () => {};

function numberSteps(scenario: Scenario<NeighboursScenarioOperation>) {
  const calls: NeighboursCall[] = [];
  const stepOf = (operation: NeighboursScenarioOperation): Step => ({
    kind: operation.kind === "removePath" || operation.kind === "takeDown" ? operation.kind : "call",
    calls: callsOf(operation).map((call) => ({ call, number: calls.push(call) - 1 })),
  });
  const setUp = scenario.initial.map(stepOf);
  const threads = scenario.threads.map(({ name, operations }) => ({ name, steps: operations.map(stepOf) }));
  return { setUp, threads, calls };
}

/**
 * As many objects as the operations can make, packets that are transmitted again included, unless the scenario sets
 * fewer.
 */
function capacitiesOf(
  settings: NeighboursSettings,
  calls: readonly NeighboursCall[],
): NeighbourCapacities & { readonly allocationMayFail: boolean } {
  const count = (...kinds: readonly NeighboursCall["kind"][]): number =>
    calls.filter(({ kind }) => kinds.includes(kind)).length;
  const packets = count("transmit");
  const transmissions = packets * (1 + count("answer", "connect"));
  const neighboursMax = settings.neighboursMax === 0 ? Math.max(transmissions, 1) : settings.neighboursMax;
  const pathsMax = settings.pathsMax === 0 ? Math.max(transmissions, 1) : settings.pathsMax;
  return {
    neighboursMax,
    pathsMax,
    handlesMax: Math.max(count("answer"), 1),
    connectionsMax: settings.connected === 1 ? Math.max(transmissions, 1) : 1,
    packetsMax: Math.max(packets, 1),
    allocationMayFail: neighboursMax < transmissions || pathsMax < transmissions,
  };
}

function placeAll(settings: NeighboursSettings, capacities: NeighbourCapacities, removable: boolean): Placed {
  const { neighboursMax, pathsMax, handlesMax, connectionsMax, packetsMax } = capacities;
  const cookiesMax = 4;
  const heap = createHeap(
    200 +
      settings.buckets +
      18 * neighboursMax +
      18 * pathsMax +
      3 * handlesMax +
      8 * connectionsMax +
      3 * packetsMax +
      2 * cookiesMax,
  );
  const clock = placeClock(heap, settings.now);
  const limits = { ...settings, connected: settings.connected === 1, partitionKey: PARTITION_KEY, removable };
  return {
    heap,
    clock,
    neighbours: placeNeighbours(heap, clock, limits, capacities),
    cookie: placeCookieNeighbour(heap, cookiesMax),
  };
}

/** The calls that an operation is made of. */
function callsOf(operation: NeighboursScenarioOperation): readonly NeighboursCall[] {
  switch (operation.kind) {
    case "get":
    case "put":
    case "remove":
    case "connect":
    case "disconnect":
      return [{ kind: operation.kind, ...nameAndAddress(operation.address) }];
    case "transmit":
      return [{ kind: "transmit", via: "neighbour", ...nameAndAddress(operation.address) }];
    case "transmitByPath":
      return [{ kind: "transmit", via: "path", ...nameAndAddress(operation.address) }];
    case "answer":
    case "refuse":
      return [
        { kind: "answer", granted: operation.kind === "answer", gid: operation.gid, words: parseGid(operation.gid) },
      ];
    case "removePath":
      return (["forgetPath", "deleteByGid"] as const).map((kind) => ({
        kind,
        gid: operation.gid,
        words: parseGid(operation.gid),
      }));
    case "invalidatePaths":
      return [{ kind: "invalidate" }];
    case "takeDown":
      return [{ kind: "stop" }, { kind: "close" }];
    case "advance":
    case "sendByCookie":
    case "freeCookie":
      return [operation];
  }
}

function nameAndAddress(name: string): { readonly name: string; readonly address: HardwareAddress } {
  return { name, address: parseNeighbourAddress(name) };
}
