import { expect, test } from "vitest";
import type { RouteAddress, RouteFamily } from "#model/route-cache/route-address.ts";
import { ACCESS, type Access, type Address, NIL, request } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { mayWrite } from "../memory/access-class.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { placeLwp, placementOf, type Runner } from "../sync/cpu.ts";
import { Psref } from "../sync/psref.ts";
import {
  checkCache,
  clearCache,
  copyCache,
  freeCache,
  getDestination,
  initCache,
  initCacheNoClone,
  type LookupOutcome,
  lookupCache,
  moveCache,
  setDestination,
  unrefRoute,
  updateCache,
  validateCache,
} from "./cache.ts";
import { Cache, Domain, Entry, ENTRY_FLAG, Sockaddr } from "./layout.ts";
import { createNetwork, FAMILY, placeCache } from "./network.ts";
import { allocateSockaddr, copySockaddr } from "./sockaddr.ts";
import { addRoute, beginChange, deleteRoute, endChange } from "./table.ts";

const at = (address: number, family: RouteFamily = "v4", scope = 0): RouteAddress => ({ family, address, scope });

function setUp({ entriesMax = 8, sockaddrsMax = 20 } = {}) {
  const heap = createHeap(1000);
  const network = createNetwork(heap, {
    cpuCount: 2,
    entriesMax,
    sockaddrsMax,
    interfacesMax: 1,
    addressesMax: 1,
    hasSoftnetLock: false,
  });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const runnerOn = (cpu: number): Runner => ({ lwp: placeLwp(heap, `lwp${cpu}`, cpu), inInterrupt: false });
  const own = runnerOn(0);
  const other = runnerOn(1);
  const cache = placeCache(heap, "cache");
  const second = placeCache(heap, "second");
  const word = (address: Address): number => heap.words[address] ?? 0;
  return {
    heap,
    network,
    run,
    own,
    other,
    cache,
    second,
    word,
    add: (address: number, length: number, flags = 0, family: RouteFamily = "v4") => {
      const outcome = run(addRoute(network, { prefix: { family, address, length }, interface: 1, flags }));
      return "serial" in outcome ? outcome.serial : -outcome.error;
    },
    remove: (address: number, length: number) => run(deleteRoute(network, own, { family: "v4", address, length })),
    /** Looks up, drops the reference, and returns the entry's serial number. */
    find: (to: RouteAddress, by = cache) => {
      const { entry, isHit } = run(lookupCache(network, own, by, to));
      const serial = entry === NIL ? 0 : word(Entry.serial(entry));
      run(unrefRoute(network, own, by, entry));
      return { serial, isHit };
    },
    /** Runs to the end and drops the reference that it returns. */
    use: (procedure: Access<Address>, by = cache) => {
      const entry = run(procedure);
      const serial = entry === NIL ? 0 : word(Entry.serial(entry));
      run(unrefRoute(network, own, by, entry));
      return serial;
    },
    destination: (of = cache) => run(getDestination(of)),
    live: (slab: Address) => word(Slab.live(slab)),
  };
}

test("a lookup finds the longest prefix, and the cache holds it from then on", () => {
  const { add, find } = setUp();
  expect([add(0, 0), add(16, 4), add(20, 8)]).toEqual([1, 2, 3]);
  expect(find(at(20))).toEqual({ serial: 3, isHit: false });
  expect(find(at(20))).toEqual({ serial: 3, isHit: true });
  expect(find(at(21))).toEqual({ serial: 2, isHit: false });
  expect(find(at(99))).toEqual({ serial: 1, isHit: false });
  expect(find(at(99, "v6"))).toEqual({ serial: 0, isHit: false });
});

test("a cache is invalid as soon as the generation advances, before its entry is taken", () => {
  const { add, find, use, network, own, cache, heap, word, run } = setUp();
  add(0, 0);
  find(at(20));
  heap.words[Domain.generation(network.v4)] = word(Domain.generation(network.v4)) + 1;
  expect(word(Cache.entry(cache))).not.toBe(NIL);
  expect(use(validateCache(network, own, cache))).toBe(0);
  expect([run(placementOf(own.lwp)).isBound, word(Psref.target(Cache.psref(cache)))]).toEqual([false, NIL]);
});

test("an addition and a deletion invalidate every cache of their family, and take its entry", () => {
  const { add, find, use, remove, network, own, cache, second, word } = setUp();
  add(0, 0);
  add(0, 0, 0, "v6");
  find(at(20));
  find(at(20, "v6"), second);
  const generation = word(Domain.generation(network.v4));
  add(20, 8);
  expect(word(Cache.entry(cache))).toBe(NIL);
  expect(word(Domain.caches(network.v4))).toBe(NIL);
  expect(word(Domain.generation(network.v4))).toBe(generation + 1);
  expect(word(Cache.entry(second))).not.toBe(NIL);
  expect(use(validateCache(network, own, cache))).toBe(0);
  expect(find(at(20))).toEqual({ serial: 2, isHit: false });
  expect(remove(20, 8)).toBe(true);
  expect(use(validateCache(network, own, cache))).toBe(0);
  expect(find(at(20))).toEqual({ serial: 1, isHit: false });
  expect(find(at(20, "v6"), second)).toEqual({ serial: 1, isHit: true });
});

test("the chain keeps its links as caches leave it from the front, the middle and the end", () => {
  const { add, heap, network, own, run, word } = setUp();
  add(0, 0);
  const caches = [1, 2, 3].map((number) => placeCache(heap, `chained${number}`));
  const fill = (cache = NIL) =>
    run(unrefRoute(network, own, cache, run(lookupCache(network, own, cache, at(1))).entry));
  const chain = (): number[] => {
    const found: number[] = [];
    let link = Domain.caches(network.v4);
    for (let cache = word(link); cache !== NIL; cache = word(link)) {
      expect(word(Cache.previous(cache))).toBe(link);
      found.push(caches.indexOf(cache));
      link = Cache.next(cache);
    }
    return found;
  };
  caches.forEach(fill);
  expect(chain()).toEqual([2, 1, 0]);
  run(clearCache(caches[1] ?? NIL));
  expect(chain()).toEqual([2, 0]);
  run(clearCache(caches[1] ?? NIL)); // not on it
  fill(caches[1]);
  expect(chain()).toEqual([1, 2, 0]);
  run(clearCache(caches[0] ?? NIL));
  run(clearCache(caches[1] ?? NIL));
  expect(chain()).toEqual([2]);
});

test("a hit reads without a lock of the domain, the flags before the generation", () => {
  const { add, find, network, own, cache, run } = setUp();
  add(0, 0);
  find(at(20));
  const log: string[] = [];
  run(unrefRoute(network, own, cache, run(recorded(validateCache(network, own, cache), log))));
  expect(log.slice(0, 6)).toEqual(["rcuReadLock", "rcuDereference", "read", "loadAcquire", "read", "loadAcquire"]);
  expect(log.filter((name) => name === "spinLock")).toHaveLength(1); // the CPU's own
  expect(log.at(-1)).toBe("rcuReadUnlock");
});

test("hits on two CPUs write no word in common", () => {
  const { add, network, own, other, cache, second, run, heap } = setUp();
  add(0, 0);
  const written = (runner: Runner, by: Address): Set<number> => {
    const addresses = new Set<number>();
    const note = function* <T>(procedure: Access<T>): Access<T> {
      let step = procedure.next(0);
      while (!step.done) {
        const kind = step.value;
        if (mayWrite(kind) || kind === ACCESS.spinLock) addresses.add(request.address);
        const found = yield kind;
        step = procedure.next(found);
      }
      return step.value;
    };
    run(unrefRoute(network, runner, by, run(lookupCache(network, runner, by, at(20))).entry));
    const { entry, isHit }: LookupOutcome = runAlone(heap, note(lookupCache(network, runner, by, at(20))));
    expect(isHit).toBe(true);
    runAlone(heap, note(unrefRoute(network, runner, by, entry)));
    return addresses;
  };
  const one = written(own, cache);
  const two = written(other, second);
  expect(one.size).toBeGreaterThan(0);
  expect([...one].filter((address) => two.has(address))).toEqual([]);
});

test("a destination of the same family is copied into place, after the route is forgotten", () => {
  const { add, find, run, network, cache, word, destination, live } = setUp();
  add(0, 0);
  find(at(20));
  const storage = word(Cache.destination(cache));
  const before = live(network.sockaddrs.v4);
  expect(run(setDestination(network, cache, at(21)))).toBe(0);
  expect([word(Cache.destination(cache)), word(Cache.entry(cache)), live(network.sockaddrs.v4)]).toEqual([
    storage,
    NIL,
    before,
  ]);
  expect(destination()).toEqual(at(21));
  expect(run(setDestination(network, cache, at(224, "v6", 2)))).toBe(0);
  expect(destination()).toEqual(at(224, "v6", 2));
  expect([live(network.sockaddrs.v4), live(network.sockaddrs.v6)]).toEqual([before - 1, 1]);
});

test("setting a destination without memory leaves the cache without one, and lookups without a route", () => {
  const { find, run, network, cache, second, destination, own, use } = setUp({ sockaddrsMax: 1 });
  expect(run(setDestination(network, second, at(1)))).toBe(0);
  expect(run(setDestination(network, cache, at(20, "v6")))).toBe(0);
  expect(run(setDestination(network, cache, at(20)))).toBe(12);
  expect(destination()).toBeUndefined();
  expect(find(at(20))).toEqual({ serial: 0, isHit: false });
  expect(use(initCache(network, own, cache))).toBe(0);
  expect(use(validateCache(network, own, cache))).toBe(0);
  run(freeCache(network, second));
  expect(run(setDestination(network, cache, at(20)))).toBe(0);
});

test("the scope belongs to the destination", () => {
  const { add, find } = setUp();
  add(0, 0, 0, "v6");
  find(at(224, "v6", 2));
  expect(find(at(224, "v6", 2)).isHit).toBe(true);
  expect(find(at(224, "v6", 3)).isHit).toBe(false);
});

test("a fill clones a cloning route on request, and leaves others unchanged", () => {
  const { add, run, network, own, cache, use, word } = setUp({ entriesMax: 3 });
  add(0, 0, ENTRY_FLAG.cloning);
  run(setDestination(network, cache, at(20)));
  expect(use(initCacheNoClone(network, own, cache))).toBe(1);
  expect(use(updateCache(network, own, cache))).toBe(2);
  const clone = word(Domain.routes(network.v4));
  expect([word(Entry.length(clone)), word(Entry.flags(clone)), word(Entry.gateway(clone))]).toEqual([
    8,
    ENTRY_FLAG.up | ENTRY_FLAG.cloned,
    NIL,
  ]);
  expect(word(Sockaddr.address(word(Entry.key(clone))))).toBe(20);
  run(setDestination(network, cache, at(21)));
  expect(use(initCache(network, own, cache))).toBe(3);
  run(setDestination(network, cache, at(22)));
  expect(use(initCache(network, own, cache))).toBe(1); // no entry left to clone into
});

test("a clone without memory for its key is given up, and leaves nothing behind", () => {
  const { add, find, network, live } = setUp({ sockaddrsMax: 2 });
  add(0, 0, ENTRY_FLAG.cloning);
  expect(find(at(20)).serial).toBe(1);
  expect([live(network.entries), live(network.sockaddrs.v4)]).toEqual([1, 2]);
});

test("the route of a host is not cloned for that host", () => {
  const { add, find } = setUp();
  add(20, 8, ENTRY_FLAG.cloning);
  expect(find(at(20)).serial).toBe(1);
});

test("a cache that holds an entry is not filled", () => {
  const { add, find, run, network, own, cache } = setUp();
  add(0, 0);
  find(at(20));
  expect(() => run(initCache(network, own, cache))).toThrow("a cache holds no entry when it is filled");
});

test("a check returns the currently valid entry, an update looks up anew", () => {
  const { add, find, network, own, cache, use } = setUp();
  add(0, 0);
  find(at(20));
  expect(use(checkCache(network, own, cache))).toBe(1);
  add(20, 8);
  expect(use(checkCache(network, own, cache))).toBe(2);
  expect(use(updateCache(network, own, cache))).toBe(2);
});

test("a copy shares the entry while it is valid, under its stamp, and no longer", () => {
  const { add, find, run, network, own, cache, second, use, word, destination } = setUp();
  add(0, 0);
  find(at(20));
  run(copyCache(network, second, cache));
  expect(destination(second)).toEqual(at(20));
  expect(word(Cache.stamp(second))).toBe(word(Cache.stamp(cache)));
  expect(use(validateCache(network, own, second), second)).toBe(1);
  expect(use(validateCache(network, own, cache))).toBe(1);
  add(20, 8);
  run(copyCache(network, second, cache));
  expect(use(validateCache(network, own, second), second)).toBe(0);
  expect(word(Domain.caches(network.v4))).toBe(NIL); // a cache without an entry is not on the chain
  run(freeCache(network, cache));
  run(copyCache(network, second, cache));
  expect(destination(second)).toBeUndefined();
  expect(() => run(copyCache(network, cache, cache))).toThrow("a cache is copied to another");
});

test("a copy that finds no memory leaves the copy empty, and the original as it was", () => {
  const { add, find, run, network, own, cache, second, use, destination, word } = setUp({ sockaddrsMax: 2 });
  add(0, 0);
  find(at(20));
  run(copyCache(network, second, cache));
  expect([destination(second), word(Cache.entry(second))]).toEqual([undefined, NIL]);
  expect(use(validateCache(network, own, cache))).toBe(1);
});

test("clearing keeps only the destination, freeing keeps nothing", () => {
  const { add, find, run, network, cache, destination, word, live } = setUp();
  add(0, 0);
  find(at(20));
  run(clearCache(cache));
  expect([destination(), word(Cache.entry(cache))]).toEqual([at(20), NIL]);
  find(at(20));
  run(freeCache(network, cache));
  run(freeCache(network, cache));
  expect([destination(), word(Cache.entry(cache)), live(network.sockaddrs.v4)]).toEqual([undefined, NIL, 1]);
});

test("a user of an entry keeps it beyond its cache's invalidation, until the reference is dropped", () => {
  const { add, find, run, network, own, other, cache, word } = setUp();
  add(0, 0);
  find(at(20));
  const entry = run(validateCache(network, own, cache));
  expect(word(Psref.target(Cache.psref(cache)))).toBe(Entry.target(entry));
  const deletion = deleteRoute(network, other, { family: "v4", address: 0, length: 0 });
  expect(() => run(deletion)).toThrow("the wait for it never ends");
  expect(word(Entry.serial(entry))).toBe(1);
  run(unrefRoute(network, own, cache, entry));
  expect(word(Psref.target(Cache.psref(cache)))).toBe(NIL);
  expect(() => run(unrefRoute(network, own, cache, NIL))).not.toThrow();
});

test("an lwp waits while its entry is changed, and a soft interrupt finds none meanwhile", () => {
  const { add, find, run, network, own, other, cache, second, use } = setUp();
  add(0, 0);
  find(at(20));
  const entry = run(beginChange(network, other, { family: "v4", address: 0, length: 0 }));
  expect(() => run(validateCache(network, own, cache))).toThrow("the wait for it never ends");
  expect(() => run(lookupCache(network, own, second, at(20)))).toThrow("the wait for it never ends");
  const interrupt = { ...own, inInterrupt: true };
  expect(use(validateCache(network, interrupt, cache))).toBe(0);
  expect(run(lookupCache(network, interrupt, cache, at(20)))).toEqual({ entry: NIL, isHit: false });
  run(endChange(network, other, network.v4, entry, 5));
  expect(find(at(20))).toEqual({ serial: 1, isHit: false });
  expect(find(at(20)).isHit).toBe(true);
});

test("addresses come from the pool of their family, and are copied within it only", () => {
  const { run, network, word, live } = setUp({ sockaddrsMax: 1 });
  const sockaddr = run(allocateSockaddr(network, "v6"));
  expect([word(Sockaddr.family(sockaddr)), live(network.sockaddrs.v6), live(network.sockaddrs.v4)]).toEqual([
    FAMILY.v6,
    1,
    0,
  ]);
  expect(run(allocateSockaddr(network, "v6"))).toBe(NIL);
  expect(() => run(copySockaddr(sockaddr, at(1)))).toThrow("an address is copied to one of its own family");
});

test("moving a cache moves its place on the chain, and leaves nothing behind", () => {
  const { add, find, run, network, own, cache, second, use, word, destination, live } = setUp();
  add(0, 0);
  find(at(20));
  find(at(21), second);
  const { sockaddrs } = network;
  run(moveCache(network, second, cache));
  expect([destination(), destination(second)]).toEqual([undefined, at(20)]);
  expect([word(Domain.caches(network.v4)), word(Cache.next(second)), word(Cache.entry(cache))]).toEqual([
    second,
    NIL,
    NIL,
  ]);
  expect(live(sockaddrs.v4)).toBe(2);
  expect(use(validateCache(network, own, second), second)).toBe(1);
  add(20, 8);
  run(moveCache(network, cache, second));
  expect(destination()).toEqual(at(20));
  expect(use(validateCache(network, own, cache))).toBe(0);
  expect(word(Domain.caches(network.v4))).toBe(NIL);
  run(moveCache(network, cache, second)); // from a cache without destination
  expect(destination()).toBeUndefined();
  expect(live(sockaddrs.v4)).toBe(2);
  expect(() => run(moveCache(network, cache, cache))).toThrow("a cache is moved to another");
});
