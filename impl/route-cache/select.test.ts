import { expect, test } from "vitest";
import type { RouteAddress } from "#model/route-cache/route-address.ts";
import { type Access, type Address, NIL } from "../memory/access.ts";
import { createHeap, place } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { placeLwp, placementOf } from "../sync/cpu.ts";
import { Psref } from "../sync/psref.ts";
import { assignAddress, dropAddress, holdAddress, removeAddress, unlinkAddressesOf } from "./address-list.ts";
import { getDestination, lookupCache, unrefRoute, validateCache } from "./cache.ts";
import { attachInterface, detachInterface, getInterface, putInterface } from "./interface.ts";
import {
  ADDRESS_FLAG,
  Entry,
  ENTRY_FLAG,
  Interface,
  InterfaceAddress,
  Interfaces,
  MulticastOptions,
  Statistics,
} from "./layout.ts";
import { loseRoute } from "./losing.ts";
import { createNetwork, placeCache, placeTunnelLock } from "./network.ts";
import { growPerCpu, prepareTunnel, sendThroughTunnel, useRoute } from "./per-cpu.ts";
import { type InterfaceOptions, selectInterface, setMulticastInterface } from "./select-interface.ts";
import { type RouteOptions, selectRoute } from "./select-route.ts";
import { selectSource, type SourceOptions } from "./select-source.ts";
import { addRoute, type NewRoute } from "./table.ts";

const v6 = (address: number, scope = 0): RouteAddress => ({ family: "v6", address, scope });

function setUp({ hasSoftnetLock = false, addressesMax = 8 } = {}) {
  const heap = createHeap(1200);
  const network = createNetwork(heap, {
    cpuCount: 2,
    entriesMax: 8,
    sockaddrsMax: 20,
    interfacesMax: 4,
    addressesMax,
    hasSoftnetLock,
  });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const own = { lwp: placeLwp(heap, "lwp", 0), inInterrupt: false };
  const cache = placeCache(heap, "cache");
  const nextHopCache = placeCache(heap, "nextHop");
  const multicast = place(heap, MulticastOptions, "multicast");
  const record = place(heap, Psref, "record");
  const word = (address: Address): number => heap.words[address] ?? 0;
  const options: InterfaceOptions = { nextHopCache, multicast };
  return {
    heap,
    network,
    run,
    own,
    cache,
    nextHopCache,
    multicast,
    record,
    word,
    attach: (index: number, isUp = true) => run(attachInterface(network, index, isUp)),
    assign: (address: number, index: number, flags = 0) =>
      run(assignAddress(network, { address, interface: index, flags })),
    route: (address: number, length: number, toInterface: number, more: Partial<NewRoute> = {}) =>
      run(addRoute(network, { prefix: { family: "v6", address, length }, interface: toInterface, flags: 0, ...more })),
    /** The route selected, its reference dropped where it was taken. */
    toRoute: (to: RouteAddress, more: Partial<RouteOptions> = {}) => {
      const {
        error,
        entry,
        cache: used,
      } = run(selectRoute(network, own, to, { ...options, countsDiscards: true, ...more }, cache));
      const { serial } = run(useRoute(entry));
      run(unrefRoute(network, own, used, entry));
      return { error, serial, used };
    },
    /** The index of the interface selected, its reference dropped. */
    toInterface: (to: RouteAddress, more: Partial<InterfaceOptions> = {}) => {
      const { error, found, isRouted } = run(selectInterface(network, own, to, { ...options, ...more }, cache, record));
      const index = found === NIL ? 0 : word(Interface.index(found));
      run(putInterface(network, own, found, record));
      return { error, index, isRouted };
    },
    from: (to: RouteAddress, more: Partial<SourceOptions> = {}) =>
      run(selectSource(network, own, to, { ...options, ...more }, cache, record)),
    /** Nothing may be left bound or listed. */
    expectNothingHeld: () => {
      expect(run(placementOf(own.lwp)).isBound).toBe(false);
      expect(word(NIL)).toBe(0); // and nothing was written through NIL
      for (const { heads } of [network.entryClass, network.interfaceClass]) expect(heads.map(word)).toEqual([NIL, NIL]);
    },
  };
}

// Interfaces and their addresses.

test("an index is given to one interface at a time, and each has its own serial number", () => {
  const { attach, network, own, run, word } = setUp();
  expect([attach(2), attach(2), attach(3)]).toEqual([{ error: 0, serial: 1 }, { error: 17 }, { error: 0, serial: 2 }]);
  expect(run(detachInterface(network, own, 2))).toBe(0);
  expect(run(detachInterface(network, own, 2))).toBe(6);
  expect(attach(2)).toEqual({ error: 0, serial: 3 });
  expect(word(Slab.live(network.interfaceSlab))).toBe(2);
  for (const index of [1, 4, 5]) attach(index);
  expect(attach(6)).toEqual({ error: 12 });
});

test("a found interface is kept until it is put back", () => {
  const { attach, network, own, run, record, expectNothingHeld } = setUp();
  attach(2);
  expect(run(getInterface(network, own, 3, record))).toBe(NIL);
  run(putInterface(network, own, NIL, record));
  expectNothingHeld();
  const found = run(getInterface(network, own, 2, record));
  const other = { ...own, lwp: own.lwp + 1000 };
  expect(() => run(detachInterface(network, other, 2))).toThrow("the wait for it never ends");
  run(putInterface(network, own, found, record));
  expectNothingHeld();
});

test("under the big lock no thread waits for an interface's users", () => {
  const { attach, network, own, run } = setUp({ hasSoftnetLock: true });
  attach(2);
  const log: string[] = [];
  expect(run(recorded(detachInterface(network, own, 2), log))).toBe(0);
  expect(log.filter((name) => name.startsWith("await") || name === "synchronizeRcu" || name === "mutexLock")).toEqual(
    [],
  );
});

test("an address belongs to exactly one existing interface", () => {
  const { attach, assign, network, own, run, word } = setUp({ addressesMax: 2 });
  attach(3);
  expect([assign(33, 2), assign(33, 5)]).toEqual([6, 6]);
  attach(2);
  expect([assign(33, 2), assign(33, 3), assign(34, 3), assign(35, 3)]).toEqual([0, 17, 0, 12]);
  const removed = word(Interfaces.addresses(network.interfaces));
  expect([run(removeAddress(network, own, 33)), run(removeAddress(network, own, 33))]).toEqual([0, 49]);
  expect([word(Slab.live(network.addressSlab)), word(Slab.tail(network.addressSlab)), word(NIL)]).toEqual([
    1,
    removed,
    0,
  ]);
});

test("addresses are in the order of their assignment, and leave with their interface", () => {
  const { attach, assign, network, own, run, word } = setUp();
  attach(2);
  attach(3);
  for (const [address, index] of [
    [30, 2],
    [31, 3],
    [32, 2],
    [33, 2],
    [34, 3],
  ] as const)
    assign(address, index);
  const list = (): number[] => {
    const found: number[] = [];
    for (
      let entry = word(Interfaces.addresses(network.interfaces));
      entry !== NIL;
      entry = word(InterfaceAddress.next(entry))
    )
      found.push(word(InterfaceAddress.address(entry)));
    return found;
  };
  expect(list()).toEqual([30, 31, 32, 33, 34]);
  run(detachInterface(network, own, 2));
  expect(list()).toEqual([31, 34]);
  expect(word(Slab.live(network.addressSlab))).toBe(2);
  expect(run(unlinkAddressesOf(network, 5))).toBe(NIL);
});

test("an address taken off the list keeps its link, for readers at it", () => {
  const { attach, assign, network, own, run, word } = setUp();
  attach(2);
  for (const address of [30, 31, 32]) assign(address, 2);
  const first = word(Interfaces.addresses(network.interfaces));
  const second = word(InterfaceAddress.next(first));
  const held = run(holdAddress(network, 31));
  expect(held).toBe(InterfaceAddress.refcount(second));
  run(removeAddress(network, own, 31));
  expect(word(InterfaceAddress.next(second))).toBe(word(InterfaceAddress.next(first)));
  expect(word(Slab.live(network.addressSlab))).toBe(3);
  run(dropAddress(network, held));
  expect(word(Slab.live(network.addressSlab))).toBe(2);
  expect(run(holdAddress(network, 31))).toBe(NIL);
  expect(word(NIL)).toBe(0);
});

test("the search for an address restarts when a writer intervenes", () => {
  const { attach, assign, network, run, word, heap } = setUp();
  attach(2);
  assign(30, 2);
  const log: string[] = [];
  const searching = recorded(holdAddress(network, 30), log);
  const interfered = function* (): Access<Address> {
    let step = searching.next(0);
    while (!step.done) {
      const found = yield step.value;
      if (log.filter((name) => name === "awaitEqual").length === 1 && log.at(-1) === "read")
        heap.words[Interfaces.sequence(network.interfaces)] = 8;
      step = searching.next(found);
    }
    return step.value;
  };
  expect(word(run(interfered()))).toBe(2);
  expect(log.filter((name) => name === "awaitEqual")).toHaveLength(2);
});

// Routes.

test("a packet's route is looked up without its scope", () => {
  const { route, toRoute, run, cache, expectNothingHeld } = setUp();
  route(0, 0, 2);
  expect(toRoute(v6(224, 3))).toEqual({ error: 0, serial: 1, used: cache });
  expect(run(getDestination(cache))).toEqual(v6(224));
  expectNothingHeld();
});

test("without a route the host is unreachable, and counted", () => {
  const { toRoute, word, network } = setUp();
  expect(toRoute(v6(40))).toMatchObject({ error: 65, serial: 0 });
  expect([word(Statistics.noRoute(network.statistics)), word(Statistics.discards(network.statistics))]).toEqual([1, 0]);
});

test("a route out of another interface than demanded is refused, unless that is the loopback interface", () => {
  const { route, toRoute, word, network, expectNothingHeld } = setUp();
  route(0, 0, 2);
  route(99, 8, 1);
  expect(toRoute(v6(40), { interface: 2 })).toMatchObject({ error: 0, serial: 1 });
  expect(toRoute(v6(40), { interface: 3 })).toMatchObject({ error: 65, serial: 0 });
  expect(toRoute(v6(99), { interface: 3 })).toMatchObject({ error: 0, serial: 2 });
  expect([word(Statistics.noRoute(network.statistics)), word(Statistics.discards(network.statistics))]).toEqual([1, 1]);
  expect(toRoute(v6(40), { interface: 3, countsDiscards: false })).toMatchObject({ error: 65 });
  expect([word(Statistics.noRoute(network.statistics)), word(Statistics.discards(network.statistics))]).toEqual([2, 1]);
  expectNothingHeld();
});

test("a next hop must be a neighbour in IPv6, and its route is in the options' cache", () => {
  const { route, toRoute, run, nextHopCache, word, network, expectNothingHeld } = setUp();
  expect(toRoute(v6(40), { nextHop: { family: "v4", address: 1, scope: 0 } })).toEqual({
    error: 47,
    serial: 0,
    used: nextHopCache,
  });
  expect(toRoute(v6(40), { nextHop: v6(50) })).toEqual({ error: 65, serial: 0, used: nextHopCache });
  expect([word(Statistics.noRoute(network.statistics)), word(Statistics.discards(network.statistics))]).toEqual([1, 0]);
  route(50, 8, 2);
  route(51, 8, 2, { gateway: v6(2) });
  expect(toRoute(v6(40), { nextHop: v6(50) })).toEqual({ error: 0, serial: 1, used: nextHopCache });
  expect(run(getDestination(nextHopCache))).toEqual(v6(50));
  expect(toRoute(v6(40), { nextHop: v6(51) })).toEqual({ error: 65, serial: 0, used: nextHopCache });
  expect(run(getDestination(nextHopCache))).toBeUndefined();
  expect([word(Statistics.noRoute(network.statistics)), word(Statistics.discards(network.statistics))]).toEqual([2, 1]);
  expectNothingHeld();
});

// Interfaces for packets.

test("the interface demanded is used if it exists, and otherwise that of the route", () => {
  const { route, attach, toInterface, expectNothingHeld } = setUp();
  attach(2);
  expect(toInterface(v6(40), { interface: 2 })).toEqual({ error: 0, index: 2, isRouted: false });
  expect(toInterface(v6(40), { interface: 3 })).toEqual({ error: 65, index: 0, isRouted: true });
  route(0, 0, 2);
  expect(toInterface(v6(40))).toEqual({ error: 0, index: 2, isRouted: true });
  route(40, 8, 5);
  expect(toInterface(v6(40))).toEqual({ error: 6, index: 0, isRouted: true }); // the route's interface is gone
  expectNothingHeld();
});

test("multicast packets leave by the interface of the options, whichever interface then has its index", () => {
  const { attach, toInterface, multicast, run, network, own, word } = setUp();
  attach(3);
  run(setMulticastInterface(multicast, 3));
  expect(word(MulticastOptions.interface(multicast))).toBe(3);
  expect(toInterface(v6(240))).toEqual({ error: 0, index: 3, isRouted: false });
  expect(toInterface(v6(239))).toMatchObject({ error: 65, isRouted: true });
  run(detachInterface(network, own, 3));
  expect(toInterface(v6(250))).toMatchObject({ error: 65, isRouted: true });
  attach(3);
  expect(toInterface(v6(250))).toEqual({ error: 0, index: 3, isRouted: false });
});

test("a route that rejects packets returns an error and no interface: host or network", () => {
  const { route, attach, toInterface, from, expectNothingHeld } = setUp();
  attach(2);
  route(40, 8, 2, { flags: ENTRY_FLAG.reject });
  route(64, 2, 2, { flags: ENTRY_FLAG.reject });
  expect(toInterface(v6(40))).toEqual({ error: 65, index: 0, isRouted: true });
  expect(toInterface(v6(65))).toEqual({ error: 51, index: 0, isRouted: true });
  expect(from(v6(40))).toEqual({ error: 65, address: 0, interface: 0, serial: 0, isRouted: true });
  expectNothingHeld();
});

test("a packet to our own address takes the interface that has the address, while it exists", () => {
  const { route, attach, assign, toInterface, run, network, own } = setUp();
  attach(1);
  attach(2);
  assign(33, 2);
  route(33, 8, 1, { source: 33 });
  route(34, 8, 2, { source: 33 });
  expect([toInterface(v6(33)).index, toInterface(v6(34)).index]).toEqual([2, 2]);
  run(detachInterface(network, own, 2));
  expect(toInterface(v6(33))).toEqual({ error: 0, index: 1, isRouted: true });
  expect(toInterface(v6(34))).toEqual({ error: 6, index: 0, isRouted: true });
});

// Source addresses.

test("the source demanded is used if it is ours and ready, whatever else is wrong", () => {
  const { attach, assign, from } = setUp();
  attach(2);
  for (const [address, flag] of [
    [33, 0],
    [34, ADDRESS_FLAG.tentative],
    [35, ADDRESS_FLAG.duplicated],
    [36, ADDRESS_FLAG.anycast],
    [37, ADDRESS_FLAG.deprecated],
  ] as const)
    assign(address, 2, flag);
  const errors = [33, 34, 35, 36, 37, 38].map((source) => from(v6(40), { source, interface: 2 }).error);
  expect(errors).toEqual([0, 49, 49, 49, 0, 49]);
  expect(from(v6(40), { source: 33 })).toEqual({ error: 0, address: 33, interface: 0, serial: 0, isRouted: true });
});

test("a bound address is used with or without a route", () => {
  const { from } = setUp();
  expect(from(v6(40), { bound: 77 })).toEqual({ error: 0, address: 77, interface: 0, serial: 0, isRouted: true });
});

test("the route's error is passed on, and so is the zone's", () => {
  const { attach, assign, from } = setUp();
  attach(2);
  assign(226, 2);
  expect(from(v6(40))).toMatchObject({ error: 65, address: 0 });
  expect(from(v6(224, 3), { interface: 2 })).toEqual({
    error: 22,
    address: 0,
    interface: 2,
    serial: 1,
    isRouted: false,
  });
  expect(from(v6(224, 2), { interface: 2 })).toMatchObject({ error: 0, address: 226 });
  expect(from(v6(224), { interface: 2 })).toMatchObject({ error: 0, address: 226 });
  expect(from(v6(40, 3), { interface: 2 })).toMatchObject({ error: 0, address: 226 }); // no zone to be outside of
});

test("without a usable address there is no result, and the interface is still put back", () => {
  const { attach, assign, from, expectNothingHeld } = setUp();
  attach(2);
  assign(34, 2, ADDRESS_FLAG.tentative);
  expect(from(v6(40), { interface: 2 })).toEqual({ error: 49, address: 0, interface: 2, serial: 1, isRouted: false });
  expectNothingHeld();
});

test("a walk restarts when a writer intervenes", () => {
  const { attach, assign, heap, network, own, cache, record, nextHopCache, multicast } = setUp();
  attach(2);
  assign(33, 2);
  const choice = selectSource(network, own, v6(40), { interface: 2, nextHopCache, multicast }, cache, record);
  const log: string[] = [];
  const watched = recorded(choice, log);
  // The sequence advances once, just after the walk has read it.
  const interfered = function* (): Access<Awaited<ReturnType<typeof choice.return>>["value"]> {
    let step = watched.next(0);
    let isMoved = false;
    while (!step.done) {
      const found = yield step.value;
      if (!isMoved && log.at(-1) === "awaitEqual") {
        isMoved = true;
        heap.words[Interfaces.sequence(network.interfaces)] = 8;
      }
      step = watched.next(found);
    }
    return step.value;
  };
  expect(runAlone(heap, interfered())).toMatchObject({ error: 0, address: 33 });
  expect(log.filter((name) => name === "awaitEqual")).toHaveLength(2);
});

test("the rules, in their order, choose among several addresses", () => {
  const { deprecated, temporary } = ADDRESS_FLAG;
  const chosenOf = (
    to: number,
    ...candidates: readonly (readonly [address: number, index: number, flags?: number])[]
  ) => {
    const all = setUp();
    all.attach(1);
    all.attach(2);
    all.attach(3);
    all.attach(4, false);
    for (const [address, index, flags] of candidates) expect(all.assign(address, index, flags)).toBe(0);
    return all.from(v6(to), { interface: 2 }).address;
  };
  /** The first wins over the second, whichever is listed first. */
  const wins = (
    to: number,
    better: readonly [number, number, number?],
    worse: readonly [number, number, number?],
  ): void => {
    expect([chosenOf(to, better, worse), chosenOf(to, worse, better)]).toEqual([better[0], better[0]]);
  };
  wins(40, [40, 3, deprecated], [41, 2]); // the destination itself
  wins(40, [200, 3, deprecated], [226, 2]); // its scope
  wins(224, [226, 2, deprecated], [200, 2]);
  wins(248, [200, 3], [226, 2]);
  wins(40, [200, 3, temporary], [33, 2, deprecated]); // not deprecated
  wins(40, [200, 2, temporary], [33, 3]); // the outgoing interface
  wins(40, [2, 2, temporary], [200, 2]); // the label
  wins(127, [2, 2], [128, 2]);
  wins(40, [2, 2], [33, 2, temporary]); // not temporary
  wins(40, [33, 2], [2, 2]); // the longest prefix in common
  expect(chosenOf(2, [48, 2], [49, 2])).toBe(48); // the first of equals
  expect(chosenOf(2, [49, 2], [48, 2])).toBe(49);
  expect(chosenOf(40, [1, 2])).toBe(0); // the loopback address, on another link
  expect(chosenOf(224, [226, 3])).toBe(0); // of another zone
  expect(chosenOf(247, [239, 3])).toBe(0);
  expect(chosenOf(223, [239, 3])).toBe(239);
});

test("an address is preferred if its interface is up; loopback serves itself", () => {
  const { attach, assign, from } = setUp();
  attach(1);
  attach(3, false);
  attach(4);
  for (const [address, index] of [
    [34, 3],
    [2, 4],
    [1, 1],
  ] as const)
    assign(address, index);
  expect(from(v6(40), { interface: 1 }).address).toBe(2);
  expect(from(v6(225), { interface: 1 }).address).toBe(1);
});

// Tunnels and losses.

test("a tunnel's cache serves its CPU, before and after its memory has moved", () => {
  const { heap, network, own, run, route, word } = setUp();
  const caches = [0, 1].map((cpu) => placeCache(heap, `tunnel${cpu}`));
  for (const [cpu, cache] of caches.entries())
    run(prepareTunnel(network, cpu, cache, placeTunnelLock(heap, `lock${cpu}`)));
  route(0, 0, 3);
  expect(run(sendThroughTunnel(network, own, v6(40)))).toEqual({ serial: 1, interface: 3 });
  expect(caches.map((cache) => run(getDestination(cache))?.address)).toEqual([40, undefined]);
  const area = word(network.areas);
  expect(run(growPerCpu(network, 0))).toBe(0);
  expect(word(network.areas)).not.toBe(area);
  expect(word(Slab.live(network.areaSlab))).toBe(2);
  expect(run(sendThroughTunnel(network, own, v6(40)))).toEqual({ serial: 1, interface: 3 });
  const other = { ...own, lwp: placeLwp(heap, "other", 1) };
  expect(run(sendThroughTunnel(network, other, { family: "v4", address: 1, scope: 0 }))).toEqual({
    serial: 0,
    interface: 0,
  });
  expect(run(growPerCpu(network, 1))).toBe(0);
  expect(run(sendThroughTunnel(network, other, v6(41)))).toEqual({ serial: 1, interface: 3 });
  expect(caches.map((cache) => run(getDestination(cache))?.address)).toEqual([40, 41]);
  expect([word(network.areas), word(network.areas + 1)]).toEqual([area + 2 * 3, area]); // of three areas, in turn
  expect(run(placementOf(own.lwp)).isBound).toBe(false);
});

test("growing needs and requests memory for just one more area", () => {
  const { heap, network, run } = setUp();
  for (const cpu of [0, 1])
    run(prepareTunnel(network, cpu, placeCache(heap, `tunnel${cpu}`), placeTunnelLock(heap, `lock${cpu}`)));
  const growing = growPerCpu(network, 0);
  growing.next(0);
  growing.next(heap.words[Slab.first(network.areaSlab)] ?? 0); // and stops before it has moved anything
  run(
    (function* (): Access {
      yield* prepareTunnel(network, 0, 1, 1);
    })(),
  );
  expect(run(growPerCpu(network, 1))).toBe(12);
});

test("a connection that loses packets deletes the route it uses, not one that replaced it", () => {
  const { network, own, run, route, cache, heap, word } = setUp();
  expect(run(loseRoute(network, own, cache))).toEqual({
    used: { serial: 0, interface: 0 },
    family: "v4",
    isDeleted: false,
  });
  route(0, 0, 2);
  route(40, 8, 3);
  const look = () => run(unrefRoute(network, own, cache, run(lookupCache(network, own, cache, v6(40))).entry));
  look();
  expect(run(loseRoute(network, own, cache))).toEqual({
    used: { serial: 2, interface: 3 },
    family: "v6",
    isDeleted: true,
  });
  look();
  const entry = run(validateCache(network, own, cache));
  expect(word(Entry.serial(entry))).toBe(1);
  run(unrefRoute(network, own, cache, entry));
  expect(heap.words[Slab.live(network.entries)]).toBe(1);
});
