/**
 * The operations on a network's routes, caches, interfaces and addresses.
 *
 * Every thread has its own caches, `a` and `b`, and one for the next hop that its options demand. `validate` and `find`
 * leave the thread with a reference to the route, which `release` drops; meanwhile operations that would take another
 * reference, or wait, do nothing, nor does a `release` without a reference. Initial operations on caches are performed
 * for every thread, and leave no reference.
 */
import * as fc from "fast-check";
import { z } from "zod";
import { type Access, type Address, NIL } from "#impl/memory/access.ts";
import { assignAddress, removeAddress } from "#impl/route-cache/address-list.ts";
import * as caches from "#impl/route-cache/cache.ts";
import { ERROR } from "#impl/route-cache/errors.ts";
import { attachInterface, detachInterface } from "#impl/route-cache/interface.ts";
import { ADDRESS_FLAG, ENTRY_FLAG } from "#impl/route-cache/layout.ts";
import { loseRoute } from "#impl/route-cache/losing.ts";
import type { Network } from "#impl/route-cache/network.ts";
import { growPerCpu, sendThroughTunnel, useRoute } from "#impl/route-cache/per-cpu.ts";
import { addRoute, beginChange, deleteRoute, endChange, findRoute } from "#impl/route-cache/table.ts";
import { migrate } from "#impl/sync/cpu.ts";
import { routeAddress, type RouteFamily } from "#model/route-cache/route-address.ts";
import { addressWord, NOBODY, type RouteOperation } from "#model/route-cache/route-cache.ts";
import type { RouteRecord } from "#model/route-cache/route-table.ts";
import { additionSteps, additionWord, lossWord } from "#properties/route-cache/route-steps.ts";
import { argument, optional } from "../operation-arguments.ts";
import { composite, operation, type OperationOf, type Performer } from "../operation-table.ts";
import { cache, cpu, flag, index, inInterrupt, own, route, to } from "./route-arguments.ts";
import { onCache, onNetwork } from "./route-row.ts";
import { routeSelections } from "./route-selections.ts";
import {
  dropHeld,
  type Hand,
  type PlacedNetwork,
  type RouteCaller,
  type Running,
  useOnce,
  whereItRuns,
  wordOfUse,
} from "./route-threads.ts";

/** A cache drops its entry, or its destination too. */
function forgetting(kind: "clear" | "free", forget: (network: Network, address: Address) => Access) {
  return onCache({
    weight: 1 / 5,
    arguments: { cache },
    run: ({ network, caches: mine }, values) => forget(network, mine[values.cache]),
    model: (values, thread) => ({ kind, cache: thread.cache(values.cache) }),
  });
}

/** A cache takes the contents of another; it cannot take its own. */
function betweenCaches(kind: "copy" | "move", take: (network: Network, into: Address, from: Address) => Access) {
  return operation({
    weight: 1 / 3,
    arguments: { cache, from: cache },
    initiallyForEachThread: true,
    text: (raw) => `${raw.from} to ${raw.cache}`,
    isIdle: (values) => values.cache === values.from,
    run: (placed: PlacedNetwork, values, caller: RouteCaller) =>
      whereItRuns(placed, caller, false, ({ network, caches: mine }) =>
        take(network, mine[values.cache], mine[values.from]),
      ),
    model: (values, { thread }): RouteOperation => ({
      kind,
      cache: `${thread}${values.cache}`,
      from: `${thread}${values.from}`,
    }),
  });
}

export const routeCacheOperations = {
  lookup: onCache({
    weight: 6,
    arguments: { cache, to, inInterrupt },
    waits: true,
    *run(running, values) {
      const { network, runner, caches: mine } = running;
      const address = mine[values.cache];
      const { entry, isHit } = yield* caches.lookupCache(network, runner, address, values.to);
      const word = yield* useOnce(running, address, entry);
      return 2 * word + (isHit && !runner.inInterrupt ? 1 : 0);
    },
    model: (values, thread) => ({
      kind: "lookup",
      cache: thread.cache(values.cache),
      to: values.to,
      inInterrupt: values.inInterrupt === true,
    }),
  }),
  validate: onCache({
    weight: 4,
    arguments: { cache, inInterrupt },
    waits: true,
    *run({ network, runner, caches: mine, hand }, values) {
      const address = mine[values.cache];
      const entry = yield* caches.validateCache(network, runner, address);
      const used = yield* useRoute(entry);
      if (runner.inInterrupt) yield* caches.unrefRoute(network, runner, address, entry);
      else if (entry !== NIL) hand.held = { entry, cache: address };
      return wordOfUse(used);
    },
    model: (values, thread) => ({
      kind: "validate",
      cache: thread.cache(values.cache),
      inInterrupt: values.inInterrupt === true,
      holder: values.inInterrupt === true ? NOBODY : thread.holder,
    }),
  }),
  release: operation({
    weight: 3,
    isIdle: (_values, { local }: RouteCaller) => local.held === undefined,
    run: (placed: PlacedNetwork, _values, caller: RouteCaller) => whereItRuns(placed, caller, false, dropHeld),
    model: (_values, of): RouteOperation => ({ kind: "release", holder: of.thread }),
  }),
  setDestination: onCache({
    arguments: { cache, to },
    run: ({ network, caches: mine }, values) => caches.setDestination(network, mine[values.cache], values.to),
    model: (values, thread) => ({ kind: "setDestination", cache: thread.cache(values.cache), to: values.to }),
  }),
  destination: onNetwork({
    weight: 1 / 5,
    arguments: { cache },
    *run({ caches: mine }, values) {
      return addressWord(yield* caches.getDestination(mine[values.cache]));
    },
    model: (values, thread) => ({ kind: "destination", cache: thread.cache(values.cache) }),
  }),
  check: onCache({
    weight: 1 / 5,
    arguments: { cache },
    waits: true,
    *run(running, values) {
      const address = running.caches[values.cache];
      return yield* useOnce(running, address, yield* caches.checkCache(running.network, running.runner, address));
    },
    model: (values, thread) => ({ kind: "check", cache: thread.cache(values.cache) }),
  }),
  clear: forgetting("clear", (_network, address) => caches.clearCache(address)),
  free: forgetting("free", caches.freeCache),
  lose: onNetwork({
    weight: 1 / 5,
    arguments: { cache },
    waits: true,
    *run({ network, runner, caches: mine }, values) {
      const { used, family, isDeleted } = yield* loseRoute(network, runner, mine[values.cache]);
      return lossWord(wordOfUse(used), family, isDeleted);
    },
    model: (values, thread) => [
      {
        operation: { kind: "validate", cache: thread.cache(values.cache), holder: NOBODY, inInterrupt: false },
        responseOf: (word) => word % 256,
      },
      { operation: { kind: "lose" }, responseOf: (word) => word >> 8 },
    ],
  }),
  update: onCache({
    weight: 1 / 3,
    arguments: { cache, clones: flag },
    waits: true,
    *run(running, values) {
      const { network, runner, caches: mine } = running;
      const address = mine[values.cache];
      if (!values.clones) yield* caches.clearCache(address);
      const find = values.clones ? caches.updateCache : caches.initCacheNoClone;
      return yield* useOnce(running, address, yield* find(network, runner, address));
    },
    model: (values, thread) => ({ kind: "update", cache: thread.cache(values.cache), clones: values.clones }),
  }),
  copy: betweenCaches("copy", caches.copyCache),
  move: betweenCaches("move", caches.moveCache),
  find: onNetwork({
    arguments: { to },
    waits: true,
    *run({ network, runner, hand }, values) {
      const entry = yield* findRoute(network, runner, values.to);
      if (entry !== NIL) hand.held = { entry, cache: NIL };
      return wordOfUse(yield* useRoute(entry));
    },
    model: (values, thread) => ({ kind: "find", to: values.to, holder: thread.holder }),
  }),
  send: onNetwork({
    arguments: { to },
    waits: true,
    *run({ network, runner }, values) {
      return wordOfUse(yield* sendThroughTunnel(network, runner, values.to));
    },
    model: (values) => ({ kind: "send", to: values.to }),
  }),
  add: onNetwork({
    weight: 4,
    arguments: {
      route,
      interface: index,
      gateway: optional(to),
      reject: optional(flag),
      cloning: optional(flag),
      source: optional(own),
    },
    *run({ network }, values) {
      return additionWord(yield* addRoute(network, entryOf(recordOf(values))));
    },
    model: (values) => additionSteps({ route: recordOf(values) }),
  }),
  delete: onNetwork({
    weight: 3,
    arguments: { route, inInterrupt },
    waits: true,
    *run({ network, runner }, values) {
      const isDeleted = yield* deleteRoute(network, runner, values.route);
      return isDeleted ? 0 : ERROR.noSuchProcess;
    },
    model: (values) => ({ kind: "delete", prefix: values.route }),
  }),
  /** Its start and its end take effect separately. */
  change: composite({
    weight: 2,
    arguments: { route, interface: index },
    isIdle: (_values, { local }: RouteCaller) => local.held !== undefined,
    calls: [
      {
        text: (raw) => `beginChange ${raw.route}`,
        model: (values): RouteOperation => ({ kind: "beginChange", prefix: values.route }),
      },
      {
        text: (raw) => `endChange interface ${raw.interface}`,
        model: (values): RouteOperation => ({
          kind: "endChange",
          family: values.route.family,
          interface: values.interface,
        }),
      },
    ],
    *perform(placed: PlacedNetwork, values, performer: Performer<Hand>) {
      function* begin({ network, runner, hand }: Running): Access<number> {
        hand.changing = yield* beginChange(network, runner, values.route);
        return hand.changing === NIL ? 0 : (yield* useRoute(hand.changing)).serial;
      }
      function* end({ network, runner, hand }: Running): Access {
        yield* endChange(network, runner, network[values.route.family], hand.changing, values.interface);
        hand.changing = NIL;
      }
      yield* performer.call(performer.number, whereItRuns(placed, performer, false, begin));
      if (performer.local.changing === NIL) return;
      yield* performer.call(performer.number + 1, whereItRuns(placed, performer, false, end));
    },
  }),
  attach: onNetwork({
    weight: 2,
    arguments: { interface: index, isDown: optional(flag) },
    *run({ network }, values) {
      return additionWord(yield* attachInterface(network, values.interface, values.isDown !== true));
    },
    model: (values) => ({ kind: "attach", index: values.interface, isUp: values.isDown !== true }),
  }),
  detach: onNetwork({
    weight: 1 / 2,
    arguments: { interface: index },
    waits: true,
    run: ({ network, runner }, values) => detachInterface(network, runner, values.interface),
    model: (values) => ({ kind: "detach", index: values.interface }),
  }),
  assign: onNetwork({
    weight: 2,
    arguments: { address: own, interface: index, is: optional(addressState()) },
    run: ({ network }, { address, interface: toInterface, is }) =>
      assignAddress(network, { address, interface: toInterface, flags: addressFlags(is) }),
    model: ({ address, interface: toInterface, is }) => ({
      kind: "assign",
      address: {
        address,
        interface: toInterface,
        deprecated: is === "deprecated",
        temporary: is === "temporary",
        notReady: isNotReady(is),
      },
    }),
  }),
  remove: onNetwork({
    arguments: { address: own },
    waits: true,
    run: ({ network, runner }, values) => removeAddress(network, runner, values.address),
    model: (values) => ({ kind: "remove", address: values.address }),
  }),
  ...routeSelections,
  grow: onNetwork({
    weight: 1 / 2,
    arguments: { cpu },
    run: ({ network }, values) => growPerCpu(network, values.cpu % network.cpus.length),
    model: () => [],
  }),
  migrate: onNetwork({
    weight: 1 / 2,
    arguments: { thread: cpu, cpu },
    *run({ network, places }, values) {
      const moved = places[values.thread % places.length];
      if (moved !== undefined) yield* migrate(moved.runner.lwp, values.cpu % network.cpus.length);
    },
    model: () => [],
  }),
};

export type RouteCacheScenarioOperation = OperationOf<typeof routeCacheOperations>;

function addressState() {
  const schema = z.enum(["deprecated", "temporary", "tentative", "duplicated", "anycast"]);
  return argument(schema, fc.constantFrom("deprecated", "temporary", "tentative"));
}

/** The route that an addition creates, in the model. Only IPv6 routes have a source address. */
function recordOf(values: {
  readonly route: RouteRecord["prefix"];
  readonly interface: number;
  readonly gateway?: { readonly family: RouteFamily } | undefined;
  readonly reject?: boolean | undefined;
  readonly cloning?: boolean | undefined;
  readonly source?: number | undefined;
}): Omit<RouteRecord, "serial"> {
  const { gateway, reject, cloning, source } = values;
  return {
    prefix: values.route,
    interface: values.interface,
    ...(gateway === undefined ? {} : { gateway: gateway.family }),
    ...(reject === true ? { reject } : {}),
    ...(cloning === true ? { cloning } : {}),
    ...(source === undefined || values.route.family === "v4" ? {} : { source }),
  };
}

/** Number of every gateway; nothing depends on it. */
const GATEWAY = 2;

/** The same in the implementation's form. */
function entryOf({ prefix, interface: toInterface, gateway, reject, cloning, source }: Omit<RouteRecord, "serial">) {
  return {
    prefix,
    interface: toInterface,
    flags: (reject === true ? ENTRY_FLAG.reject : 0) | (cloning === true ? ENTRY_FLAG.cloning : 0),
    ...(gateway === undefined ? {} : { gateway: routeAddress(gateway, GATEWAY) }),
    ...(source === undefined ? {} : { source }),
  };
}

function isNotReady(is: string | undefined): boolean {
  return is === "tentative" || is === "duplicated" || is === "anycast";
}

function addressFlags(is: string | undefined): number {
  if (is === "deprecated") return ADDRESS_FLAG.deprecated;
  if (is === "temporary") return ADDRESS_FLAG.temporary;
  return isNotReady(is) ? ADDRESS_FLAG.tentative : 0;
}
