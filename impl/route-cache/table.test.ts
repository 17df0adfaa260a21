import { expect, test } from "vitest";
import type { RoutePrefix } from "#model/route-cache/route-address.ts";
import { type Access, type Address, NIL } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { placeLwp } from "../sync/cpu.ts";
import { DelayedWork, WORK_STATE } from "../sync/delayed-work.ts";
import { assignAddress, removeAddress } from "./address-list.ts";
import { attachInterface } from "./interface.ts";
import { Domain, Entry, ENTRY_FLAG, InterfaceAddress, Sockaddr } from "./layout.ts";
import { createNetwork } from "./network.ts";
import {
  addRoute,
  beginChange,
  deleteRoute,
  disposeOfDead,
  endChange,
  findRoute,
  type NewRoute,
  releaseRoute,
} from "./table.ts";

const prefix = (address: number, length: number): RoutePrefix => ({ family: "v4", address, length });

function setUp({ entriesMax = 8, sockaddrsMax = 20, hasSoftnetLock = false } = {}) {
  const heap = createHeap(1000);
  const network = createNetwork(heap, {
    cpuCount: 1,
    entriesMax,
    sockaddrsMax,
    interfacesMax: 2,
    addressesMax: 2,
    hasSoftnetLock,
  });
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  const own = { lwp: placeLwp(heap, "lwp", 0), inInterrupt: false };
  const word = (address: Address): number => heap.words[address] ?? 0;
  return {
    network,
    run,
    own,
    interrupt: { ...own, inInterrupt: true },
    word,
    add: (at: RoutePrefix, more: Partial<NewRoute> = {}) =>
      run(addRoute(network, { prefix: at, interface: 1, flags: 0, ...more })),
    remove: (at: RoutePrefix, serial?: number) => run(deleteRoute(network, own, at, serial)),
    table: () => {
      const found: string[] = [];
      for (let entry = word(Domain.routes(network.v4)); entry !== NIL; entry = word(Entry.next(entry)))
        found.push(`${word(Sockaddr.address(word(Entry.key(entry))))}/${word(Entry.length(entry))}`);
      return found;
    },
    live: () => [network.entries, network.sockaddrs.v4, network.sockaddrs.v6].map((slab) => word(Slab.live(slab))),
  };
}

test("the table has the longest prefixes first, and each prefix once", () => {
  const { add, table, live } = setUp();
  for (const at of [prefix(16, 4), prefix(20, 8), prefix(0, 0), prefix(32, 4), prefix(21, 8)])
    expect(add(at).error).toBe(0);
  expect(table()).toEqual(["21/8", "20/8", "32/4", "16/4", "0/0"]);
  const before = live();
  expect(add(prefix(16, 4))).toEqual({ error: 17 });
  expect(live()).toEqual(before);
  expect(add(prefix(16, 5))).toEqual({ error: 0, serial: 6 });
});

test("a deletion takes the entry with that prefix and, if given, that serial number", () => {
  const { add, remove, table, live } = setUp();
  for (const at of [prefix(16, 4), prefix(20, 8), prefix(0, 0)]) add(at);
  expect([remove(prefix(16, 5)), remove(prefix(20, 4)), remove(prefix(21, 8))]).toEqual([false, false, false]);
  expect([remove(prefix(16, 4), 2), remove(prefix(16, 4), 1)]).toEqual([false, true]);
  expect(table()).toEqual(["20/8", "0/0"]);
  expect(remove(prefix(0, 0))).toBe(true);
  expect(remove(prefix(20, 8))).toBe(true);
  expect(table()).toEqual([]);
  expect(live()).toEqual([0, 0, 0]);
});

test("a deleted entry is no longer up; the deletion waits for readers, then holders, then passive references", () => {
  const { add, network, own, run, word } = setUp();
  add(prefix(20, 8));
  const entry = word(Domain.routes(network.v4));
  const log: string[] = [];
  run(recorded(deleteRoute(network, own, prefix(20, 8)), log));
  expect(word(Entry.flags(entry)) & ENTRY_FLAG.up).toBe(0);
  const waits = log.filter(
    (name) => name === "synchronizeRcu" || name === "awaitEqual" || name === "mutexLock" || name === "spinUnlock",
  );
  expect(waits.slice(0, 5)).toEqual(["spinUnlock", "awaitEqual", "synchronizeRcu", "awaitEqual", "mutexLock"]);
});

test("a soft interrupt leaves the entries it deletes to the worker", () => {
  const { add, network, own, interrupt, run, live, word, table } = setUp();
  for (const at of [prefix(20, 8), prefix(21, 8)]) add(at);
  for (const at of [prefix(20, 8), prefix(21, 8)]) expect(run(deleteRoute(network, interrupt, at))).toBe(true);
  expect(table()).toEqual([]);
  expect(live()).toEqual([2, 2, 0]);
  expect(word(DelayedWork.state(network.deadWork))).toBe(WORK_STATE.queued);
  run(disposeOfDead(network, own));
  expect(live()).toEqual([0, 0, 0]);
  expect(word(Domain.dead(network.v4))).toBe(NIL);
  run(disposeOfDead(network, own)); // and a worker without work does nothing
});

test("a counted reference keeps its entry, and its release needs no second one", () => {
  const { add, network, own, run, word, live } = setUp();
  add(prefix(16, 4));
  const entry = run(findRoute(network, own, { family: "v4", address: 20, scope: 0 }));
  expect(word(Entry.refcount(entry))).toBe(1);
  expect(() => run(deleteRoute(network, own, prefix(16, 4)))).toThrow("the wait for it never ends");
  expect(live()[0]).toBe(1);
  const log: string[] = [];
  run(recorded(releaseRoute(entry), log));
  expect(log).toEqual(["smpMbBeforeAtomic", "atomicAdd"]);
  expect(word(Entry.refcount(entry))).toBe(0);
  expect(run(findRoute(network, own, { family: "v4", address: 99, scope: 0 }))).toBe(NIL);
  expect(word(Domain.lock(network.v4))).toBe(0);
});

test("a route that cannot be created leaves nothing behind, whichever memory is lacking", () => {
  const without = setUp({ entriesMax: 1, sockaddrsMax: 3 });
  without.add(prefix(0, 0));
  expect(without.add(prefix(20, 8))).toEqual({ error: 12 });
  expect(without.live()).toEqual([1, 1, 0]);
  const noKey = setUp({ sockaddrsMax: 1 });
  noKey.add(prefix(0, 0));
  expect(noKey.add(prefix(20, 8))).toEqual({ error: 12 });
  expect(noKey.live()).toEqual([1, 1, 0]);
  const noGateway = setUp({ sockaddrsMax: 2 });
  noGateway.add(prefix(0, 0));
  expect(noGateway.add(prefix(20, 8), { gateway: { family: "v4", address: 2, scope: 0 } })).toEqual({ error: 12 });
  expect(noGateway.live()).toEqual([1, 1, 0]);
  const noSource = setUp();
  expect(noSource.add(prefix(20, 8), { gateway: { family: "v6", address: 2, scope: 0 }, source: 33 })).toEqual({
    error: 49,
  });
  expect(noSource.add(prefix(20, 8), { source: 33 })).toEqual({ error: 49 });
  expect(noSource.live()).toEqual([0, 0, 0]);
});

test("a route with a gateway and a source owns one of each, and gives them back", () => {
  const { add, remove, network, run, own, word, live } = setUp();
  run(attachInterface(network, 2, true));
  run(assignAddress(network, { address: 33, interface: 2, flags: 0 }));
  add(prefix(20, 8), { gateway: { family: "v6", address: 2, scope: 1 }, source: 33 });
  const entry = word(Domain.routes(network.v4));
  const source = word(Entry.source(entry)) - InterfaceAddress.refcount(0);
  expect([word(InterfaceAddress.address(source)), word(InterfaceAddress.refcount(source))]).toEqual([33, 2]);
  expect(word(Entry.flags(entry))).toBe(ENTRY_FLAG.up | ENTRY_FLAG.gateway);
  expect(live()).toEqual([1, 1, 1]);
  run(removeAddress(network, own, 33));
  // The route keeps it.
  expect([word(Slab.live(network.addressSlab)), word(InterfaceAddress.refcount(source))]).toEqual([1, 1]);
  remove(prefix(20, 8));
  expect([...live(), word(Slab.live(network.addressSlab))]).toEqual([0, 0, 0, 0]);
});

test("a change gives the entry another interface once it is unused, and ends for all threads at once", () => {
  const { add, network, own, run, word } = setUp();
  add(prefix(20, 8));
  const entry = run(beginChange(network, own, prefix(20, 8)));
  expect([word(Domain.updating(network.v4)), word(Entry.refcount(entry)), word(Entry.flags(entry))]).toEqual([
    entry,
    1,
    ENTRY_FLAG.up | ENTRY_FLAG.updating,
  ]);
  expect(() => run(beginChange(network, own, prefix(20, 8)))).toThrow("the wait for it never ends");
  expect(() => run(findRoute(network, own, { family: "v4", address: 20, scope: 0 }))).toThrow(
    "the wait for it never ends",
  );
  run(endChange(network, own, network.v4, entry, 5));
  expect([
    word(Domain.updating(network.v4)),
    word(Entry.refcount(entry)),
    word(Entry.flags(entry)),
    word(Entry.interface(entry)),
  ]).toEqual([NIL, 0, ENTRY_FLAG.up, 5]);
  expect(run(beginChange(network, own, prefix(21, 8)))).toBe(NIL);
  expect([word(Domain.updating(network.v4)), word(Domain.lock(network.v4))]).toEqual([NIL, 0]);
});

test("a change waits for counted holders of the entry, and never runs in a soft interrupt", () => {
  const { add, network, own, interrupt, run } = setUp();
  add(prefix(20, 8));
  run(findRoute(network, own, { family: "v4", address: 20, scope: 0 }));
  const entry = run(beginChange(network, own, prefix(20, 8)));
  expect(() => run(endChange(network, own, network.v4, entry, 5))).toThrow("the wait for it never ends");
  expect(() => run(beginChange(network, interrupt, prefix(20, 8)))).toThrow(
    "no soft interrupt changes a route, which waits for its users",
  );
});

test("a soft interrupt does not find a route that is being changed", () => {
  const { add, network, own, interrupt, run, word } = setUp();
  add(prefix(0, 0));
  run(beginChange(network, own, prefix(0, 0)));
  expect(run(findRoute(network, interrupt, { family: "v4", address: 20, scope: 0 }))).toBe(NIL);
  expect(word(Domain.lock(network.v4))).toBe(0);
});

test("under the big lock a deletion never waits", () => {
  const { add, network, own, run, live } = setUp({ hasSoftnetLock: true });
  add(prefix(20, 8));
  const log: string[] = [];
  run(recorded(deleteRoute(network, own, prefix(20, 8)), log));
  expect(log.filter((name) => name.startsWith("await") || name === "synchronizeRcu" || name === "mutexLock")).toEqual(
    [],
  );
  expect(live()).toEqual([0, 0, 0]);
});
