/**
 * Pools of socket addresses, one for each family: allocation never waits, and fails when the pool is used up.
 *
 * Source: NetBSD sys/kern/uipc_domain.c: sockaddr_alloc(), sockaddr_copy(), sockaddr_dup(), sockaddr_free().
 */
import type { RouteAddress, RouteFamily } from "#model/route-cache/route-address.ts";
import { type Access, type Address, allocate, assertHolds, free, NIL, read, write } from "../memory/access.ts";
import { Sockaddr } from "./layout.ts";
import { FAMILY, type Network } from "./network.ts";

/** An address of the family, its number not set yet; NIL if the pool is used up. */
export function* allocateSockaddr({ sockaddrs }: Network, family: RouteFamily): Access<Address> {
  const sockaddr = yield allocate(sockaddrs[family]);
  if (sockaddr !== NIL) yield write(Sockaddr.family(sockaddr), FAMILY[family]);
  return sockaddr;
}

/** Copies into an address of the same family. */
export function* copySockaddr(to: Address, from: RouteAddress): Access {
  const family = yield read(Sockaddr.family(to));
  yield assertHolds(family === FAMILY[from.family], "an address is copied to one of its own family");
  yield write(Sockaddr.address(to), from.address);
  yield write(Sockaddr.scope(to), from.scope);
}

/** A new address with the same contents; NIL if the pool is used up. */
export function* duplicateSockaddr(network: Network, from: RouteAddress): Access<Address> {
  const sockaddr = yield* allocateSockaddr(network, from.family);
  if (sockaddr !== NIL) yield* copySockaddr(sockaddr, from);
  return sockaddr;
}

/** Gives an address back to the pool of its family. */
export function* freeSockaddr({ sockaddrs }: Network, sockaddr: Address): Access {
  const family = yield read(Sockaddr.family(sockaddr));
  yield free(family === FAMILY.v4 ? sockaddrs.v4 : sockaddrs.v6, sockaddr);
}

export function* readSockaddr(sockaddr: Address): Access<RouteAddress> {
  const family = yield read(Sockaddr.family(sockaddr));
  const address = yield read(Sockaddr.address(sockaddr));
  const scope = yield read(Sockaddr.scope(sockaddr));
  return { family: family === FAMILY.v4 ? "v4" : "v6", address, scope };
}
