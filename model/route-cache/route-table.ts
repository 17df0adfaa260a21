/**
 * The table of routes, the caches that remember them, and the interfaces, as their users see them: the state of the
 * model in route-cache.ts, and the steps that several operations share.
 *
 * Source: NetBSD sys/net/route.c, sys/net/if.c.
 */
import type { OwnAddress } from "./source-selection.ts";
import { covers, isSamePrefix, type RouteAddress, type RouteFamily, type RoutePrefix } from "./route-address.ts";

export interface RouteRecord {
  /** Counts the routes of its family in the order in which they were added. */
  readonly serial: number;
  readonly prefix: RoutePrefix;
  /** The interface's index. */
  readonly interface: number;
  /** Family of its gateway, if it leads through one. */
  readonly gateway?: RouteFamily;
  readonly reject?: boolean;
  /** Does a lookup clone it into a host route? */
  readonly cloning?: boolean;
  /** Number of the interface address that packets come from. */
  readonly source?: number;
}

/** The contents of a cache. */
export interface CacheRecord {
  readonly destination?: RouteAddress;
  /** Serial number of a route that is still valid, 0 if there is none. */
  readonly route: number;
}

interface InterfaceRecord {
  readonly index: number;
  /** Counts the interfaces in the order in which they were attached. */
  readonly serial: number;
  readonly isUp: boolean;
}

interface PerFamily {
  readonly v4: number;
  readonly v6: number;
}

export interface RouteCacheState {
  /** Longest prefixes first, then by family and in the order of their addition. */
  readonly routes: readonly RouteRecord[];
  /** Serial number of the route added last. */
  readonly serials: PerFamily;
  /** Serial number of the route that is being changed, 0 if there is none. */
  readonly updating: PerFamily;
  /** Deletions so far, if their memory may come back late. */
  readonly deleted: PerFamily;
  readonly caches: Readonly<Record<string, CacheRecord>>;
  /** The reference that each thread holds: the route as it was returned, 0 for none. */
  readonly held: readonly number[];
  readonly interfaces: readonly InterfaceRecord[];
  readonly interfaceSerial: number;
  readonly addresses: readonly Omit<OwnAddress, "isUp">[];
  /** Interfaces that an address number was ever assigned to, as `256 * index + number`. */
  readonly owners: readonly number[];
}

export const EMPTY_STATE: RouteCacheState = {
  routes: [],
  serials: { v4: 0, v6: 0 },
  updating: { v4: 0, v6: 0 },
  deleted: { v4: 0, v6: 0 },
  caches: {},
  held: [],
  interfaces: [],
  interfaceSerial: 0,
  addresses: [],
  owners: [],
};

/** The route as operations return it; 0 for none. */
export function wordOf(route: RouteRecord | undefined): number {
  return route === undefined ? 0 : 8 * route.serial + route.interface;
}

export function cacheNamed({ caches }: RouteCacheState, name: string): CacheRecord {
  return caches[name] ?? { route: 0 };
}

export function withCache(state: RouteCacheState, name: string, cache: CacheRecord): RouteCacheState {
  return { ...state, caches: { ...state.caches, [name]: cache } };
}

export function routeNumbered(
  { routes }: RouteCacheState,
  family: RouteFamily,
  serial: number,
): RouteRecord | undefined {
  return routes.find((route) => route.prefix.family === family && route.serial === serial);
}

export function routeWith({ routes }: RouteCacheState, prefix: RoutePrefix): RouteRecord | undefined {
  return routes.find((route) => isSamePrefix(route.prefix, prefix));
}

/** The route with the longest prefix that covers the destination. */
export function matchRoute({ routes }: RouteCacheState, destination: RouteAddress): RouteRecord | undefined {
  return routes.find(({ prefix }) => covers(prefix, destination));
}

export function isUpdating({ updating }: RouteCacheState, { prefix, serial }: RouteRecord): boolean {
  return updating[prefix.family] === serial;
}

/**
 * The state with one more route; its serial number is the family's last. Every cache of the family forgets its route.
 */
export function withRoute(state: RouteCacheState, route: Omit<RouteRecord, "serial">): RouteCacheState {
  const { family } = route.prefix;
  const serial = state.serials[family] + 1;
  const routes = [...state.routes, { ...route, serial }].toSorted(
    (left, right) =>
      right.prefix.length - left.prefix.length ||
      Number(left.prefix.family === "v6") - Number(right.prefix.family === "v6") ||
      left.serial - right.serial,
  );
  return invalidated({ ...state, routes, serials: { ...state.serials, [family]: serial } }, family);
}

/** The state without the route. Every cache of the family forgets its route. */
export function withoutRoute(state: RouteCacheState, gone: RouteRecord, isDeferred: boolean): RouteCacheState {
  const { family } = gone.prefix;
  const deleted = isDeferred ? { ...state.deleted, [family]: state.deleted[family] + 1 } : state.deleted;
  return invalidated({ ...state, deleted, routes: state.routes.filter((route) => route !== gone) }, family);
}

function invalidated(state: RouteCacheState, family: RouteFamily): RouteCacheState {
  const caches = Object.entries(state.caches).map(
    ([name, cache]) => [name, cache.destination?.family === family ? { ...cache, route: 0 } : cache] as const,
  );
  return { ...state, caches: Object.fromEntries(caches) };
}

/** The addresses in the form that source selection needs. */
export function ownAddresses({ addresses, interfaces }: RouteCacheState): readonly OwnAddress[] {
  return addresses.map((address) => ({
    ...address,
    isUp: interfaces.some(({ index, isUp }) => index === address.interface && isUp),
  }));
}
