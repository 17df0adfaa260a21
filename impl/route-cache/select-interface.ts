/**
 * The interface that an IPv6 packet leaves by: the one demanded, the one of the multicast options, or that of its
 * route.
 *
 * The result is an interface with a passive reference, or an error, never both.
 *
 * Source: NetBSD sys/netinet6/in6_src.c, in6_selectif().
 */
import type { RouteAddress } from "#model/route-cache/route-address.ts";
import { type Access, type Address, NIL, read, readOnce, write } from "../memory/access.ts";
import type { Runner } from "../sync/cpu.ts";
import { unrefRoute } from "./cache.ts";
import { ERROR } from "./errors.ts";
import { getInterface } from "./interface.ts";
import { Entry, ENTRY_FLAG, InterfaceAddress, MulticastOptions } from "./layout.ts";
import type { Network } from "./network.ts";
import { type RouteOptions, selectRoute } from "./select-route.ts";

const MULTICAST_FIRST = 240;
const HOST_LENGTH = 8;

export interface InterfaceOptions extends Omit<RouteOptions, "countsDiscards"> {
  /** The socket's multicast options. */
  readonly multicast: Address;
}

export interface SelectedInterface {
  /** 0 exactly when there is an interface. */
  readonly error: number;
  readonly found: Address;
  /** Was a route looked up? */
  readonly isRouted: boolean;
}

/** Stores the interface that multicast packets of a socket leave by: its index, since the socket may outlive it. */
export function* setMulticastInterface(options: Address, index: number): Access {
  yield write(MulticastOptions.interface(options), index);
}

/** Linearizes step by step: the lookup of the route, and the read of the interface's slot. */
export function* selectInterface(
  network: Network,
  runner: Runner,
  destination: RouteAddress,
  options: InterfaceOptions,
  cache: Address,
  record: Address,
): Access<SelectedInterface> {
  const demanded = yield* demandedIndex(destination, options);
  const direct = demanded === 0 ? NIL : yield* getInterface(network, runner, demanded, record);
  if (direct !== NIL) return { error: 0, found: direct, isRouted: false };
  const {
    error,
    entry,
    cache: used,
  } = yield* selectRoute(network, runner, destination, { ...options, countsDiscards: false }, cache);
  if (error !== 0) return { error, found: NIL, isRouted: true };
  const flags = yield readOnce(Entry.flags(entry));
  if ((flags & ENTRY_FLAG.reject) !== 0) {
    const length = yield read(Entry.length(entry));
    yield* unrefRoute(network, runner, used, entry);
    return {
      error: length === HOST_LENGTH ? ERROR.hostUnreachable : ERROR.networkUnreachable,
      found: NIL,
      isRouted: true,
    };
  }
  const found = yield* interfaceOfRoute(network, runner, entry, record);
  yield* unrefRoute(network, runner, used, entry);
  return { error: found === NIL ? ERROR.noSuchDevice : 0, found, isRouted: true };
}

/** The index that the options demand, or those for multicast; 0 if none do. */
function* demandedIndex(
  { address }: RouteAddress,
  { interface: outgoing, multicast }: InterfaceOptions,
): Access<number> {
  if (outgoing !== undefined) return outgoing;
  return address >= MULTICAST_FIRST ? yield read(MulticastOptions.interface(multicast)) : 0;
}

/**
 * The interface that has the route's source address, if it still exists (a packet to ourselves), else the route's own.
 */
function* interfaceOfRoute(network: Network, runner: Runner, entry: Address, record: Address): Access<Address> {
  const through = yield read(Entry.interface(entry));
  const source = yield read(Entry.source(entry));
  if (source !== NIL) {
    const owner = yield read(source - InterfaceAddress.refcount(0) + InterfaceAddress.interface(0));
    const found = owner === through ? NIL : yield* getInterface(network, runner, owner, record);
    if (found !== NIL) return found;
  }
  return yield* getInterface(network, runner, through, record);
}
