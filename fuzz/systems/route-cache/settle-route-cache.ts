/**
 * The abstraction function of the route caches: checks memory at rest against a state of the model.
 *
 * The tables hold the model's routes, word by word, the slots its interfaces, the list its addresses. A cache has the
 * model's destination, and an entry that is still valid exactly if the model has one. Every change in progress is one
 * of the model's.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import {
  ADDRESS_FLAG,
  Cache,
  Domain,
  Entry,
  ENTRY_FLAG,
  Interface,
  InterfaceAddress,
  Interfaces,
  INTERFACES_MAX,
  Sockaddr,
} from "#impl/route-cache/layout.ts";
import { FAMILY, type Network } from "#impl/route-cache/network.ts";
import { cacheNamed, type RouteCacheState, type RouteRecord } from "#model/route-cache/route-table.ts";
import type { Settled } from "#properties/linearizability/operation-history.ts";
import type { MemoryAtRest } from "../system-definition.ts";
import type { PlacedNetwork } from "./route-threads.ts";
import { chainOf } from "#properties/chain.ts";

const FAMILIES = ["v4", "v6"] as const;

export function settleRouteCache(
  state: RouteCacheState,
  { network, places }: PlacedNetwork,
  { words }: MemoryAtRest,
): Settled<RouteCacheState> {
  for (const family of FAMILIES) {
    const because = tableDifference(words, network, state, family);
    if (because !== undefined) return { because: `${family}: ${because}` };
  }
  for (const [thread, { caches }] of places.entries()) {
    for (const [name, cache] of Object.entries(caches)) {
      const because = cacheDifference(words, network, state, `${thread}${name}`, cache);
      if (because !== undefined) return { because: `cache ${name} of thread ${thread + 1} ${because}` };
    }
  }
  const because = interfacesDifference(words, network, state) ?? addressesDifference(words, network, state);
  return because === undefined ? { state } : { because };
}

function tableDifference(
  words: Int32Array,
  network: Network,
  state: RouteCacheState,
  family: "v4" | "v6",
): string | undefined {
  const domain = network[family];
  const serial = wordAt(words, Domain.serial(domain));
  if (serial !== state.serials[family]) return `${serial} routes were added, and should be ${state.serials[family]}`;
  const updating = wordAt(words, Domain.updating(domain));
  const changed = updating === NIL ? 0 : wordAt(words, Entry.serial(updating));
  if (changed !== state.updating[family])
    return `route ${changed} is being changed, and should be ${state.updating[family]}`;
  const wanted = state.routes.filter(({ prefix }) => prefix.family === family);
  let count = 0;
  for (const entry of chainOf(words, Domain.routes(domain), Entry.next, NIL)) {
    const number = wordAt(words, Entry.serial(entry));
    const route = wanted.find((one) => one.serial === number);
    if (route === undefined) return `route ${number} is in the table, and should not be`;
    const because = entryDifference(words, entry, route, changed === number);
    if (because !== undefined) return `route ${number} ${because}`;
    count++;
  }
  return count === wanted.length ? undefined : `${count} routes are in the table, and should be ${wanted.length}`;
}

function entryDifference(
  words: Int32Array,
  entry: Address,
  { prefix, interface: index, gateway, reject, cloning }: RouteRecord,
  isChanging: boolean,
): string | undefined {
  const key = wordAt(words, Entry.key(entry));
  const address = wordAt(words, Sockaddr.address(key));
  const length = wordAt(words, Entry.length(entry));
  if (address !== prefix.address || length !== prefix.length) return `is to ${address}/${length}`;
  const through = wordAt(words, Entry.interface(entry));
  if (!isChanging && through !== index) return `leads to interface ${through}, and should lead to ${index}`;
  const leads = wordAt(words, Entry.gateway(entry));
  const family = leads === NIL ? undefined : wordAt(words, Sockaddr.family(leads)) === FAMILY.v4 ? "v4" : "v6";
  if (family !== gateway) return `has a gateway of ${family}, and should have one of ${gateway}`;
  const flags = wordAt(words, Entry.flags(entry));
  const hasFlag = (flag: number): boolean => (flags & flag) !== 0;
  if (hasFlag(ENTRY_FLAG.reject) !== (reject === true)) return `rejects: ${hasFlag(ENTRY_FLAG.reject)}`;
  if (hasFlag(ENTRY_FLAG.cloning) !== (cloning === true)) return `clones: ${hasFlag(ENTRY_FLAG.cloning)}`;
  if (hasFlag(ENTRY_FLAG.gateway) !== (gateway !== undefined))
    return `has the gateway flag: ${hasFlag(ENTRY_FLAG.gateway)}`;
  return hasFlag(ENTRY_FLAG.updating) === isChanging ? undefined : `is being changed: ${!isChanging}`;
}

function cacheDifference(
  words: Int32Array,
  network: Network,
  state: RouteCacheState,
  name: string,
  cache: Address,
): string | undefined {
  const { destination, route } = cacheNamed(state, name);
  const sockaddr = wordAt(words, Cache.destination(cache));
  if ((sockaddr === NIL) !== (destination === undefined)) return `has ${sockaddr === NIL ? "no" : "a"} destination`;
  const entry = wordAt(words, Cache.entry(cache));
  if (destination === undefined) return entry === NIL ? undefined : "has an entry, and no destination";
  const address = wordAt(words, Sockaddr.address(sockaddr));
  const scope = wordAt(words, Sockaddr.scope(sockaddr));
  if (
    wordAt(words, Sockaddr.family(sockaddr)) !== FAMILY[destination.family] ||
    address !== destination.address ||
    scope !== destination.scope
  )
    return `leads to ${address}%${scope}, and should lead to ${destination.address}%${destination.scope}`;
  const domain = network[destination.family];
  const isCurrent = entry !== NIL && words[Cache.stamp(cache)] === words[Domain.generation(domain)];
  const found = isCurrent ? wordAt(words, Entry.serial(entry)) : 0;
  return found === route ? undefined : `remembers route ${found}, and should remember ${route}`;
}

function interfacesDifference(words: Int32Array, { interfaces }: Network, state: RouteCacheState): string | undefined {
  const serial = wordAt(words, Interfaces.serial(interfaces));
  if (serial !== state.interfaceSerial) return `${serial} interfaces were attached, not ${state.interfaceSerial}`;
  for (let index = 0; index <= INTERFACES_MAX; index++) {
    const found = wordAt(words, Interfaces.slots(interfaces) + index);
    const wanted = state.interfaces.find((one) => one.index === index);
    if ((found === NIL) !== (wanted === undefined)) return `interface ${index} is ${found === NIL ? "not " : ""}there`;
    if (wanted === undefined) continue;
    if (words[Interface.index(found)] !== index || words[Interface.serial(found)] !== wanted.serial)
      return `interface ${index} is another`;
    if ((words[Interface.isUp(found)] === 1) !== wanted.isUp)
      return `interface ${index} is ${wanted.isUp ? "down" : "up"}`;
  }
  return undefined;
}

function addressesDifference(words: Int32Array, { interfaces }: Network, state: RouteCacheState): string | undefined {
  const left = [...state.addresses];
  for (const address of chainOf(words, Interfaces.addresses(interfaces), InterfaceAddress.next, NIL)) {
    const number = wordAt(words, InterfaceAddress.address(address));
    const at = left.findIndex((one) => one.address === number);
    const [wanted] = at === -1 ? [] : left.splice(at, 1);
    if (wanted === undefined) return `address ${number} is on the list, and should not be`;
    const flags = wordAt(words, InterfaceAddress.flags(address));
    const notReady = (flags & (ADDRESS_FLAG.tentative | ADDRESS_FLAG.anycast | ADDRESS_FLAG.duplicated)) !== 0;
    if (words[InterfaceAddress.interface(address)] !== wanted.interface)
      return `address ${number} is of another interface`;
    if (
      ((flags & ADDRESS_FLAG.deprecated) !== 0) !== wanted.deprecated ||
      ((flags & ADDRESS_FLAG.temporary) !== 0) !== wanted.temporary ||
      notReady !== wanted.notReady
    )
      return `address ${number} has the flags ${flags}`;
  }
  return left.length === 0 ? undefined : `address ${left[0]?.address} is not on the list`;
}
