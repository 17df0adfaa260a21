/**
 * The allowed responses of the NetBSD route caches, one operation at a time: a table of routes by longest prefix, and
 * caches that remember a route for as long as no route of its family is added or deleted.
 *
 * An operation that would wait (for a route that is being changed) has no outcome until it can proceed. Soft interrupts
 * do not wait: they do not find a route that is being changed.
 *
 * Selections of interface and source address are not one step but several; here each step is a separate operation,
 * which may have been skipped (`SKIPPED`). The order of the steps is not specified here.
 *
 * Left out: where objects lie and when memory comes back. An operation may fail for lack of memory while the objects in
 * use, or possibly still being freed, fill a pool.
 *
 * Source: NetBSD sys/net/route.c (2006 to 2020), sys/netinet6/in6_src.c (2016).
 */
import type { Model } from "../model.ts";
import { nextFromOutcomes } from "../outcomes.ts";
import { isSameAddress, type RouteAddress, type RouteFamily, type RoutePrefix } from "./route-address.ts";
import {
  cacheNamed,
  EMPTY_STATE,
  isUpdating,
  matchRoute,
  ownAddresses,
  type RouteCacheState,
  type RouteRecord,
  routeNumbered,
  routeWith,
  withCache,
  withoutRoute,
  withRoute,
  wordOf,
} from "./route-table.ts";
import { bestSource } from "./source-selection.ts";

/** Holder of no reference: it was dropped within the operation. */
export const NOBODY = -1;

/** Response of a step that was skipped. */
export const SKIPPED = -1;

/** Response of a lookup inside a selection about which nothing more is known. */
export const UNKNOWN = 1000;

/** An error as the response of an operation whose success is a number. */
export function errorWord(error: number): number {
  return 100 + error;
}

export interface RouteDemands {
  /** Index of the interface that packets must leave by. */
  readonly outgoing?: number;
  readonly nextHop?: RouteAddress;
}

/**
 * A cache is identified by name; a route is returned as `8 * serial + interface`, 0 for none; an error as its number,
 * 0 for none.
 */
export type RouteOperation =
  | { readonly kind: "setDestination"; readonly cache: string; readonly to: RouteAddress }
  /** Returns `addressWord` of the destination, or 0. */
  | { readonly kind: "destination"; readonly cache: string }
  /** Returns the route. The thread `holder`, if any, keeps a reference to it. */
  | { readonly kind: "validate"; readonly cache: string; readonly holder: number; readonly inInterrupt: boolean }
  /** Returns twice the route, plus 1 if the cache held it, which a soft interrupt does not report. */
  | { readonly kind: "lookup"; readonly cache: string; readonly to: RouteAddress; readonly inInterrupt: boolean }
  /** Return the route. */
  | { readonly kind: "check"; readonly cache: string }
  | { readonly kind: "update"; readonly cache: string; readonly clones: boolean }
  | { readonly kind: "copy"; readonly cache: string; readonly from: string }
  | { readonly kind: "move"; readonly cache: string; readonly from: string }
  | { readonly kind: "clear"; readonly cache: string }
  | { readonly kind: "free"; readonly cache: string }
  /** Return the route, without a cache that the model knows. */
  | { readonly kind: "find"; readonly to: RouteAddress; readonly holder: number }
  | { readonly kind: "send"; readonly to: RouteAddress }
  /** Drops the reference of the thread; returns the route as it was when it was obtained. */
  | { readonly kind: "release"; readonly holder: number }
  /** Returns the serial number, or `errorWord`. */
  | { readonly kind: "add"; readonly route: Omit<RouteRecord, "serial"> }
  /** Returns an error. */
  | { readonly kind: "delete"; readonly prefix: RoutePrefix }
  /** Deletes any route; returns its `lostWord`, or 0 if it deletes none. */
  | { readonly kind: "lose" }
  /** Returns the serial number of the route, which is unused from now on, 0 if there is none. */
  | { readonly kind: "beginChange"; readonly prefix: RoutePrefix }
  | { readonly kind: "endChange"; readonly family: RouteFamily; readonly interface: number }
  /** Returns the serial number, or `errorWord`. */
  | { readonly kind: "attach"; readonly index: number; readonly isUp: boolean }
  /** Return an error. */
  | { readonly kind: "detach"; readonly index: number }
  | { readonly kind: "assign"; readonly address: RouteCacheState["addresses"][number] }
  | { readonly kind: "remove"; readonly address: number }
  /** A step: returns 1 if the address is assigned (and ready), else 0. */
  | { readonly kind: "holdsSource"; readonly address: number }
  | { readonly kind: "isReadySource"; readonly address: number }
  /** Returns `256 * error + route`. */
  | ({
      readonly kind: "selectRoute";
      readonly cache: string;
      readonly nextHopCache: string;
      readonly to: RouteAddress;
    } & RouteDemands)
  /** A step: returns the index of the interface, or `errorWord`, or `UNKNOWN`. */
  | ({
      readonly kind: "routeTo";
      readonly cache: string;
      readonly nextHopCache: string;
      readonly to: RouteAddress;
    } & RouteDemands)
  /** A step: returns `64 * index + serial` of an interface. */
  | { readonly kind: "interfaceUsed" }
  /** A step: returns `256 * index + address`: the best address for packets that leave there, 0 if there is none. */
  | { readonly kind: "sourceOn"; readonly to: number };

export interface RouteCacheSpecification {
  /** The pools' sizes: entries, and addresses of each family. */
  readonly entriesMax: number;
  readonly sockaddrsMax: number;
  /**
   * Objects that may be in use beyond those in the state: those of operations in progress, and of caches it does not
   * know.
   */
  readonly slack: number;
  /**
   * May deleted objects' memory come back, or other threads still use it, after the deletion has returned?
   */
  readonly isDeferred: boolean;
  readonly threadCount: number;
}

interface Outcome {
  readonly response: number;
  readonly next: RouteCacheState;
}

const NO_MEMORY = 12;
const EXISTS = 17;
const NO_SUCH_PROCESS = 3;
const NO_SUCH_DEVICE = 6;
const FAMILY_NOT_SUPPORTED = 47;
const ADDRESS_NOT_AVAILABLE = 49;
const NETWORK_UNREACHABLE = 51;
const HOST_UNREACHABLE = 65;
const LOOPBACK_INDEX = 1;
const HOST_LENGTH = 8;

export function createRouteCacheModel(
  specification: RouteCacheSpecification,
): Model<RouteCacheState, RouteOperation, number> {
  const outcomes = (state: RouteCacheState, operation: RouteOperation): readonly Outcome[] =>
    outcomesOf(specification, state, operation);
  return {
    name: "route-cache",
    initial: { ...EMPTY_STATE, held: Array.from({ length: specification.threadCount }, () => 0) },
    outcomes,
    next: nextFromOutcomes(outcomes),
    key: keyOf,
  };
}

/** The state in a fixed order: caches are listed in order of first use. */
function keyOf({ caches, ...rest }: RouteCacheState): string {
  const known = Object.entries(caches).filter(([, { destination }]) => destination !== undefined);
  return JSON.stringify([rest, known.toSorted(([left], [right]) => (left < right ? -1 : 1))]);
}

/** A destination as operations return it. */
export function addressWord(address: RouteAddress | undefined): number {
  return address === undefined
    ? 0
    : 1 + (address.family === "v4" ? 0 : 1) + 2 * (address.address + 256 * address.scope);
}

/** A deleted route, by its family and serial number. */
export function lostWord(family: RouteFamily, serial: number): number {
  return 2 * serial + (family === "v4" ? 0 : 1);
}

function outcomesOf(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  operation: RouteOperation,
): readonly Outcome[] {
  const one = (response: number, next = state): readonly Outcome[] => [{ response, next }];
  switch (operation.kind) {
    case "setDestination":
      return setDestination(specification, state, operation.cache, operation.to).map(({ error, next }) => ({
        response: error,
        next,
      }));
    case "destination":
      return one(addressWord(cacheNamed(state, operation.cache).destination));
    case "validate":
      return validate(state, operation.cache, operation.inInterrupt).map((route) =>
        held(state, operation.holder, wordOf(route)),
      );
    case "lookup":
      return lookup(specification, state, operation.cache, operation.to, operation.inInterrupt).map(
        ({ route, isHit, next }) => ({ response: 2 * wordOf(route) + (isHit && !operation.inInterrupt ? 1 : 0), next }),
      );
    case "check":
      return validate(state, operation.cache, false).flatMap((route) =>
        route === undefined ? update(specification, state, operation.cache, true) : one(wordOf(route)),
      );
    case "update":
      return update(specification, state, operation.cache, operation.clones);
    case "copy":
      return copy(specification, state, operation.cache, operation.from);
    case "move":
      return one(
        0,
        withCache(withCache(state, operation.cache, cacheNamed(state, operation.from)), operation.from, { route: 0 }),
      );
    case "clear":
      return one(0, withCache(state, operation.cache, { ...cacheNamed(state, operation.cache), route: 0 }));
    case "free":
      return one(0, withCache(state, operation.cache, { route: 0 }));
    case "find": {
      const route = matchRoute(state, operation.to);
      return route !== undefined && isUpdating(state, route) ? [] : [held(state, operation.holder, wordOf(route))];
    }
    case "send": {
      const found = fromTable(specification, state, operation.to, { clones: true, inInterrupt: false }).map(
        ({ route, next }) => ({ response: wordOf(route), next }),
      );
      return mayLackSockaddr(specification, state, operation.to.family) ? [...one(0), ...found] : found;
    }
    case "release":
      return one(state.held[operation.holder] ?? 0, { ...state, held: state.held.with(operation.holder, 0) });
    case "add":
      return operation.route.source === undefined
        ? add(specification, state, operation.route)
        : skippable(state, add(specification, state, operation.route));
    case "delete": {
      const route = routeWith(state, operation.prefix);
      return route === undefined ? one(NO_SUCH_PROCESS) : one(0, withoutRoute(state, route, specification.isDeferred));
    }
    case "lose": {
      const gone = state.routes.map((route) => ({
        response: lostWord(route.prefix.family, route.serial),
        next: withoutRoute(state, route, specification.isDeferred),
      }));
      return [...one(0), ...gone];
    }
    case "beginChange": {
      const { family } = operation.prefix;
      const serial = routeWith(state, operation.prefix)?.serial ?? 0;
      return state.updating[family] === 0
        ? one(serial, { ...state, updating: { ...state.updating, [family]: serial } })
        : [];
    }
    case "endChange": {
      const { family } = operation;
      const serial = state.updating[family];
      const routes = state.routes.map((route) =>
        route.prefix.family === family && route.serial === serial
          ? { ...route, interface: operation.interface }
          : route,
      );
      return one(0, { ...state, routes, updating: { ...state.updating, [family]: 0 } });
    }
    case "attach": {
      if (state.interfaces.some(({ index }) => index === operation.index)) return one(errorWord(EXISTS));
      const serial = state.interfaceSerial + 1;
      return one(serial, {
        ...state,
        interfaceSerial: serial,
        interfaces: [...state.interfaces, { index: operation.index, serial, isUp: operation.isUp }].toSorted(
          (left, right) => left.index - right.index,
        ),
      });
    }
    case "detach": {
      const interfaces = state.interfaces.filter(({ index }) => index !== operation.index);
      if (interfaces.length === state.interfaces.length) return one(NO_SUCH_DEVICE);
      return one(0, {
        ...state,
        interfaces,
        addresses: state.addresses.filter((address) => address.interface !== operation.index),
      });
    }
    case "assign":
      return one(...assign(state, operation.address));
    case "remove": {
      const addresses = state.addresses.filter(({ address }) => address !== operation.address);
      return addresses.length === state.addresses.length ? one(ADDRESS_NOT_AVAILABLE) : one(0, { ...state, addresses });
    }
    case "holdsSource":
      return skippable(state, one(Number(state.addresses.some(({ address }) => address === operation.address))));
    case "isReadySource":
      return skippable(
        state,
        one(Number(state.addresses.some(({ address, notReady }) => address === operation.address && !notReady))),
      );
    case "selectRoute":
      return selectRoute(specification, state, operation).map(({ error, route, next }) => ({
        response: 256 * error + wordOf(route),
        next,
      }));
    case "routeTo":
      return skippable(
        state,
        selectRoute(specification, state, operation).flatMap(({ error, route, next }) =>
          [UNKNOWN, ...routeResponses(state, error, route)].map((response) => ({ response, next })),
        ),
      );
    case "interfaceUsed":
      return skippable(
        state,
        state.interfaces.flatMap(({ index, serial }) => one(64 * index + serial)),
      );
    case "sourceOn": {
      const candidates = ownAddresses(state);
      return skippable(
        state,
        [0, 1, 2, 3, 4, 5, 6, 7].flatMap((index) => one(256 * index + bestSource(candidates, operation.to, index))),
      );
    }
  }
}

function skippable(state: RouteCacheState, outcomes: readonly Outcome[]): readonly Outcome[] {
  return [{ response: SKIPPED, next: state }, ...outcomes];
}

function held(state: RouteCacheState, holder: number, word: number): Outcome {
  return { response: word, next: holder === NOBODY ? state : { ...state, held: state.held.with(holder, word) } };
}

function setDestination(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  cache: string,
  to: RouteAddress,
): readonly { readonly error: number; readonly next: RouteCacheState }[] {
  const present = cacheNamed(state, cache).destination;
  const set = { error: 0, next: withCache(state, cache, { destination: to, route: 0 }) };
  const without = withCache(state, cache, { route: 0 });
  if (present?.family === to.family || !mayLackSockaddr(specification, without, to.family)) return [set];
  return [set, { error: NO_MEMORY, next: without }];
}

/** The cache's route if it has a valid one; no outcome while an lwp would have to wait for it. */
function validate(state: RouteCacheState, name: string, inInterrupt: boolean): readonly (RouteRecord | undefined)[] {
  const { destination, route } = cacheNamed(state, name);
  const found = destination === undefined ? undefined : routeNumbered(state, destination.family, route);
  if (found === undefined || !isUpdating(state, found)) return [found];
  return inInterrupt ? [undefined] : [];
}

interface Found {
  readonly route: RouteRecord | undefined;
  readonly next: RouteCacheState;
}

function fromTable(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  to: RouteAddress,
  { clones, inInterrupt }: { readonly clones: boolean; readonly inInterrupt: boolean },
): readonly Found[] {
  const route = matchRoute(state, to);
  if (route === undefined) return [{ route, next: state }];
  if (isUpdating(state, route)) return inInterrupt ? [{ route: undefined, next: state }] : [];
  if (!clones || route.cloning !== true || route.prefix.length === HOST_LENGTH) return [{ route, next: state }];
  const { interface: toInterface, source } = route;
  const prefix = { family: to.family, address: to.address, length: HOST_LENGTH };
  const next = withRoute(state, { prefix, interface: toInterface, ...(source === undefined ? {} : { source }) });
  const cloned = { route: routeWith(next, prefix), next };
  return mayLackEntry(specification, state) || mayLackSockaddr(specification, state, to.family)
    ? [cloned, { route, next: state }]
    : [cloned];
}

/** Looks the cache's destination up and lets the cache remember the result. */
function fill(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  name: string,
  options: { readonly clones: boolean; readonly inInterrupt: boolean },
): readonly Found[] {
  const { destination } = cacheNamed(state, name);
  const cleared = withCache(state, name, { ...cacheNamed(state, name), route: 0 });
  if (destination === undefined) return [{ route: undefined, next: cleared }];
  return fromTable(specification, cleared, destination, options).map(({ route, next }) => ({
    route,
    next: withCache(next, name, { destination, route: route?.serial ?? 0 }),
  }));
}

function update(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  name: string,
  clones: boolean,
): readonly Outcome[] {
  return fill(specification, state, name, { clones, inInterrupt: false }).map(({ route, next }) => ({
    response: wordOf(route),
    next,
  }));
}

function lookup(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  name: string,
  to: RouteAddress,
  inInterrupt: boolean,
): readonly (Found & { readonly isHit: boolean })[] {
  const { destination } = cacheNamed(state, name);
  if (destination === undefined || !isSameAddress(destination, to)) {
    return setDestination(specification, state, name, to).flatMap(({ error, next }) =>
      error === 0
        ? fill(specification, next, name, { clones: true, inInterrupt }).map((found) => ({ ...found, isHit: false }))
        : [{ route: undefined, next, isHit: false }],
    );
  }
  return validate(state, name, inInterrupt).flatMap((route): readonly (Found & { readonly isHit: boolean })[] => {
    if (route === undefined)
      return fill(specification, state, name, { clones: true, inInterrupt }).map((found) => ({
        ...found,
        isHit: false,
      }));
    return [{ route, next: state, isHit: true }];
  });
}

function copy(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  name: string,
  from: string,
): readonly Outcome[] {
  const { destination, route } = cacheNamed(state, from);
  if (destination === undefined) return [{ response: 0, next: withCache(state, name, { route: 0 }) }];
  return setDestination(specification, state, name, destination).map(({ error, next }) => ({
    response: 0,
    next: error === 0 ? withCache(next, name, { destination, route }) : next,
  }));
}

function add(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  route: Omit<RouteRecord, "serial">,
): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  const { family } = route.prefix;
  const lacks =
    mayLackEntry(specification, state) ||
    mayLackSockaddr(specification, state, family) ||
    (route.gateway !== undefined &&
      mayLackSockaddr({ ...specification, slack: specification.slack + 1 }, state, route.gateway));
  if (lacks) outcomes.push({ response: errorWord(NO_MEMORY), next: state });
  if (routeWith(state, route.prefix) !== undefined) outcomes.push({ response: errorWord(EXISTS), next: state });
  else outcomes.push({ response: state.serials[family] + 1, next: withRoute(state, route) });
  return outcomes;
}

function assign(state: RouteCacheState, added: RouteCacheState["addresses"][number]): [number, RouteCacheState?] {
  if (!state.interfaces.some(({ index }) => index === added.interface)) return [NO_SUCH_DEVICE];
  if (state.addresses.some(({ address }) => address === added.address)) return [EXISTS];
  const owner = 256 * added.interface + added.address;
  const owners = state.owners.includes(owner)
    ? state.owners
    : [...state.owners, owner].toSorted((left, right) => left - right);
  return [0, { ...state, addresses: [...state.addresses, added], owners }];
}

interface Selected {
  readonly error: number;
  readonly route: RouteRecord | undefined;
  readonly next: RouteCacheState;
}

function selectRoute(
  specification: RouteCacheSpecification,
  state: RouteCacheState,
  {
    cache,
    nextHopCache,
    to,
    outgoing,
    nextHop,
  }: { readonly cache: string; readonly nextHopCache: string; readonly to: RouteAddress } & RouteDemands,
): readonly Selected[] {
  if (nextHop !== undefined && nextHop.family !== "v6")
    return [{ error: FAMILY_NOT_SUPPORTED, route: undefined, next: state }];
  const used = nextHop === undefined ? cache : nextHopCache;
  return lookup(specification, state, used, nextHop ?? { ...to, scope: 0 }, false).map(({ route, next }) => {
    const unreachable = { error: HOST_UNREACHABLE, route: undefined, next };
    if (nextHop !== undefined && (route === undefined || route.gateway !== undefined))
      return { ...unreachable, next: withCache(next, used, { route: 0 }) };
    if (route === undefined) return unreachable;
    if (outgoing !== undefined && route.interface !== LOOPBACK_INDEX && route.interface !== outgoing)
      return unreachable;
    return { error: 0, route, next };
  });
}

/**
 * A selection's possible results for a route: the interface it leads to, or that of its source address; or an
 * error.
 */
function routeResponses({ owners }: RouteCacheState, error: number, route: RouteRecord | undefined): readonly number[] {
  if (route === undefined) return [errorWord(error)];
  if (route.reject === true)
    return [errorWord(route.prefix.length === HOST_LENGTH ? HOST_UNREACHABLE : NETWORK_UNREACHABLE)];
  const ofSource = owners.filter((owner) => owner % 256 === route.source).map((owner) => Math.floor(owner / 256));
  return [...new Set([route.interface, ...ofSource])];
}

/** Could every address of the family be in use, or still being freed? */
function mayLackSockaddr(
  { sockaddrsMax, slack }: RouteCacheSpecification,
  { caches, routes, deleted }: RouteCacheState,
  family: RouteFamily,
): boolean {
  const ofCaches = Object.values(caches).filter(({ destination }) => destination?.family === family).length;
  const ofRoutes =
    routes.filter(({ prefix }) => prefix.family === family).length +
    routes.filter(({ gateway }) => gateway === family).length;
  return ofCaches + ofRoutes + 2 * (deleted.v4 + deleted.v6) + slack >= sockaddrsMax;
}

function mayLackEntry({ entriesMax, slack }: RouteCacheSpecification, { routes, deleted }: RouteCacheState): boolean {
  return routes.length + deleted.v4 + deleted.v6 + slack >= entriesMax;
}
