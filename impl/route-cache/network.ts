/**
 * The network's addresses and its set-up. The operations: sockaddr.ts, table.ts, cache.ts, invalidate.ts, interface.ts,
 * address-list.ts, per-cpu.ts, select-route.ts, select-interface.ts, select-source.ts.
 *
 * Two ways to run, like the original while its network was made ready for many processors:
 * - with readers and writers side by side: writers wait for readers before they free;
 * - under one big lock, `softnetLock`, held from the moment a pointer is obtained to its last use:
 *   writers do not wait for readers, because there are none, and because a soft interrupt that waits for the lock would
 *   never let the wait end.
 *
 * Memory is bounded by the pools' sizes: `entriesMax` entries, `sockaddrsMax` addresses of each family, and so
 * on. Beyond that, the requesting operation returns ENOMEM.
 *
 * Source: NetBSD sys/net/route.c, doc/TODO.smpnet.
 */
import { type Address, NIL } from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";
import { type Cpus, placeCpus } from "../sync/cpu.ts";
import { placeDelayedWork } from "../sync/delayed-work.ts";
import { placePsrefClass, type PsrefClass } from "../sync/psref.ts";
import type { Seqlock } from "../sync/seqlock.ts";
import type { RouteFamily } from "#model/route-cache/route-address.ts";
import {
  Cache,
  Domain,
  Entry,
  Interface,
  InterfaceAddress,
  Interfaces,
  PerCpuArea,
  Sockaddr,
  Statistics,
  Tunnel,
} from "./layout.ts";

/** A family as stored in words. */
export const FAMILY = { v4: 1, v6: 2 } as const satisfies Record<RouteFamily, number>;

/** The addresses of a network. Frozen: everything that changes is in the heap. */
export interface Network {
  readonly cpus: Cpus;
  readonly v4: Address;
  readonly v6: Address;
  /** Slabs. */
  readonly entries: Address;
  readonly sockaddrs: { readonly v4: Address; readonly v6: Address };
  readonly interfaceSlab: Address;
  readonly addressSlab: Address;
  readonly areaSlab: Address;
  /** The interfaces, their slots and the list of their addresses; guarded by the sequence lock. */
  readonly interfaces: Address;
  readonly interfacesLock: Seqlock;
  readonly entryClass: PsrefClass;
  readonly interfaceClass: PsrefClass;
  /** Requests the worker to dispose of entries deleted in soft interrupts. */
  readonly deadWork: Address;
  /** The first of the words, one for each CPU, that lead to its area of per-CPU memory: guarded by the CPU's `ipl`. */
  readonly areas: Address;
  readonly statistics: Address;
  /** The big lock, or NIL when there is none. */
  readonly softnetLock: Address;
  readonly bounds: NetworkBounds;
}

/** How many objects of each kind there is memory for. */
interface NetworkBounds {
  readonly cpuCount: number;
  readonly entriesMax: number;
  /** Of each family. */
  readonly sockaddrsMax: number;
  readonly interfacesMax: number;
  readonly addressesMax: number;
}

export interface NetworkOptions extends NetworkBounds {
  readonly hasSoftnetLock: boolean;
}

/**
 * Places a network without routes, interfaces and addresses; each CPU has a tunnel's cache.
 *
 * @throws RangeError when the heap is full
 */
export function createNetwork(heap: Heap, { hasSoftnetLock, ...bounds }: NetworkOptions): Network {
  const { cpuCount, entriesMax, sockaddrsMax, interfacesMax, addressesMax } = bounds;
  const cpus = placeCpus(heap, cpuCount);
  const interfaces = place(heap, Interfaces, "interfaces");
  const areaSlab = placeSlab(heap, PerCpuArea, "perCpuArea", cpuCount + 1);
  const Areas = struct("areas", { area: cpuCount });
  return Object.freeze({
    cpus,
    v4: place(heap, Domain, "v4"),
    v6: place(heap, Domain, "v6"),
    entries: placeSlab(heap, Entry, "entry", entriesMax),
    sockaddrs: Object.freeze({
      v4: placeSlab(heap, Sockaddr, "sockaddr4", sockaddrsMax),
      v6: placeSlab(heap, Sockaddr, "sockaddr6", sockaddrsMax),
    }),
    interfaceSlab: placeSlab(heap, Interface, "interface", interfacesMax),
    addressSlab: placeSlab(heap, InterfaceAddress, "address", addressesMax),
    areaSlab,
    interfaces,
    interfacesLock: Object.freeze({ lock: Interfaces.lock(interfaces), sequence: Interfaces.sequence(interfaces) }),
    entryClass: placePsrefClass(heap, cpus, "entryClass"),
    interfaceClass: placePsrefClass(heap, cpus, "interfaceClass"),
    deadWork: placeDelayedWork(heap, "deadWork"),
    areas: Areas.area(place(heap, Areas, "areas")),
    statistics: place(heap, Statistics, "statistics"),
    softnetLock: hasSoftnetLock ? place(heap, struct("softnet", { lock: 1 }), "softnet") : NIL,
    bounds: Object.freeze(bounds),
  });
}

/**
 * Places a cache without destination.
 *
 * @throws RangeError when the heap is full
 */
export function placeCache(heap: Heap, name: string): Address {
  return place(heap, Cache, name);
}

/** @throws RangeError when the heap is full */
export function placeTunnelLock(heap: Heap, name: string): Address {
  return Tunnel.lock(place(heap, Tunnel, name));
}
