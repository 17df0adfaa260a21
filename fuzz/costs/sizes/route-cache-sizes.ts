/**
 * Sizes of the route caches: the layouts of records, and lookups measured by running them.
 *
 * A word takes 4 bytes here; a pointer of the kernel takes 8. The fields of the kernel's records that this project
 * leaves out are listed in impl/route-cache/layout.ts.
 */
import type { RouteAddress } from "#model/route-cache/route-address.ts";
import type { Access, Address } from "#impl/memory/access.ts";
import { createHeap, type Heap, place } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { clearCache, lookupCache, unrefRoute } from "#impl/route-cache/cache.ts";
import { attachInterface, getInterface, putInterface } from "#impl/route-cache/interface.ts";
import { Cache, Entry } from "#impl/route-cache/layout.ts";
import { createNetwork, type Network, placeCache } from "#impl/route-cache/network.ts";
import { addRoute } from "#impl/route-cache/table.ts";
import { placeLwp, type Runner } from "#impl/sync/cpu.ts";
import { Psref } from "#impl/sync/psref.ts";
import { cacheLinesTouched } from "./cache-lines.ts";
import type { SizeRow } from "#reports/lookup-costs.ts";
import { WORD_BYTES } from "./byte-sizes.ts";

const DESTINATION: RouteAddress = { family: "v4", address: 20, scope: 0 };

export const routeCacheSizes: readonly SizeRow[] = [
  {
    system: "route-cache",
    record: "cache",
    bytes: Cache.words * WORD_BYTES,
    lookup: "a hit, its reference taken and dropped",
    cacheLines: linesOf(({ network, runner, cache }) => useRoute(network, runner, cache)),
    kernelBytes: 72,
    kernelSource: "NetBSD sys/net/route.h 1.114 (2017), struct route, 64-bit",
  },
  {
    system: "route-cache",
    record: "entry",
    bytes: Entry.words * WORD_BYTES,
    lookup: "a miss in a table of one route",
    cacheLines: linesOf(function* ({ network, runner, cache }) {
      yield* clearCache(cache);
      yield* useRoute(network, runner, cache);
    }),
    kernelBytes: 312,
    kernelSource: "NetBSD sys/net/route.h 1.114 (2017), struct rtentry, 64-bit",
  },
  {
    system: "route-cache",
    record: "passive reference",
    bytes: Psref.words * WORD_BYTES,
    lookup: "an interface by its index, its reference taken and dropped",
    cacheLines: linesOf(function* ({ network, runner, record }) {
      const found = yield* getInterface(network, runner, 2, record);
      yield* putInterface(network, runner, found, record);
    }),
    kernelBytes: 40,
    kernelSource: "NetBSD sys/sys/psref.h (2019), struct psref, 64-bit",
  },
];

interface Placed {
  readonly heap: Heap;
  readonly network: Network;
  readonly runner: Runner;
  readonly cache: Address;
  readonly record: Address;
}

/** Lines touched by an action on a network with one route and one interface, by a cache that has the route. */
function linesOf(procedure: (placed: Placed) => Access): number {
  const heap = createHeap(400);
  const network = createNetwork(heap, {
    cpuCount: 1,
    entriesMax: 1,
    sockaddrsMax: 2,
    interfacesMax: 1,
    addressesMax: 1,
    hasSoftnetLock: false,
  });
  const runner = { lwp: placeLwp(heap, "lwp", 0), inInterrupt: false };
  const cache = placeCache(heap, "cache");
  const record = place(heap, Psref, "record");
  runAlone(heap, addRoute(network, { prefix: { family: "v4", address: 0, length: 0 }, interface: 2, flags: 0 }));
  runAlone(heap, attachInterface(network, 2, true));
  runAlone(heap, useRoute(network, runner, cache));
  return cacheLinesTouched(heap, procedure({ heap, network, runner, cache, record }));
}

function* useRoute(network: Network, runner: Runner, cache: Address): Access {
  const { entry } = yield* lookupCache(network, runner, cache, DESTINATION);
  yield* unrefRoute(network, runner, cache, entry);
}
