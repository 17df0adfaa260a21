/** The NetBSD route caches as a system to verify. */
import { z } from "zod";
import { type Access, mutexLock, mutexUnlock, NIL } from "#impl/memory/access.ts";
import { type Heap, place } from "#impl/memory/heap.ts";
import { Entry, Interface, MulticastOptions } from "#impl/route-cache/layout.ts";
import { createNetwork, type Network, placeCache, placeTunnelLock } from "#impl/route-cache/network.ts";
import { prepareTunnel } from "#impl/route-cache/per-cpu.ts";
import { disposeOfDead } from "#impl/route-cache/table.ts";
import { placeLwp, type Runner } from "#impl/sync/cpu.ts";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { Psref } from "#impl/sync/psref.ts";
import { createRouteCacheModel } from "#model/route-cache/route-cache.ts";
import { liveCachesWatcher } from "#properties/route-cache/live-caches.ts";
import { passiveReferencesWatcher } from "#properties/route-cache/passive-references.ts";
import { routeMemoryWatcher } from "#properties/route-cache/route-memory.ts";
import { routeTableWatcher } from "#properties/route-cache/route-table.ts";
import { defineSystem } from "../define-system.ts";
import { limit } from "../operation-arguments.ts";
import { ScenarioError } from "../scenario-error.ts";
import type { LimitsOf, Plan } from "../system-definition.ts";
import { routeCacheScenarios } from "./route-cache-scenarios.ts";
import { sourceSelectionScenarios } from "./source-selection-scenarios.ts";
import { routeCacheSmallScope } from "./route-cache-small-scope.ts";
import { routeCacheOperations, type RouteCacheScenarioOperation } from "./route-cache-table.ts";
import { emptyHand, letGo, type PlacedNetwork, type ThreadPlace } from "./route-threads.ts";
import { settleRouteCache } from "./settle-route-cache.ts";

const limits = {
  /** CPUs; threads are assigned to them in turn. 0 for one each. */
  cpuCount: limit(z.int().min(0).max(8).default(0), 1, 2),
  /** Capacity for entries, and for addresses of each family; 0 for as many as the scenario may need. */
  entriesMax: limit(z.int().min(0).max(100).default(0), 1, 3),
  sockaddrsMax: limit(z.int().min(0).max(200).default(0), 2, 4, 7),
  /** 1: everything runs under the one big lock, and no thread waits for readers. */
  softnetLock: limit(z.int().min(0).max(1).default(0), 0, 1),
};

type RoutePlan = Plan<RouteCacheScenarioOperation, LimitsOf<typeof limits>>;

/** With more threads, more steps are open at once than a history can distinguish. */
const THREADS_MAX = 8;

/** Number of serial numbers that a response can encode. */
const SERIALS_MAX = 31;

export const routeCache = defineSystem({
  name: "route-cache",
  about: "the NetBSD route caches: a chain of live caches, passive references, pserialize, source selection",
  sources: { model: "model/route-cache/route-cache.ts", implementation: "impl/route-cache/" },
  limits,
  operations: routeCacheOperations,
  heapWords(plan) {
    const { cpuCount, entriesMax, sockaddrsMax, interfacesMax, addressesMax } = boundsOf(plan);
    const objects = 16 * entriesMax + 8 * (sockaddrsMax + interfacesMax + addressesMax);
    return 220 + objects + 60 * plan.threadCount + 40 * cpuCount;
  },
  place(heap, plan) {
    checkPlan(plan);
    return placeAll(heap, plan);
  },
  local: emptyHand,
  *start({ network, tunnels }) {
    for (const [cpu, { cache, lock }] of tunnels.entries()) yield* prepareTunnel(network, cpu, cache, lock);
  },
  *initially(placed, perform, caller) {
    yield* perform();
    yield* letGo(placed, caller);
  },
  leave: letGo,
  model: (_placed, plan) => {
    const { entriesMax, sockaddrsMax, cpuCount } = boundsOf(plan);
    return createRouteCacheModel({
      entriesMax,
      sockaddrsMax,
      slack: 3 * (plan.threadCount - 1) + (countOf(plan, "send") > 0 ? cpuCount : 0),
      isDeferred: plan.threadCount > 1 || deletesInInterrupt(plan),
      threadCount: plan.threadCount,
    });
  },
  settle: settleRouteCache,
  sequenceMax: 40,
  closing(operations) {
    const routes = operations.flatMap((one) => (one.kind === "add" ? [one.route] : []));
    const addresses = operations.flatMap((one) => (one.kind === "assign" ? [one.address] : []));
    const interfaces = operations.flatMap((one) => (one.kind === "attach" ? [one.interface] : []));
    return [
      { kind: "release" as const },
      { kind: "free" as const, cache: "a" as const },
      { kind: "free" as const, cache: "b" as const },
      ...routes.map((route) => ({ kind: "delete" as const, route })),
      ...addresses.map((address) => ({ kind: "remove" as const, address })),
      ...interfaces.map((index) => ({ kind: "detach" as const, interface: index })),
    ];
  },
  daemons: ({ network, worker }, plan) =>
    deletesInInterrupt(plan)
      ? [
          {
            name: "route worker",
            daemon: true,
            body: () => workerLoop(network.deadWork, () => disposeUnderLock(network, worker)),
          },
        ]
      : [],
  watchers: ({ heap, network, places, caches }) => [
    routeTableWatcher(network),
    liveCachesWatcher(heap, network, caches),
    passiveReferencesWatcher(heap, {
      classes: [network.entryClass, network.interfaceClass],
      recordsMax: caches.length + places.length,
      targets: [
        { slab: network.entries, targetOf: (entry) => Entry.target(entry) },
        { slab: network.interfaceSlab, targetOf: (found) => Interface.target(found) },
      ],
    }),
    routeMemoryWatcher(network, caches),
  ],
  callbacksMax: () => 1,
  scenarios: { ...routeCacheScenarios, ...sourceSelectionScenarios },
  smallScope: routeCacheSmallScope,
});

function countOf({ operations }: RoutePlan, ...kinds: readonly RouteCacheScenarioOperation["kind"][]): number {
  return operations.filter(({ kind }) => kinds.includes(kind)).length;
}

function deletesInInterrupt({ operations }: RoutePlan): boolean {
  return operations.some((one) => one.kind === "delete" && one.inInterrupt === true);
}

/** Maximum number of routes created: one for each addition, one for each lookup that may clone. */
function routesOf(plan: RoutePlan): number {
  const clones = plan.operations.some((one) => one.kind === "add" && one.cloning === true);
  const lookups = countOf(plan, "lookup", "check", "update", "send", "selectRoute", "selectInterface", "selectSource");
  return countOf(plan, "add") + (clones ? lookups : 0);
}

/** @throws ScenarioError if there are more threads or routes than responses can name */
function checkPlan(plan: RoutePlan): void {
  const { scenario, threadCount } = plan;
  if (threadCount > THREADS_MAX)
    throw new ScenarioError(`${scenario}: it has ${threadCount} threads, and may have ${THREADS_MAX}`);
  const routes = routesOf(plan);
  if (routes > SERIALS_MAX)
    throw new ScenarioError(`${scenario}: it may make ${routes} routes, and responses can name ${SERIALS_MAX}`);
}

function boundsOf(plan: RoutePlan) {
  const { limits: set, threadCount } = plan;
  const cpuCount = set.cpuCount === 0 ? threadCount : set.cpuCount;
  const routesMax = Math.max(1, routesOf(plan));
  return {
    cpuCount,
    entriesMax: set.entriesMax === 0 ? routesMax : set.entriesMax,
    sockaddrsMax: set.sockaddrsMax === 0 ? 2 * routesMax + 3 * threadCount + cpuCount : set.sockaddrsMax,
    interfacesMax: Math.max(1, countOf(plan, "attach")),
    addressesMax: Math.max(1, countOf(plan, "assign")),
  };
}

function placeAll(heap: Heap, plan: RoutePlan): PlacedNetwork {
  const bounds = boundsOf(plan);
  const network = createNetwork(heap, { ...bounds, hasSoftnetLock: plan.limits.softnetLock === 1 });
  const places = plan.threads.map((_, thread): ThreadPlace => {
    const lwp = placeLwp(heap, `lwp${thread}`, thread % bounds.cpuCount);
    const caches = {
      a: placeCache(heap, `cache${thread}a`),
      b: placeCache(heap, `cache${thread}b`),
      n: placeCache(heap, `cache${thread}n`),
    };
    return {
      runner: { lwp, inInterrupt: false },
      caches,
      record: place(heap, Psref, `record${thread}`),
      multicast: place(heap, MulticastOptions, `multicast${thread}`),
    };
  });
  const sends = countOf(plan, "send", "grow") > 0;
  const tunnels = Array.from({ length: sends ? bounds.cpuCount : 0 }, (_, cpu) => ({
    cache: placeCache(heap, `tunnel${cpu}`),
    lock: placeTunnelLock(heap, `tunnelLock${cpu}`),
  }));
  const caches = [...places.flatMap((each) => Object.values(each.caches)), ...tunnels.map(({ cache }) => cache)];
  return { heap, network, places, worker: { lwp: placeLwp(heap, "worker", 0), inInterrupt: false }, caches, tunnels };
}

function* disposeUnderLock(network: Network, worker: Runner): Access {
  if (network.softnetLock !== NIL) yield mutexLock(network.softnetLock);
  yield* disposeOfDead(network, worker);
  if (network.softnetLock !== NIL) yield mutexUnlock(network.softnetLock);
}
