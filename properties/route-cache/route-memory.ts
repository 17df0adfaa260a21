/**
 * Memory, at the end: every entry in use is in a table; every address in use is a cache's destination, or the key or
 * gateway of such an entry; every interface has its slot; every interface address is on the list or the source of such
 * an entry. So the memory in use is bounded by the number of caches and routes, and by the pools at any time.
 *
 * The leak property misses an object that something still points to; this property counts objects.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import {
  Cache,
  Domain,
  Entry,
  InterfaceAddress,
  Interfaces,
  INTERFACES_MAX,
  Sockaddr,
} from "#impl/route-cache/layout.ts";
import { FAMILY, type Network } from "#impl/route-cache/network.ts";
import type { Watcher } from "../watcher.ts";

export function routeMemoryWatcher(network: Network, caches: readonly Address[]): Watcher {
  const { v4, v6, entries, sockaddrs, interfaces, interfaceSlab, addressSlab, areaSlab, bounds } = network;

  function sockaddrsUsed(words: Int32Array, family: number): number {
    let count = 0;
    for (const cache of caches) count += countOf(words, wordAt(words, Cache.destination(cache)), family);
    for (const domain of [v4, v6]) {
      for (let entry = wordAt(words, Domain.routes(domain)); entry !== NIL; entry = wordAt(words, Entry.next(entry))) {
        count +=
          countOf(words, wordAt(words, Entry.key(entry)), family) +
          countOf(words, wordAt(words, Entry.gateway(entry)), family);
      }
    }
    return count;
  }

  function entriesUsed(words: Int32Array): number {
    let count = 0;
    for (const domain of [v4, v6])
      for (let entry = wordAt(words, Domain.routes(domain)); entry !== NIL; entry = wordAt(words, Entry.next(entry)))
        count++;
    return count;
  }

  function addressesUsed(words: Int32Array): number {
    const used = new Set<Address>();
    for (
      let address = wordAt(words, Interfaces.addresses(interfaces));
      address !== NIL;
      address = wordAt(words, InterfaceAddress.next(address))
    )
      used.add(address);
    for (const domain of [v4, v6]) {
      for (let entry = wordAt(words, Domain.routes(domain)); entry !== NIL; entry = wordAt(words, Entry.next(entry))) {
        const source = wordAt(words, Entry.source(entry));
        if (source !== NIL) used.add(source - InterfaceAddress.refcount(0));
      }
    }
    return used.size;
  }

  function interfacesUsed(words: Int32Array): number {
    let count = 0;
    for (let index = 0; index <= INTERFACES_MAX; index++)
      if (wordAt(words, Interfaces.slots(interfaces) + index) !== NIL) count++;
    return count;
  }

  return {
    property: "route-memory",
    ended(words) {
      const accounts = [
        { name: "addresses of v4", slab: sockaddrs.v4, used: sockaddrsUsed(words, FAMILY.v4) },
        { name: "addresses of v6", slab: sockaddrs.v6, used: sockaddrsUsed(words, FAMILY.v6) },
        { name: "entries", slab: entries, used: entriesUsed(words) },
        { name: "interface addresses", slab: addressSlab, used: addressesUsed(words) },
        { name: "interfaces", slab: interfaceSlab, used: interfacesUsed(words) },
      ];
      for (const { name, slab, used } of accounts) {
        const live = wordAt(words, Slab.live(slab));
        if (live !== used) return `at the end ${live} ${name} are allocated, and ${used} are in use`;
      }
      const areas = wordAt(words, Slab.live(areaSlab));
      if (areas > bounds.cpuCount)
        return `at the end ${areas} areas of per-CPU memory are allocated for ${bounds.cpuCount} CPUs`;
      return undefined;
    },
  };
}

/** 1 for an address of the family, else 0. */
function countOf(words: Int32Array, sockaddr: Address, family: number): number {
  return sockaddr !== NIL && wordAt(words, Sockaddr.family(sockaddr)) === family ? 1 : 0;
}
