/** Reads the network for the watchers of the route caches: straight from memory, without accesses. */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Domain, Entry, Sockaddr } from "#impl/route-cache/layout.ts";
import type { Network } from "#impl/route-cache/network.ts";

const ADDRESS_BITS = 8;

/** The domain whose lock this is, or NIL. */
export function domainOfLock({ v4, v6 }: Network, lock: Address): Address {
  if (lock === Domain.lock(v4)) return v4;
  return lock === Domain.lock(v6) ? v6 : NIL;
}

export function domainName({ v4 }: Network, domain: Address): "v4" | "v6" {
  return domain === v4 ? "v4" : "v6";
}

/** An entry's name in messages. */
export function entryName(words: Int32Array, entry: Address): string {
  const address = wordAt(words, Sockaddr.address(wordAt(words, Entry.key(entry))));
  return `the entry of ${address}/${wordAt(words, Entry.length(entry))}`;
}

/** The first entry of the table, in its order, whose prefix covers the address; NIL if none does. O(entries). */
export function matchIn(words: Int32Array, domain: Address, address: number, entriesMax: number): Address {
  let entry = wordAt(words, Domain.routes(domain));
  for (let entries = 0; entry !== NIL && entries <= entriesMax; entries++) {
    const key = wordAt(words, Sockaddr.address(wordAt(words, Entry.key(entry))));
    if ((key ^ address) >> (ADDRESS_BITS - wordAt(words, Entry.length(entry))) === 0) return entry;
    entry = wordAt(words, Entry.next(entry));
  }
  return NIL;
}
