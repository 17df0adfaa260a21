/**
 * The chain of live caches, whenever the domain's lock is released: a cache is on it exactly while it holds an entry,
 * with correct links; and its entry is the table's best for its destination, under the current generation.
 *
 * So no cache is stale while the lock is free, and none leads to an entry that has left the table. The chain is never
 * longer than the number of caches.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { type Heap, objectNameOf } from "#impl/memory/heap.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Cache, Domain, Sockaddr } from "#impl/route-cache/layout.ts";
import { FAMILY, type Network } from "#impl/route-cache/network.ts";
import { domainName, domainOfLock, entryName, matchIn } from "./route-table-words.ts";
import type { Watcher } from "../watcher.ts";

export function liveCachesWatcher(heap: Heap, network: Network, caches: readonly Address[]): Watcher {
  const nameOf = (cache: Address): string => objectNameOf(heap, cache) ?? `word ${cache}`;

  function whatIsWrong(words: Int32Array, domain: Address, cache: Address, link: Address): string | undefined {
    if (!caches.includes(cache))
      return `the chain of ${domainName(network, domain)} leads to ${nameOf(cache)}, which is no cache`;
    if (wordAt(words, Cache.previous(cache)) !== link)
      return `${nameOf(cache)} is on the chain, and its link back leads elsewhere`;
    const entry = wordAt(words, Cache.entry(cache));
    if (entry === NIL) return `${nameOf(cache)} is on the chain, and holds no entry`;
    const destination = wordAt(words, Cache.destination(cache));
    const family = FAMILY[domainName(network, domain)];
    if (destination === NIL || wordAt(words, Sockaddr.family(destination)) !== family)
      return `${nameOf(cache)} holds an entry, and no destination of its family`;
    if (wordAt(words, Cache.stamp(cache)) !== wordAt(words, Domain.generation(domain)))
      return `${nameOf(cache)} holds an entry of another generation`;
    const best = matchIn(words, domain, wordAt(words, Sockaddr.address(destination)), network.bounds.entriesMax);
    if (best === entry) return undefined;
    return (
      `${nameOf(cache)} holds an entry for ${wordAt(words, Sockaddr.address(destination))} ` +
      `while ${best === NIL ? "none" : entryName(words, best)} is the table's best`
    );
  }

  return {
    property: "live-caches",
    unlocked(words, lock) {
      const domain = domainOfLock(network, lock);
      if (domain === NIL) return undefined;
      let length = 0;
      let link = Domain.caches(domain);
      for (let cache = wordAt(words, link); cache !== NIL; cache = wordAt(words, link)) {
        if (++length > caches.length)
          return `the chain of ${domainName(network, domain)} is longer than there are caches`;
        const wrong = whatIsWrong(words, domain, cache, link);
        if (wrong !== undefined) return wrong;
        link = Cache.next(cache);
      }
      let live = 0;
      for (const cache of caches)
        if (wordAt(words, Cache.entry(cache)) !== NIL && wordAt(words, Cache.domain(cache)) === domain) live++;
      return live === length
        ? undefined
        : `${live} caches hold an entry of ${domainName(network, domain)}, and ${length} are on its chain`;
    },
  };
}
