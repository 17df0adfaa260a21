/**
 * The table of routes, whenever its lock is released: longest prefixes first, no prefix twice, every entry up and of
 * the domain's family, no more entries than the slab holds.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Domain, Entry, ENTRY_FLAG, Sockaddr } from "#impl/route-cache/layout.ts";
import { FAMILY, type Network } from "#impl/route-cache/network.ts";
import { domainName, domainOfLock, entryName } from "./route-table-words.ts";
import type { Watcher } from "../watcher.ts";

export function routeTableWatcher(network: Network): Watcher {
  const { entriesMax } = network.bounds;

  return {
    property: "route-table",
    unlocked(words, lock) {
      const domain = domainOfLock(network, lock);
      if (domain === NIL) return undefined;
      const family = domainName(network, domain);
      let longest = Infinity;
      let entries = 0;
      for (let entry = wordAt(words, Domain.routes(domain)); entry !== NIL; entry = wordAt(words, Entry.next(entry))) {
        if (++entries > entriesMax)
          return `the ${family} table has more than the ${entriesMax} entries that there is memory for`;
        const length = wordAt(words, Entry.length(entry));
        if (length > longest) return `${entryName(words, entry)} stands after a shorter prefix in the ${family} table`;
        longest = length;
        if ((wordAt(words, Entry.flags(entry)) & ENTRY_FLAG.up) === 0)
          return `${entryName(words, entry)} is in the ${family} table, and is not up`;
        if (wordAt(words, Sockaddr.family(wordAt(words, Entry.key(entry)))) !== FAMILY[family])
          return `${entryName(words, entry)} is in the ${family} table, and its key is of another family`;
        if (isTwice(words, domain, entry)) return `${entryName(words, entry)} is in the ${family} table twice`;
      }
      return undefined;
    },
  };
}

/** Does an entry before `end` have the same prefix? */
function isTwice(words: Int32Array, domain: Address, end: Address): boolean {
  const length = wordAt(words, Entry.length(end));
  const address = wordAt(words, Sockaddr.address(wordAt(words, Entry.key(end))));
  for (let entry = wordAt(words, Domain.routes(domain)); entry !== end; entry = wordAt(words, Entry.next(entry))) {
    if (
      wordAt(words, Entry.length(entry)) === length &&
      wordAt(words, Sockaddr.address(wordAt(words, Entry.key(entry)))) === address
    )
      return true;
  }
  return false;
}
