/**
 * Threads that use a network's routing, as a program for the machine.
 *
 * A thread holds one reference at a time, and does nothing that would wait for others while it does: what waits for
 * references would wait for its own. Under the big lock a thread has the lock from the moment it obtains a reference
 * until it drops it, and during every call. A thread that comes to its end lets go.
 */
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";
import {
  type Access,
  type Address,
  beginOperation,
  endOperation,
  mutexLock,
  mutexUnlock,
  NIL,
  read,
} from "#impl/memory/access.ts";
import { type Heap, place } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { assignAddress, removeAddress } from "#impl/route-cache/address-list.ts";
import {
  checkCache,
  clearCache,
  copyCache,
  freeCache,
  getDestination,
  initCacheNoClone,
  lookupCache,
  moveCache,
  setDestination,
  unrefRoute,
  updateCache,
  validateCache,
} from "#impl/route-cache/cache.ts";
import { ERROR } from "#impl/route-cache/errors.ts";
import { attachInterface, detachInterface, putInterface } from "#impl/route-cache/interface.ts";
import { ADDRESS_FLAG, Cache, Entry, ENTRY_FLAG, Interface, MulticastOptions } from "#impl/route-cache/layout.ts";
import { loseRoute } from "#impl/route-cache/losing.ts";
import { createNetwork, type Network, placeCache, placeTunnelLock } from "#impl/route-cache/network.ts";
import { growPerCpu, prepareTunnel, type RouteUsed, sendThroughTunnel, useRoute } from "#impl/route-cache/per-cpu.ts";
import { selectInterface, setMulticastInterface } from "#impl/route-cache/select-interface.ts";
import { selectRoute } from "#impl/route-cache/select-route.ts";
import { selectSource } from "#impl/route-cache/select-source.ts";
import {
  addRoute,
  beginChange,
  deleteRoute,
  disposeOfDead,
  endChange,
  findRoute,
  releaseRoute,
} from "#impl/route-cache/table.ts";
import { enterInterrupt, leaveInterrupt, migrate, placeLwp, type Runner } from "#impl/sync/cpu.ts";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { Psref } from "#impl/sync/psref.ts";
import { routeAddress } from "#model/route-cache/route-address.ts";
import {
  addressWord,
  createRouteCacheModel,
  type RouteCacheSpecification,
  type RouteDemands,
} from "#model/route-cache/route-cache.ts";
import { cacheNamed, type RouteCacheState } from "#model/route-cache/route-table.ts";
import { liveCachesWatcher } from "#properties/route-cache/live-caches.ts";
import { passiveReferencesWatcher } from "#properties/route-cache/passive-references.ts";
import {
  additionWord,
  type CacheName,
  callName,
  lossWord,
  type RouteCall,
  selectionWord,
  stepsOf,
} from "#properties/route-cache/route-calls.ts";
import { createRouteHistory, type NumberedRouteCall } from "#properties/route-cache/route-history.ts";
import { routeMemoryWatcher } from "#properties/route-cache/route-memory.ts";
import { routeTableWatcher } from "#properties/route-cache/route-table.ts";
import type { RouteCacheLimits } from "./route-cache.ts";
import { ScenarioError } from "../scenario-error.ts";

export interface RouteProgramParts {
  readonly name: string;
  readonly initial: readonly RouteCall[];
  readonly threads: readonly { readonly name: string; readonly calls: readonly RouteCall[] }[];
  readonly limits: RouteCacheLimits;
}

/** What a thread has of its own. */
interface Place {
  readonly runner: Runner;
  readonly caches: Readonly<Record<CacheName, Address>>;
  /** Record for a reference to an interface. */
  readonly record: Address;
  readonly multicast: Address;
}

/** What a thread holds at the moment. */
interface Hand {
  /** A reference to a route, obtained through `cache`, or counted if that is NIL. */
  held: { readonly entry: Address; readonly cache: Address } | undefined;
  /** The entry that it is changing, or NIL. */
  changing: Address;
  hasSoftnetLock: boolean;
}

interface Placed {
  readonly heap: Heap;
  readonly network: Network;
  readonly places: readonly Place[];
  readonly worker: Runner;
  readonly caches: readonly Address[];
  readonly tunnels: readonly { readonly cache: Address; readonly lock: Address }[];
}

/**
 * The steps of calls that only a thread's caches, or only the thread, feel: among the initial ones, performed for every
 * thread.
 */
const OF_THREAD: ReadonlySet<RouteCall["kind"]> = new Set([
  "setDestination",
  "validate",
  "lookup",
  "check",
  "update",
  "copy",
  "move",
  "clear",
  "free",
  "setMulticast",
  "selectRoute",
  "selectInterface",
  "selectSource",
]);

/** Calls that neither wait for others nor take a reference: a thread may make them while it holds one. */
const WITHOUT_WAITING: ReadonlySet<RouteCall["kind"]> = new Set([
  "release",
  "destination",
  "setDestination",
  "clear",
  "free",
  "copy",
  "move",
  "add",
  "attach",
  "assign",
  "setMulticast",
  "grow",
  "migrate",
  "endChange",
]);

/** Serial numbers that an answer has room for. */
const SERIALS_MAX = 31;

/**
 * @throws ScenarioError if there are more routes or interfaces than answers can name, or the initial operations answer
 * what the model does not allow
 */
export function compileRouteProgram(parts: RouteProgramParts, createHeap: (words: number) => Heap): Program {
  const { name, initial, threads } = parts;
  const all = [...initial, ...threads.flatMap(({ calls }) => calls)];
  const routesMax = routesOf(all);
  if (routesMax > SERIALS_MAX)
    throw new ScenarioError(`${name}: it may make ${routesMax} routes, and answers can name ${SERIALS_MAX}`);
  const bounds = boundsOf(parts, all, routesMax);
  const placed = placeAll(parts, bounds, all, createHeap);
  const { heap, network, places, worker, caches } = placed;

  const isDeferred = threads.length > 1 || all.some((call) => call.kind === "delete" && call.inInterrupt);
  const specification: RouteCacheSpecification = {
    entriesMax: bounds.entriesMax,
    sockaddrsMax: bounds.sockaddrsMax,
    slack: 3 * (threads.length - 1) + (all.some(({ kind }) => kind === "send") ? bounds.cpuCount : 0),
    isDeferred,
    threadCount: threads.length,
  };
  const model = createRouteCacheModel(specification);
  const start = followSetUp(name, initial, placeAll(parts, bounds, all, createHeap), model);

  const numbered: NumberedRouteCall[] = [];
  const bodies = threads.map(({ name: threadName, calls }, thread): ThreadBody => {
    const first = numbered.length;
    numbered.push(...calls.map((call) => ({ call, steps: stepsOf(call, thread, true) })));
    return { name: threadName, body: () => runThread(placed, thread, calls, first) };
  });
  if (all.some((call) => call.kind === "delete" && call.inInterrupt)) {
    bodies.push({
      name: "route worker",
      daemon: true,
      body: () => workerLoop(network.deadWork, () => disposeUnderLock(network, worker)),
    });
  }
  const history = createRouteHistory({ ...model, initial: start }, numbered, threads.length);
  return {
    name,
    heap,
    setUp: () => setUp(placed, initial),
    threads: bodies,
    watchers: [
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
    history,
    callbacksMax: 1,
  };
}

/** Routes that may ever be made: one for each addition, one for each lookup that may clone. */
function routesOf(all: readonly RouteCall[]): number {
  const clones = all.some((call) => call.kind === "add" && call.route.cloning === true);
  const lookups = new Set<RouteCall["kind"]>([
    "lookup",
    "check",
    "update",
    "send",
    "selectRoute",
    "selectInterface",
    "selectSource",
  ]);
  const additions = all.filter(({ kind }) => kind === "add").length;
  return additions + (clones ? all.filter(({ kind }) => lookups.has(kind)).length : 0);
}

function boundsOf({ limits, threads }: RouteProgramParts, all: readonly RouteCall[], routesMax: number) {
  const cpuCount = limits.cpuCount === 0 ? threads.length : limits.cpuCount;
  const count = (kind: RouteCall["kind"]): number => all.filter((call) => call.kind === kind).length;
  const entriesMax = limits.entriesMax === 0 ? Math.max(1, routesMax) : limits.entriesMax;
  return {
    cpuCount,
    entriesMax,
    sockaddrsMax:
      limits.sockaddrsMax === 0 ? 2 * Math.max(1, routesMax) + 3 * threads.length + cpuCount : limits.sockaddrsMax,
    interfacesMax: Math.max(1, count("attach")),
    addressesMax: Math.max(1, count("assign")),
  };
}

function placeAll(
  { threads, limits }: RouteProgramParts,
  bounds: ReturnType<typeof boundsOf>,
  all: readonly RouteCall[],
  createHeap: (words: number) => Heap,
): Placed {
  const { cpuCount, entriesMax, sockaddrsMax, interfacesMax, addressesMax } = bounds;
  const heap = createHeap(
    220 +
      16 * entriesMax +
      8 * sockaddrsMax +
      8 * interfacesMax +
      8 * addressesMax +
      60 * threads.length +
      40 * cpuCount,
  );
  const network = createNetwork(heap, { ...bounds, hasSoftnetLock: limits.softnetLock === 1 });
  const places = threads.map((_, thread): Place => {
    const lwp = placeLwp(heap, `lwp${thread}`, thread % cpuCount);
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
  const sends = all.some(({ kind }) => kind === "send" || kind === "grow");
  const tunnels = Array.from({ length: sends ? cpuCount : 0 }, (_, cpu) => ({
    cache: placeCache(heap, `tunnel${cpu}`),
    lock: placeTunnelLock(heap, `tunnelLock${cpu}`),
  }));
  const caches = [...places.flatMap((each) => Object.values(each.caches)), ...tunnels.map(({ cache }) => cache)];
  return { heap, network, places, worker: { lwp: placeLwp(heap, "worker", 0), inInterrupt: false }, caches, tunnels };
}

/** The initial calls as they are performed: those that only a thread feels, for each thread. */
function setUpCalls(
  initial: readonly RouteCall[],
  threadCount: number,
): readonly { readonly call: RouteCall; readonly thread: number }[] {
  return initial.flatMap((call) =>
    Array.from({ length: OF_THREAD.has(call.kind) ? threadCount : 1 }, (_, thread) => ({ call, thread })),
  );
}

/** Performs the initial calls; tells `record` what each answered. */
function* setUp(
  placed: Placed,
  initial: readonly RouteCall[],
  record: (call: RouteCall, thread: number, response: number) => void = () => {},
): Access {
  const { network, places, tunnels } = placed;
  for (const [cpu, { cache, lock }] of tunnels.entries()) yield* prepareTunnel(network, cpu, cache, lock);
  const hands = places.map(emptyHand);
  for (const { call, thread } of setUpCalls(initial, places.length)) {
    const hand = hands[thread] ?? emptyHand();
    if (isNothingToDo(call, hand)) continue;
    const response = yield* makeCall(placed, thread, call, hand);
    record(call, thread, response);
    yield* letGo(placed, thread, hand);
  }
}

/**
 * Performs the initial calls on a network of its own, and lets the model follow.
 *
 * @throws ScenarioError if the model does not allow what they answer
 */
function followSetUp(
  name: string,
  initial: readonly RouteCall[],
  placed: Placed,
  model: ReturnType<typeof createRouteCacheModel>,
): RouteCacheState {
  let states: readonly RouteCacheState[] = [model.initial];
  const follow = (call: RouteCall, thread: number, response: number): void => {
    for (const { operation, responseOf } of stepsOf(call, thread, false)) {
      states = states.flatMap((state) => model.next(state, operation, responseOf(response)));
      if (states.length === 0)
        throw new ScenarioError(
          `${name}: initial operations: ${callName(call)} answers ${response}, which the model does not allow`,
        );
    }
  };
  runAlone(placed.heap, setUp(placed, initial, follow));
  // Whether memory was lacking is not always told by an answer; what the caches hold tells.
  const left = states.find((state) => agreesWith(state, placed));
  if (left === undefined)
    throw new ScenarioError(
      `${name}: initial operations: they leave destinations in the caches that the model does not allow`,
    );
  return left;
}

/** Do the caches have destinations where the state says so? */
function agreesWith(state: RouteCacheState, { heap, places }: Placed): boolean {
  return places.every(({ caches }, thread) =>
    Object.entries(caches).every(
      ([cache, address]) =>
        (cacheNamed(state, `${thread}${cache}`).destination === undefined) ===
        (heap.words[Cache.destination(address)] === NIL),
    ),
  );
}

function* disposeUnderLock(network: Network, worker: Runner): Access {
  if (network.softnetLock !== NIL) yield mutexLock(network.softnetLock);
  yield* disposeOfDead(network, worker);
  if (network.softnetLock !== NIL) yield mutexUnlock(network.softnetLock);
}

function* runThread(placed: Placed, thread: number, calls: readonly RouteCall[], first: number): Access {
  const hand = emptyHand();
  for (const [index, call] of calls.entries()) {
    if (isNothingToDo(call, hand)) continue;
    yield beginOperation(first + index);
    const response = yield* makeCall(placed, thread, call, hand);
    yield endOperation(response);
  }
  yield* letGo(placed, thread, hand);
}

function emptyHand(): Hand {
  return { held: undefined, changing: NIL, hasSoftnetLock: false };
}

function isNothingToDo(call: RouteCall, { held, changing }: Hand): boolean {
  if (call.kind === "release") return held === undefined;
  if (call.kind === "endChange") return changing === NIL;
  if ((call.kind === "copy" || call.kind === "move") && call.cache === call.from) return true;
  return held !== undefined && !WITHOUT_WAITING.has(call.kind);
}

/** Makes a call where its thread makes it: in a soft interrupt or not, under the big lock or not. */
function* makeCall(placed: Placed, thread: number, call: RouteCall, hand: Hand): Access<number> {
  const { network } = placed;
  const own = placeOf(placed, thread);
  const inInterrupt = "inInterrupt" in call && call.inInterrupt;
  if (inInterrupt) yield* enterInterrupt(network.cpus, own.runner.lwp);
  if (network.softnetLock !== NIL && !hand.hasSoftnetLock) yield mutexLock(network.softnetLock);
  hand.hasSoftnetLock = true;
  const response = yield* perform(
    placed,
    inInterrupt ? { ...own, runner: { ...own.runner, inInterrupt } } : own,
    call,
    hand,
  );
  yield* unlockIfFree(network, hand);
  if (inInterrupt) yield* leaveInterrupt(network.cpus, own.runner.lwp);
  return response;
}

/** The big lock goes when its holder has nothing that it protects. */
function* unlockIfFree(network: Network, hand: Hand): Access {
  if (hand.held !== undefined || hand.changing !== NIL) return;
  if (network.softnetLock !== NIL && hand.hasSoftnetLock) yield mutexUnlock(network.softnetLock);
  hand.hasSoftnetLock = false;
}

/** Drops what the thread still holds. */
function* letGo(placed: Placed, thread: number, hand: Hand): Access {
  if (hand.held !== undefined) yield* release(placed.network, placeOf(placed, thread), hand);
  yield* unlockIfFree(placed.network, hand);
}

function* release(network: Network, { runner }: Place, hand: Hand): Access<number> {
  const { held } = hand;
  if (held === undefined) return 0;
  const used = yield* useRoute(held.entry);
  if (held.cache === NIL) yield* releaseRoute(held.entry);
  else yield* unrefRoute(network, runner, held.cache, held.entry);
  hand.held = undefined;
  return wordOfUse(used);
}

function placeOf({ places }: Placed, thread: number): Place {
  const own = places[thread];
  if (own === undefined) throw new RangeError(`there is no thread ${thread}; there are ${places.length}`);
  return own;
}

function wordOfUse({ serial, interface: index }: RouteUsed): number {
  return 8 * serial + index;
}

/** Makes the call; answers the word that stands for its answer. */
function* perform({ network, places }: Placed, own: Place, call: RouteCall, hand: Hand): Access<number> {
  const { runner, caches, record } = own;
  switch (call.kind) {
    case "setDestination":
      return yield* setDestination(network, caches[call.cache], call.to);
    case "destination":
      return addressWord(yield* getDestination(caches[call.cache]));
    case "validate": {
      const entry = yield* validateCache(network, runner, caches[call.cache]);
      const used = yield* useRoute(entry);
      if (runner.inInterrupt) yield* unrefRoute(network, runner, caches[call.cache], entry);
      else if (entry !== NIL) hand.held = { entry, cache: caches[call.cache] };
      return wordOfUse(used);
    }
    case "lookup": {
      const { entry, isHit } = yield* lookupCache(network, runner, caches[call.cache], call.to);
      const word = yield* useOnce(network, own, caches[call.cache], entry);
      return 2 * word + (isHit && !runner.inInterrupt ? 1 : 0);
    }
    case "check":
      return yield* useOnce(network, own, caches[call.cache], yield* checkCache(network, runner, caches[call.cache]));
    case "update": {
      if (call.clones)
        return yield* useOnce(
          network,
          own,
          caches[call.cache],
          yield* updateCache(network, runner, caches[call.cache]),
        );
      yield* clearCache(caches[call.cache]);
      return yield* useOnce(
        network,
        own,
        caches[call.cache],
        yield* initCacheNoClone(network, runner, caches[call.cache]),
      );
    }
    case "copy":
      yield* copyCache(network, caches[call.cache], caches[call.from]);
      return 0;
    case "move":
      yield* moveCache(network, caches[call.cache], caches[call.from]);
      return 0;
    case "clear":
      yield* clearCache(caches[call.cache]);
      return 0;
    case "free":
      yield* freeCache(network, caches[call.cache]);
      return 0;
    case "find": {
      const entry = yield* findRoute(network, runner, call.to);
      if (entry !== NIL) hand.held = { entry, cache: NIL };
      return wordOfUse(yield* useRoute(entry));
    }
    case "send":
      return wordOfUse(yield* sendThroughTunnel(network, runner, call.to));
    case "release":
      return yield* release(network, own, hand);
    case "add":
      return additionWord(yield* addRoute(network, newRouteOf(call)));
    case "delete": {
      const isDeleted = yield* deleteRoute(network, runner, call.prefix);
      return isDeleted ? 0 : ERROR.noSuchProcess;
    }
    case "lose": {
      const { used, family, isDeleted } = yield* loseRoute(network, runner, caches[call.cache]);
      return lossWord(wordOfUse(used), family, isDeleted);
    }
    case "beginChange": {
      hand.changing = yield* beginChange(network, runner, call.prefix);
      return hand.changing === NIL ? 0 : (yield* useRoute(hand.changing)).serial;
    }
    case "endChange": {
      yield* endChange(network, runner, network[call.family], hand.changing, call.interface);
      hand.changing = NIL;
      return 0;
    }
    case "attach":
      return additionWord(yield* attachInterface(network, call.index, call.isUp));
    case "detach":
      return yield* detachInterface(network, runner, call.index);
    case "assign": {
      const { address, interface: index, deprecated, temporary, notReady } = call.address;
      const flags =
        (deprecated ? ADDRESS_FLAG.deprecated : 0) |
        (temporary ? ADDRESS_FLAG.temporary : 0) |
        (notReady ? ADDRESS_FLAG.tentative : 0);
      return yield* assignAddress(network, { address, interface: index, flags });
    }
    case "remove":
      return yield* removeAddress(network, runner, call.address);
    case "selectRoute": {
      const { error, entry, cache } = yield* selectRoute(
        network,
        runner,
        call.to,
        { ...optionsOf(own, call), countsDiscards: true },
        caches[call.cache],
      );
      return 256 * error + (yield* useOnce(network, own, cache, entry));
    }
    case "selectInterface": {
      const { error, found, isRouted } = yield* selectInterface(
        network,
        runner,
        call.to,
        optionsOf(own, call),
        caches[call.cache],
        record,
      );
      const index = found === NIL ? 0 : yield read(Interface.index(found));
      const serial = found === NIL ? 0 : yield read(Interface.serial(found));
      yield* putInterface(network, runner, found, record);
      return selectionWord({ error, interface: index, serial, isRouted, address: 0 });
    }
    case "selectSource": {
      const { source, bound } = call;
      const options = {
        ...optionsOf(own, call),
        ...(source === undefined ? {} : { source }),
        ...(bound === undefined ? {} : { bound }),
      };
      return selectionWord(yield* selectSource(network, runner, call.to, options, caches[call.cache], record));
    }
    case "setMulticast":
      yield* setMulticastInterface(own.multicast, call.index);
      return 0;
    case "grow":
      return yield* growPerCpu(network, call.cpu % network.cpus.length);
    case "migrate": {
      const moved = places[call.thread % places.length];
      if (moved !== undefined) yield* migrate(moved.runner.lwp, call.cpu % network.cpus.length);
      return 0;
    }
  }
}

/** Uses a route that was obtained through a cache, and drops it. */
function* useOnce(network: Network, { runner }: Place, cache: Address, entry: Address): Access<number> {
  const used = yield* useRoute(entry);
  yield* unrefRoute(network, runner, cache, entry);
  return wordOfUse(used);
}

function newRouteOf({ route }: Extract<RouteCall, { kind: "add" }>) {
  const { prefix, interface: toInterface, gateway, reject, cloning, source } = route;
  return {
    prefix,
    interface: toInterface,
    flags: (reject === true ? ENTRY_FLAG.reject : 0) | (cloning === true ? ENTRY_FLAG.cloning : 0),
    ...(gateway === undefined ? {} : { gateway: routeAddress(gateway, GATEWAY) }),
    ...(source === undefined ? {} : { source }),
  };
}

/** Number of every gateway: nothing depends on it. */
const GATEWAY = 2;

function optionsOf({ caches, multicast }: Place, { outgoing, nextHop }: RouteDemands) {
  return {
    multicast,
    nextHopCache: caches.n,
    ...(outgoing === undefined ? {} : { interface: outgoing }),
    ...(nextHop === undefined ? {} : { nextHop }),
  };
}
