import { expect, test } from "vitest";
import { type Access, type Address, NIL } from "#impl/memory/access.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { Slab } from "#impl/memory/slab.ts";
import { assignAddress } from "#impl/route-cache/address-list.ts";
import { clearCache, lookupCache, unrefRoute } from "#impl/route-cache/cache.ts";
import { attachInterface, getInterface } from "#impl/route-cache/interface.ts";
import { Cache, Domain, Entry, ENTRY_FLAG, Interface, Interfaces, Sockaddr } from "#impl/route-cache/layout.ts";
import { createNetwork, placeCache } from "#impl/route-cache/network.ts";
import { addRoute } from "#impl/route-cache/table.ts";
import { Cpu, placeLwp } from "#impl/sync/cpu.ts";
import { Psref } from "#impl/sync/psref.ts";
import { liveCachesWatcher } from "./live-caches.ts";
import { passiveReferencesWatcher } from "./passive-references.ts";
import { routeMemoryWatcher } from "./route-memory.ts";
import { routeTableWatcher } from "./route-table.ts";
import { domainName, domainOfLock, entryName, matchIn } from "./route-table-words.ts";
import type { Watcher } from "../watcher.ts";

/** The routes 0/0, 16/4 and 20/8 of v4, and three caches that hold the first, the second and the third. */
function setUp() {
  const heap = createHeap(1000);
  const network = createNetwork(heap, {
    cpuCount: 2,
    entriesMax: 5,
    sockaddrsMax: 10,
    interfacesMax: 2,
    addressesMax: 2,
    hasSoftnetLock: false,
  });
  const { words } = heap;
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const own = { lwp: placeLwp(heap, "lwp", 0), inInterrupt: false };
  const caches = ["first", "second", "third"].map((name) => placeCache(heap, name));
  const [first = NIL, second = NIL, third = NIL] = caches;
  const record = place(heap, Psref, "record");
  const word = (address: Address): number => words[address] ?? 0;
  const add = (address: number, length: number, source?: number) =>
    run(
      addRoute(network, {
        prefix: { family: "v4", address, length },
        interface: 2,
        flags: 0,
        ...(source === undefined ? {} : { source }),
      }),
    );
  const look = (cache: Address, address: number) =>
    run(lookupCache(network, own, cache, { family: "v4", address, scope: 0 })).entry;
  for (const [address, length] of [
    [0, 0],
    [16, 4],
    [20, 8],
  ] as const)
    add(address, length);
  const entries = [99, 17, 20].map((address, index) => {
    const cache = caches[index] ?? NIL;
    const entry = look(cache, address);
    run(unrefRoute(network, own, cache, entry));
    return entry;
  });
  const [longest = NIL, middle = NIL, shortest = NIL] = entries.toReversed();
  const unlocked = (watcher: Watcher, lock = Domain.lock(network.v4)) => watcher.unlocked?.(words, lock);
  return {
    heap,
    network,
    words,
    word,
    run,
    own,
    caches,
    first,
    second,
    third,
    record,
    add,
    look,
    longest,
    middle,
    shortest,
    unlocked,
  };
}

test("domains are identified by their locks, entries by their prefixes", () => {
  const { network, words, longest, middle, shortest } = setUp();
  expect([
    domainOfLock(network, Domain.lock(network.v4)),
    domainOfLock(network, Domain.lock(network.v6)),
    domainOfLock(network, 5),
  ]).toEqual([network.v4, network.v6, NIL]);
  expect([domainName(network, network.v4), domainName(network, network.v6)]).toEqual(["v4", "v6"]);
  expect([longest, middle, shortest].map((entry) => entryName(words, entry))).toEqual([
    "the entry of 20/8",
    "the entry of 16/4",
    "the entry of 0/0",
  ]);
  expect([20, 21, 99].map((address) => matchIn(words, network.v4, address, 4))).toEqual([longest, middle, shortest]);
  expect(matchIn(words, network.v6, 20, 4)).toBe(NIL);
  words[Sockaddr.address(words[Entry.key(shortest)] ?? 0)] = 1;
  words[Entry.length(shortest)] = 8;
  words[Entry.next(shortest)] = longest; // a table without end
  expect(matchIn(words, network.v4, 99, 4)).toBe(NIL);
});

test("watchers have the names shown in verdicts", () => {
  const all = setUp();
  const { heap, network, caches } = all;
  const watchers = [
    routeTableWatcher(network),
    liveCachesWatcher(heap, network, caches),
    references(all),
    routeMemoryWatcher(network, caches),
  ];
  expect(watchers.map(({ property }) => property)).toEqual([
    "route-table",
    "live-caches",
    "passive-references",
    "route-memory",
  ]);
});

// route-table

test("route-table: quiet on a correct table, and on other locks", () => {
  const { network, unlocked, words, add, shortest } = setUp();
  const watcher = routeTableWatcher(network);
  expect(unlocked(watcher)).toBeUndefined();
  add(32, 4);
  add(48, 4); // as many as the slab holds
  expect(unlocked(watcher)).toBeUndefined();
  words[Entry.length(shortest)] = 8;
  expect([unlocked(watcher, Domain.lock(network.v6)), unlocked(watcher, Cpu.ipl(network.cpus[0] ?? NIL))]).toEqual([
    undefined,
    undefined,
  ]);
  expect(unlocked(watcher)).toBeDefined();
});

test("route-table: fires at a broken order, a duplicate prefix, an entry down or of another family, a cycle", () => {
  const plant = (fault: (all: ReturnType<typeof setUp>) => void) => {
    const all = setUp();
    fault(all);
    return all.unlocked(routeTableWatcher(all.network));
  };
  expect(plant(({ words, longest }) => (words[Entry.length(longest)] = 2))).toBe(
    "the entry of 16/4 stands after a shorter prefix in the v4 table",
  );
  expect(plant(({ words, middle }) => (words[Entry.flags(middle)] = ENTRY_FLAG.updating))).toBe(
    "the entry of 16/4 is in the v4 table, and is not up",
  );
  expect(plant(({ words, word, middle }) => (words[Sockaddr.family(word(Entry.key(middle)))] = 2))).toBe(
    "the entry of 16/4 is in the v4 table, and its key is of another family",
  );
  expect(
    plant(({ words, word, middle }) => {
      words[Entry.length(middle)] = 8;
      words[Sockaddr.address(word(Entry.key(middle)))] = 20;
    }),
  ).toBe("the entry of 20/8 is in the v4 table twice");
  expect(plant(({ words, shortest }) => (words[Entry.next(shortest)] = shortest))).toBe(
    "the v4 table has more than the 5 entries that there is memory for",
  );
});

// live-caches

test("live-caches: quiet as caches are filled and emptied, and on other locks", () => {
  const { heap, network, caches, unlocked, add, look, run, second, words, first } = setUp();
  const watcher = liveCachesWatcher(heap, network, caches);
  expect(unlocked(watcher)).toBeUndefined();
  run(clearCache(second));
  expect(unlocked(watcher)).toBeUndefined();
  look(second, 17);
  add(32, 4);
  expect(unlocked(watcher)).toBeUndefined();
  words[Cache.entry(first)] = 7;
  expect([unlocked(watcher, Domain.lock(network.v6)), unlocked(watcher, 5)]).toEqual([undefined, undefined]);
});

test("live-caches: fires at every fault of a chain", () => {
  const plant = (fault: (all: ReturnType<typeof setUp>) => void) => {
    const all = setUp();
    fault(all);
    return all.unlocked(liveCachesWatcher(all.heap, all.network, all.caches));
  };
  // The chain leads from the third cache, which was filled last, to the first.
  expect(plant(({ words, network }) => (words[Domain.caches(network.v4)] = 5))).toMatch(
    /^the chain of v4 leads to .*, which is no cache$/,
  );
  expect(plant(({ words, second }) => (words[Cache.previous(second)] = second))).toBe(
    "second is on the chain, and its link back leads elsewhere",
  );
  expect(plant(({ words, second }) => (words[Cache.entry(second)] = NIL))).toBe(
    "second is on the chain, and holds no entry",
  );
  expect(plant(({ words, second }) => (words[Cache.destination(second)] = NIL))).toBe(
    "second holds an entry, and no destination of its family",
  );
  expect(plant(({ words, word, second }) => (words[Sockaddr.family(word(Cache.destination(second)))] = 2))).toBe(
    "second holds an entry, and no destination of its family",
  );
  expect(plant(({ words, first }) => (words[Cache.stamp(first)] = 9))).toBe(
    "first holds an entry of another generation",
  );
  expect(plant(({ words, second, longest }) => (words[Cache.entry(second)] = longest))).toBe(
    "second holds an entry for 17 while the entry of 16/4 is the table's best",
  );
  expect(plant(({ words, network }) => (words[Domain.routes(network.v4)] = NIL))).toBe(
    "third holds an entry for 20 while none is the table's best",
  );
  expect(plant(({ words, first, third }) => (words[Cache.next(first)] = third))).toBe(
    "the chain of v4 is longer than there are caches",
  );
  expect(
    plant(({ words, network }) => {
      words[Domain.caches(network.v4)] = NIL;
    }),
  ).toBe("3 caches hold an entry of v4, and 0 are on its chain");
});

// passive-references

function references(all: ReturnType<typeof setUp>): Watcher {
  const { heap, network } = all;
  return passiveReferencesWatcher(heap, {
    classes: [network.entryClass, network.interfaceClass],
    recordsMax: 3,
    targets: [
      { slab: network.entries, targetOf: (entry) => Entry.target(entry) },
      { slab: network.interfaceSlab, targetOf: (found) => Interface.target(found) },
    ],
  });
}

test("passive-references: quiet as references are taken and dropped, and on other locks", () => {
  const all = setUp();
  const { network, run, own, record, look, first, unlocked, words } = all;
  const watcher = references(all);
  const ipl = Cpu.ipl(network.cpus[0] ?? NIL);
  run(attachInterface(network, 2, true));
  const entry = look(first, 99);
  run(getInterface(network, own, 2, record));
  expect(unlocked(watcher, ipl)).toBeUndefined();
  run(unrefRoute(network, own, first, entry));
  expect(unlocked(watcher, ipl)).toBeUndefined();
  words[Psref.cpu(record)] = 1;
  expect([unlocked(watcher), unlocked(watcher, Cpu.ipl(network.cpus[1] ?? NIL))]).toEqual([undefined, undefined]);
  expect(unlocked(watcher, ipl)).toBeDefined();
});

test("passive-references: fires at every fault of a list", () => {
  const plant = (fault: (all: ReturnType<typeof setUp>, record: Address) => void) => {
    const all = setUp();
    all.look(all.first, 99);
    all.look(all.second, 17); // the list leads from the second cache's record to the first's
    fault(all, Cache.psref(all.first));
    return all.unlocked(references(all), Cpu.ipl(all.network.cpus[0] ?? NIL));
  };
  expect(plant(({ words }, record) => (words[Psref.previous(record)] = record))).toBe(
    "a passive reference on the list of cpu0 has a link back that leads elsewhere",
  );
  expect(plant(({ words }, record) => (words[Psref.target(record)] = NIL))).toBe(
    "a passive reference on the list of cpu0 is not in use",
  );
  expect(plant(({ words }, record) => (words[Psref.cpu(record)] = 1))).toBe(
    "a passive reference that was taken on cpu1 is on the list of cpu0",
  );
  expect(
    plant(({ words }, record) => {
      words[Psref.next(record)] = record;
      words[Psref.previous(record)] = Psref.next(record);
    }),
  ).toBe("a passive reference on the list of cpu0 has a link back that leads elsewhere");
});

test("passive-references: fires at a list longer than the number of records, not at one of that length", () => {
  const all = setUp();
  all.look(all.first, 99);
  all.look(all.second, 17);
  const { heap, network, words } = all;
  const wide = passiveReferencesWatcher(heap, {
    classes: [network.entryClass],
    recordsMax: 2,
    targets: [{ slab: network.entries, targetOf: (entry) => Entry.target(entry) }],
  });
  expect(wide.unlocked?.(words, Cpu.ipl(network.cpus[0] ?? NIL))).toBeUndefined();
  expect(wide.freed?.(words, network.entries, all.shortest)).toBe(
    "entry#1 is freed, and a passive reference to it is held",
  ); // the last of the list
  const watcher = passiveReferencesWatcher(heap, { classes: [network.entryClass], recordsMax: 1, targets: [] });
  expect(watcher.unlocked?.(words, Cpu.ipl(network.cpus[0] ?? NIL))).toBe(
    "the list of passive references of cpu0 has no end",
  );
  expect(watcher.freed?.(words, network.entries, all.longest)).toBeUndefined();
});

test("passive-references: fires when a referenced object is freed, on any list", () => {
  const all = setUp();
  const { network, look, first, second, words, longest, middle, shortest } = all;
  const watcher = references(all);
  look(first, 99);
  look(second, 17);
  expect(watcher.freed?.(words, network.entries, longest)).toBeUndefined();
  expect(watcher.freed?.(words, network.entries, middle)).toBe(
    "entry#2 is freed, and a passive reference to it is held",
  );
  expect(watcher.freed?.(words, network.entries, shortest)).toBe(
    "entry#1 is freed, and a passive reference to it is held",
  );
  expect(watcher.freed?.(words, network.sockaddrs.v4, shortest)).toBeUndefined();
});

test("passive-references: fires at the end when a reference is still held, on any CPU and in any class", () => {
  const all = setUp();
  const { network, look, first, words, run, own, record } = all;
  const watcher = references(all);
  expect(watcher.ended?.(words)).toBeUndefined();
  const entry = look(first, 99);
  expect(watcher.ended?.(words)).toBe("at the end a passive reference is still on the list of cpu0");
  run(unrefRoute(network, own, first, entry));
  run(attachInterface(network, 2, true));
  run(getInterface(network, own, 2, record));
  expect(watcher.ended?.(words)).toBe("at the end a passive reference is still on the list of cpu0");
});

// route-memory

test("route-memory: quiet when everything in use is in its place", () => {
  const { network, caches, words, run, add } = setUp();
  const watcher = routeMemoryWatcher(network, caches);
  expect(watcher.ended?.(words)).toBeUndefined();
  run(attachInterface(network, 2, true));
  run(assignAddress(network, { address: 33, interface: 2, flags: 0 }));
  add(32, 4, 33);
  run(
    addRoute(network, {
      prefix: { family: "v6", address: 0, length: 0 },
      interface: 2,
      flags: 0,
      gateway: { family: "v4", address: 9, scope: 0 },
    }),
  );
  words[Interfaces.addresses(network.interfaces)] = NIL; // the route keeps its source
  expect(watcher.ended?.(words)).toBeUndefined();
});

test("route-memory: fires at every allocated object that is in no place", () => {
  const plant = (fault: (all: ReturnType<typeof setUp>) => void) => {
    const all = setUp();
    fault(all);
    return routeMemoryWatcher(all.network, all.caches).ended?.(all.words);
  };
  const take = (of: (all: ReturnType<typeof setUp>) => Address) =>
    plant((all) => (all.words[Slab.live(of(all))] = all.word(Slab.live(of(all))) + 1));
  expect(take(({ network }) => network.sockaddrs.v4)).toBe(
    "at the end 7 addresses of v4 are allocated, and 6 are in use",
  );
  expect(take(({ network }) => network.sockaddrs.v6)).toBe(
    "at the end 1 addresses of v6 are allocated, and 0 are in use",
  );
  expect(take(({ network }) => network.entries)).toBe("at the end 4 entries are allocated, and 3 are in use");
  expect(take(({ network }) => network.addressSlab)).toBe(
    "at the end 1 interface addresses are allocated, and 0 are in use",
  );
  expect(take(({ network }) => network.interfaceSlab)).toBe("at the end 1 interfaces are allocated, and 0 are in use");
  expect(plant(({ network, words }) => (words[Slab.live(network.areaSlab)] = 3))).toBe(
    "at the end 3 areas of per-CPU memory are allocated for 2 CPUs",
  );
  expect(plant(({ network, words }) => (words[Slab.live(network.areaSlab)] = 2))).toBeUndefined();
  expect(plant(({ words, first }) => (words[Cache.destination(first)] = NIL))).toBe(
    "at the end 6 addresses of v4 are allocated, and 5 are in use",
  );
});
