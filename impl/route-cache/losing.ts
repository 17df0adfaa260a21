import type { RouteFamily } from "#model/route-cache/route-address.ts";
import { type Access, type Address, NIL, read } from "../memory/access.ts";
import type { Runner } from "../sync/cpu.ts";
import { clearCache, unrefRoute, validateCache } from "./cache.ts";
import { Entry } from "./layout.ts";
import { type RouteUsed, useRoute } from "./per-cpu.ts";
import type { Network } from "./network.ts";
import { readSockaddr } from "./sockaddr.ts";
import { deleteRoute } from "./table.ts";

export interface Lost {
  /** The route that the cache held. */
  readonly used: RouteUsed;
  readonly family: RouteFamily;
  readonly isDeleted: boolean;
}

/**
 * A connection loses packets: deletes the route that its cache holds, so that the next packet looks for a better one.
 * The reference is dropped first: a deletion waits for all references to the route.
 *
 * Linearizes twice: as `validateCache`, and as `deleteRoute`, which finds the route gone if another thread came
 * between.
 *
 * Source: NetBSD sys/netinet/in_pcb.c, in_losing().
 */
export function* loseRoute(network: Network, runner: Runner, cache: Address): Access<Lost> {
  const entry = yield* validateCache(network, runner, cache);
  const used = yield* useRoute(entry);
  if (entry === NIL) return { used, family: "v4", isDeleted: false };
  const length = yield read(Entry.length(entry));
  const key = yield read(Entry.key(entry));
  const { family, address } = yield* readSockaddr(key);
  yield* unrefRoute(network, runner, cache, entry);
  yield* clearCache(cache);
  const isDeleted = yield* deleteRoute(network, runner, { family, address, length }, used.serial);
  return { used, family, isDeleted };
}
