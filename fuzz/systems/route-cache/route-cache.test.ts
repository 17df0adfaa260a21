import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { assignAddress } from "#impl/route-cache/address-list.ts";
import { attachInterface } from "#impl/route-cache/interface.ts";
import { ADDRESS_FLAG, MulticastOptions } from "#impl/route-cache/layout.ts";
import { createNetwork, placeCache } from "#impl/route-cache/network.ts";
import { selectSource } from "#impl/route-cache/select-source.ts";
import { placeLwp } from "#impl/sync/cpu.ts";
import { Psref } from "#impl/sync/psref.ts";
import { bestSource } from "#model/route-cache/source-selection.ts";
import { parsePrefix, parseRouteAddress } from "./route-arguments.ts";
import { routeCache } from "./route-cache.ts";
import type { RouteCacheScenarioOperation } from "./route-cache-table.ts";
import { routeCacheSmallScope } from "./route-cache-small-scope.ts";
import { parseScenario } from "../parse-scenario.ts";
import type { Scenario } from "../scenario.ts";

type Operation = RouteCacheScenarioOperation;

const scenarioOf = (
  operations: readonly Operation[],
  more: Partial<Scenario<Operation>> = {},
): Scenario<Operation> => ({
  name: "tried",
  system: "route-cache",
  initial: [],
  threads: [{ name: "only", operations }],
  ...more,
});

/** Number of accesses made by one thread; asserts that there is no violation. */
function accessesOf(operations: readonly Operation[], more: Partial<Scenario<Operation>> = {}): number {
  const machine = new Machine(routeCache.compile(parseScenario(routeCache, scenarioOf(operations, more))));
  expect(machine.run(randomWalk(1))).toBeUndefined();
  return machine.steps;
}

const DEFAULT: Operation = { kind: "add", route: "v4/0/0", interface: 1 };
const LOOKUP: Operation = { kind: "lookup", cache: "a", to: "v4/20" };

test("addresses and prefixes are read from text", () => {
  expect(parseRouteAddress("v4/20")).toEqual({ family: "v4", address: 20, scope: 0 });
  expect(parseRouteAddress("v6/224%2")).toEqual({ family: "v6", address: 224, scope: 2 });
  expect(parsePrefix("v6/16/4")).toEqual({ family: "v6", address: 16, length: 4 });
});

test("errors in an operation are reported", () => {
  const wrong = (operation: object) => () => parseScenario(routeCache, { ...scenarioOf([]), initial: [operation] });
  expect(wrong({ ...LOOKUP, to: "v4/256" })).toThrow('initial.0.to: must be "v4/" or "v6/" and a number up to 255');
  expect(wrong({ ...LOOKUP, to: "v4/20%2" })).toThrow("initial.0.to: must be");
  expect(wrong({ ...DEFAULT, route: "v4/21/4" })).toThrow("initial.0.route: must have no bits set beyond its length");
  expect(wrong({ ...DEFAULT, route: "v4/16/9" })).toThrow("initial.0.route: must be a family");
  expect(wrong({ kind: "assign", address: "v6/0", interface: 2 })).toThrow("initial.0.address: must be");
  expect(wrong({ kind: "attach", interface: 8 })).toThrow("initial.0.interface: ");
});

test("more threads, or routes, than responses can distinguish are refused", () => {
  const threads = Array.from({ length: 9 }, (_, index) => ({ name: `thread ${index}`, operations: [] }));
  expect(() => routeCache.compile(scenarioOf([], { threads }))).toThrow("tried: it has 9 threads, and may have 8");
  const additions = Array.from({ length: 31 }, (_, index): Operation => ({
    kind: "add",
    route: `v4/${index}/8`,
    interface: 1,
  }));
  expect(() => routeCache.compile(scenarioOf(additions))).not.toThrow();
  expect(() => routeCache.compile(scenarioOf([...additions, DEFAULT]))).toThrow(
    "tried: it may make 32 routes, and responses can name 31",
  );
  const cloning: Operation = { kind: "add", route: "v4/0/0", interface: 1, cloning: true };
  expect(() => routeCache.compile(scenarioOf([cloning, ...Array.from({ length: 31 }, () => LOOKUP)]))).toThrow(
    "tried: it may make 32 routes",
  );
});

test("operations that have nothing to work on do nothing", () => {
  expect(
    accessesOf([{ kind: "release" }, { kind: "copy", cache: "a", from: "a" }, { kind: "move", cache: "b", from: "b" }]),
  ).toBe(0);
  const held: Operation[] = [{ kind: "validate", cache: "a" }];
  const initial: Operation[] = [DEFAULT, LOOKUP];
  const waiting: Operation[] = [
    { kind: "delete", route: "v4/0/0" },
    { kind: "validate", cache: "b" },
    { kind: "change", route: "v4/0/0", interface: 2 },
    LOOKUP,
  ];
  expect(accessesOf([...held, ...waiting], { initial })).toBe(accessesOf(held, { initial }));
  expect(accessesOf([{ kind: "change", route: "v4/9/8", interface: 2 }])).toBeGreaterThan(0); // no such route
});

test("a thread that ends drops the references it holds", () => {
  const initial: Operation[] = [DEFAULT, LOOKUP];
  const held = accessesOf([{ kind: "validate", cache: "a" }], { initial });
  expect(held).toBe(accessesOf([{ kind: "validate", cache: "a" }, { kind: "release" }], { initial }));
  for (const softnetLock of [0, 1])
    expect(accessesOf([{ kind: "find", to: "v4/20" }], { initial, limits: { softnetLock } })).toBeGreaterThan(0);
});

test("initial operations on caches are performed for every thread, and leave no reference", () => {
  const threads = ["one", "two"].map((name) => ({ name, operations: [{ kind: "validate", cache: "a" } as const] }));
  const compile = (initial: Operation[]) => new Machine(routeCache.compile(scenarioOf([], { threads, initial })));
  const machine = compile([DEFAULT, LOOKUP, { kind: "validate", cache: "a" }, { kind: "find", to: "v4/20" }]);
  expect(machine.run(randomWalk(1))).toBeUndefined();
  const empty = compile([]);
  expect(empty.run(randomWalk(1))).toBeUndefined();
  expect(machine.steps).toBeGreaterThan(empty.steps);
});

test("there is a worker if soft interrupts delete, and only the threads otherwise", () => {
  const names = (inInterrupt: boolean) =>
    routeCache.compile(scenarioOf([{ kind: "delete", route: "v4/0/0", inInterrupt }])).threads.map(({ name }) => name);
  expect([names(false), names(true)]).toEqual([["only"], ["only", "route worker"]]);
});

test("the worker disposes of routes deleted by a soft interrupt, with or without the big lock", () => {
  for (const softnetLock of [0, 1]) {
    expect(
      accessesOf([{ kind: "delete", route: "v4/0/0", inInterrupt: true }], {
        initial: [DEFAULT],
        limits: { softnetLock },
      }),
    ).toBeGreaterThan(
      accessesOf([{ kind: "delete", route: "v4/1/8", inInterrupt: true }], {
        initial: [DEFAULT],
        limits: { softnetLock },
      }) + 10,
    );
  }
});

test("an initial lookup that lacks memory leaves its cache empty, also in the model", () => {
  const threads = ["one", "two"].map((name) => ({ name, operations: [{ kind: "destination", cache: "a" } as const] }));
  const machine = new Machine(
    routeCache.compile(scenarioOf([], { threads, initial: [LOOKUP], limits: { sockaddrsMax: 1 } })),
  );
  expect(machine.run(randomWalk(1))).toBeUndefined();
});

test("certificates enumerate hosts, and the two operations that concern no host", () => {
  expect(
    routeCacheSmallScope
      .operationsOn(3)
      .map((operation) => ("to" in operation ? operation.to : "route" in operation ? operation.route : "")),
  ).toEqual(["v4/3", "v4/3/8", "v4/3/8"]);
  expect(routeCacheSmallScope.otherOperations.map(({ kind }) => kind)).toEqual(["validate", "release"]);
  expect(routeCacheSmallScope.initialContents(2)).toHaveLength(5);
  const [validate, release] = routeCacheSmallScope.otherOperations;
  if (validate === undefined || release === undefined) throw new Error("there are two");
  const isIdle = (operation: Operation, ...before: Operation[]) => routeCacheSmallScope.isIdle?.(operation, before);
  expect([
    isIdle(release),
    isIdle(release, validate),
    isIdle(release, validate, release),
    isIdle(release, validate, DEFAULT),
    isIdle(validate, validate),
    isIdle(LOOKUP),
  ]).toEqual([true, false, true, false, false, false]);
});

test("the source address that the implementation chooses is the best by the model's rules", () => {
  const flags = {
    "": 0,
    deprecated: ADDRESS_FLAG.deprecated,
    temporary: ADDRESS_FLAG.temporary,
    anycast: ADDRESS_FLAG.anycast,
  };
  const number = fc.oneof(
    fc.constantFrom(1, 2, 127, 128, 223, 224, 225, 239, 240, 247, 248),
    fc.integer({ min: 1, max: 255 }),
  );
  const own = fc.record({
    address: number,
    interface: fc.integer({ min: 1, max: 3 }),
    is: fc.constantFrom("", "deprecated", "temporary", "anycast"),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(own, { selector: ({ address }) => address, maxLength: 6 }),
      number,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 7 }),
      (addresses, to, outgoing, up) => {
        const heap = createHeap(400);
        const network = createNetwork(heap, {
          cpuCount: 1,
          entriesMax: 1,
          sockaddrsMax: 1,
          interfacesMax: 3,
          addressesMax: 6,
          hasSoftnetLock: false,
        });
        const isUp = (index: number) => ((up >> (index - 1)) & 1) === 1;
        for (const index of [1, 2, 3]) runAlone(heap, attachInterface(network, index, isUp(index)));
        for (const { address, interface: index, is } of addresses)
          runAlone(heap, assignAddress(network, { address, interface: index, flags: flags[is] }));
        const caches = { cache: placeCache(heap, "cache"), nextHopCache: placeCache(heap, "nextHop") };
        const options = {
          interface: outgoing,
          multicast: place(heap, MulticastOptions, "multicast"),
          nextHopCache: caches.nextHopCache,
        };
        const runner = { lwp: placeLwp(heap, "lwp", 0), inInterrupt: false };
        const chosen = runAlone(
          heap,
          selectSource(
            network,
            runner,
            { family: "v6", address: to, scope: 0 },
            options,
            caches.cache,
            place(heap, Psref, "record"),
          ),
        );
        const candidates = addresses.map(({ address, interface: index, is }) => ({
          address,
          interface: index,
          deprecated: is === "deprecated",
          temporary: is === "temporary",
          notReady: is === "anycast",
          isUp: isUp(index),
        }));
        expect(chosen.address).toBe(bestSource(candidates, to, outgoing));
        expect(chosen.error).toBe(chosen.address === 0 ? 49 : 0);
      },
    ),
    { seed: 5, numRuns: 250 },
  );
});
