/**
 * The route for an IPv6 packet, by the caller's cache or, when a next hop is demanded, by the cache in the options.
 *
 * Returns a route and the cache that it was obtained through, so that the caller drops the reference where it was
 * taken; on any error, no route.
 *
 * Source: NetBSD sys/netinet6/in6_src.c, in6_selectroute().
 */
import type { RouteAddress } from "#model/route-cache/route-address.ts";
import { type Access, type Address, atomicAdd, NIL, read, readOnce } from "../memory/access.ts";
import type { Runner } from "../sync/cpu.ts";
import { freeCache, lookupCache, unrefRoute } from "./cache.ts";
import { ERROR } from "./errors.ts";
import { Entry, ENTRY_FLAG, LOOPBACK_INDEX, Statistics } from "./layout.ts";
import type { Network } from "./network.ts";

export interface RouteOptions {
  /** Send through this neighbour, whose route the options cache. */
  readonly nextHop?: RouteAddress;
  readonly nextHopCache: Address;
  /** Send out of this interface only, by its index. */
  readonly interface?: number;
  /** Count refused packets as discarded: set by senders, not by callers that only look up where a packet would go. */
  readonly countsDiscards: boolean;
}

export interface SelectedRoute {
  readonly error: number;
  /** Referenced through `cache`; NIL exactly when there is an error. */
  readonly entry: Address;
  readonly cache: Address;
}

/** Linearizes like the lookup in the cache that it uses. */
export function* selectRoute(
  network: Network,
  runner: Runner,
  destination: RouteAddress,
  options: RouteOptions,
  cache: Address,
): Access<SelectedRoute> {
  const { nextHop, nextHopCache, interface: outgoing } = options;
  const used = nextHop === undefined ? cache : nextHopCache;
  if (nextHop !== undefined && nextHop.family !== "v6")
    return { error: ERROR.familyNotSupported, entry: NIL, cache: used };
  const { entry } = yield* lookupCache(network, runner, used, nextHop ?? { ...destination, scope: 0 });
  if (nextHop !== undefined) {
    const flags = entry === NIL ? ENTRY_FLAG.gateway : yield readOnce(Entry.flags(entry));
    if ((flags & ENTRY_FLAG.gateway) !== 0) {
      if (entry !== NIL) yield* countDiscard(network, options);
      yield* unrefRoute(network, runner, used, entry);
      yield* freeCache(network, used);
      return yield* unreachable(network, used);
    }
  }
  if (entry === NIL) return yield* unreachable(network, used);
  if (outgoing !== undefined) {
    const through = yield read(Entry.interface(entry));
    if (through !== LOOPBACK_INDEX && through !== outgoing) {
      yield* countDiscard(network, options);
      yield* unrefRoute(network, runner, used, entry);
      return yield* unreachable(network, used);
    }
  }
  return { error: 0, entry, cache: used };
}

function* unreachable({ statistics }: Network, cache: Address): Access<SelectedRoute> {
  yield atomicAdd(Statistics.noRoute(statistics), 1);
  return { error: ERROR.hostUnreachable, entry: NIL, cache };
}

function* countDiscard({ statistics }: Network, { countsDiscards }: RouteOptions): Access {
  if (countsDiscards) yield atomicAdd(Statistics.discards(statistics), 1);
}
