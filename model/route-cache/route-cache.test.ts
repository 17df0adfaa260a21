import { expect, test } from "vitest";
import { routeAddress, routePrefix } from "./route-address.ts";
import {
  addressWord,
  createRouteCacheModel,
  errorWord,
  lostWord,
  NOBODY,
  type RouteCacheSpecification,
  type RouteOperation,
  SKIPPED,
  UNKNOWN,
} from "./route-cache.ts";
import type { RouteCacheState, RouteRecord } from "./route-table.ts";

const specification: RouteCacheSpecification = {
  entriesMax: 10,
  sockaddrsMax: 20,
  slack: 0,
  isDeferred: false,
  threadCount: 2,
};

type Step = readonly [RouteOperation, number];

/** The state after these steps, which must all be possible in one way; undefined at the first that is not. */
function after(
  steps: readonly Step[],
  changed: Partial<RouteCacheSpecification> = {},
): { state: RouteCacheState; may(operation: RouteOperation): number[] } | undefined {
  const model = createRouteCacheModel({ ...specification, ...changed });
  let state = model.initial;
  for (const [operation, response] of steps) {
    const next = model.next(state, operation, response);
    if (next[0] === undefined) return undefined;
    expect(next).toHaveLength(1);
    state = next[0];
  }
  return { state, may: (operation) => (model.outcomes?.(state, operation) ?? []).map(({ response }) => response) };
}

const host = routeAddress("v4", 20);
const add = (
  address: number,
  length: number,
  more: Partial<RouteRecord> = {},
  family: "v4" | "v6" = "v4",
): RouteOperation => ({ kind: "add", route: { prefix: routePrefix(family, address, length), interface: 1, ...more } });
const remove = (address: number, length: number): RouteOperation => ({
  kind: "delete",
  prefix: routePrefix("v4", address, length),
});
const lookup = (to = host, cache = "0a", inInterrupt = false): RouteOperation => ({
  kind: "lookup",
  cache,
  to,
  inInterrupt,
});
const validate = (cache = "0a", holder = NOBODY, inInterrupt = false): RouteOperation => ({
  kind: "validate",
  cache,
  holder,
  inInterrupt,
});
const beginChange: RouteOperation = { kind: "beginChange", prefix: routePrefix("v4", 0, 0) };
const endChange: RouteOperation = { kind: "endChange", family: "v4", interface: 5 };
/** The route with this number, out of interface 1. */
const route = (serial: number, toInterface = 1): number => 8 * serial + toInterface;

test("a lookup returns the longest prefix, and whether the cache held it", () => {
  const routes: Step[] = [
    [add(0, 0), 1],
    [add(16, 4), 2],
    [add(20, 8), 3],
  ];
  expect(after(routes)?.may(lookup())).toEqual([2 * route(3)]);
  expect(after([...routes, [lookup(), 2 * route(3)]])?.may(lookup())).toEqual([2 * route(3) + 1]);
  expect(after(routes)?.may(lookup(routeAddress("v4", 21)))).toEqual([2 * route(2)]);
  expect(after(routes)?.may(lookup(routeAddress("v4", 99)))).toEqual([2 * route(1)]);
  expect(after(routes)?.may(lookup(routeAddress("v6", 20)))).toEqual([0]);
});

test("routes are numbered by family in the order of their addition, and each prefix exists once", () => {
  expect(
    after([
      [add(0, 0), 1],
      [add(0, 0, {}, "v6"), 1],
      [add(20, 8), 2],
      [remove(20, 8), 0],
    ])?.may(add(20, 8)),
  ).toEqual([3]);
  expect(after([[add(0, 0), 1]])?.may(add(0, 0))).toEqual([errorWord(17)]);
  expect(after([])?.may(remove(0, 0))).toEqual([3]);
});

test("a cache is valid until a route of its family is added or deleted", () => {
  const filled: Step[] = [
    [add(0, 0), 1],
    [add(99, 8), 2],
    [lookup(), 2 * route(1)],
  ];
  expect(after(filled)?.may(validate())).toEqual([route(1)]);
  expect(after([...filled, [add(0, 0, {}, "v6"), 1]])?.may(validate())).toEqual([route(1)]);
  expect(after([...filled, [add(98, 8), 3]])?.may(validate())).toEqual([0]);
  expect(after([...filled, [remove(99, 8), 0]])?.may(validate())).toEqual([0]);
  expect(after([...filled, [remove(99, 8), 0]])?.may(lookup())).toEqual([2 * route(1)]);
  expect(after([])?.may(validate())).toEqual([0]);
});

test("a check returns a valid cache's route, or the current one; an update looks up", () => {
  const stale: Step[] = [
    [add(0, 0), 1],
    [lookup(), 2 * route(1)],
    [add(20, 8), 2],
  ];
  expect(after(stale)?.may({ kind: "check", cache: "0a" })).toEqual([route(2)]);
  expect(after([...stale, [{ kind: "check", cache: "0a" }, route(2)]])?.may(validate())).toEqual([route(2)]);
  expect(after(stale.slice(0, 2))?.may({ kind: "check", cache: "0a" })).toEqual([route(1)]);
  expect(after(stale)?.may({ kind: "update", cache: "0a", clones: true })).toEqual([route(2)]);
  expect(after([])?.may({ kind: "update", cache: "0a", clones: true })).toEqual([0]);
});

test("caches keep, lose, copy and move their contents", () => {
  const filled: Step[] = [
    [add(0, 0), 1],
    [lookup(), 2 * route(1)],
  ];
  const destination = (cache: string): RouteOperation => ({ kind: "destination", cache });
  const cleared = after([...filled, [{ kind: "clear", cache: "0a" }, 0]]);
  expect([cleared?.may(validate()), cleared?.may(destination("0a"))]).toEqual([[0], [addressWord(host)]]);
  const freed = after([...filled, [{ kind: "free", cache: "0a" }, 0]]);
  expect([freed?.may(validate()), freed?.may(destination("0a"))]).toEqual([[0], [0]]);
  const copied = after([...filled, [{ kind: "copy", cache: "0b", from: "0a" }, 0]]);
  expect([copied?.may(validate("0a")), copied?.may(validate("0b")), copied?.may(destination("0b"))]).toEqual([
    [route(1)],
    [route(1)],
    [addressWord(host)],
  ]);
  const emptied = after([...filled, [{ kind: "copy", cache: "0a", from: "0b" }, 0]]);
  expect(emptied?.may(destination("0a"))).toEqual([0]);
  const moved = after([...filled, [{ kind: "move", cache: "0b", from: "0a" }, 0]]);
  expect([moved?.may(validate("0a")), moved?.may(destination("0a")), moved?.may(validate("0b"))]).toEqual([
    [0],
    [0],
    [route(1)],
  ]);
  const set = after([...filled, [{ kind: "setDestination", cache: "0a", to: routeAddress("v4", 9) }, 0]]);
  expect([set?.may(validate()), set?.may(destination("0a"))]).toEqual([[0], [addressWord(routeAddress("v4", 9))]]);
});

test("every destination has its own word", () => {
  const words = [
    undefined,
    routeAddress("v4", 0),
    routeAddress("v6", 0),
    routeAddress("v4", 1),
    routeAddress("v6", 0, 1),
    routeAddress("v6", 255),
  ].map(addressWord);
  expect(words).toEqual([0, 1, 2, 3, 514, 512]);
  expect([lostWord("v4", 3), lostWord("v6", 3)]).toEqual([6, 7]);
});

test("a released reference names the route as it was when taken", () => {
  const release: RouteOperation = { kind: "release", holder: 1 };
  const held = after([
    [add(0, 0), 1],
    [lookup(), 2 * route(1)],
    [validate("0a", 1), route(1)],
    [remove(0, 0), 0],
  ]);
  expect(held?.may(release)).toEqual([route(1)]);
  expect(
    after([
      [add(0, 0), 1],
      [{ kind: "find", to: host, holder: 1 }, route(1)],
      [release, route(1)],
    ])?.may(release),
  ).toEqual([0]);
  expect(
    after([
      [add(0, 0), 1],
      [{ kind: "find", to: host, holder: 0 }, route(1)],
    ])?.may(release),
  ).toEqual([0]);
});

test("while a route is changed lwps wait and soft interrupts find none", () => {
  const changing = after([
    [add(0, 0), 1],
    [lookup(), 2 * route(1)],
    [beginChange, 1],
  ]);
  const waiting: RouteOperation[] = [
    validate(),
    lookup(),
    lookup(host, "1a"),
    { kind: "check", cache: "0a" },
    { kind: "find", to: host, holder: 0 },
    { kind: "send", to: host },
    beginChange,
  ];
  for (const operation of waiting) expect(changing?.may(operation), operation.kind).toEqual([]);
  expect([
    changing?.may(validate("0a", NOBODY, true)),
    changing?.may(lookup(host, "0a", true)),
    changing?.may(lookup(host, "1a", true)),
  ]).toEqual([[0], [0], [0]]);
  const changed = after([
    [add(0, 0), 1],
    [lookup(), 2 * route(1)],
    [beginChange, 1],
    [endChange, 0],
  ]);
  expect([changed?.may(validate()), changed?.may(lookup()), changed?.may(lookup(host, "0a", true))]).toEqual([
    [route(1, 5)],
    [2 * route(1, 5) + 1],
    [2 * route(1, 5)],
  ]);
  expect(after([[beginChange, 0]])?.may(beginChange)).toEqual([0]);
});

test("a route that is deleted while it is changed is gone afterwards", () => {
  const left = after([
    [add(0, 0), 1],
    [add(0, 0, {}, "v6"), 1],
    [beginChange, 1],
    [remove(0, 0), 0],
    [endChange, 0],
  ]);
  expect(left?.state.routes.map(({ prefix, interface: index }) => [prefix.family, index])).toEqual([["v6", 1]]);
  expect(left?.state.updating).toEqual({ v4: 0, v6: 0 });
});

test("a cloning route is cloned for a host, with its source, unless it is the host's own", () => {
  const cloning: Step[] = [[add(0, 0, { cloning: true, source: 33 }), 1]];
  expect(after(cloning)?.may(lookup())).toEqual([2 * route(2)]);
  const cloned = after([...cloning, [lookup(), 2 * route(2)]]);
  expect(
    cloned?.state.routes.map(({ serial, prefix, source, cloning: clones }) => [serial, prefix.length, source, clones]),
  ).toEqual([
    [2, 8, 33, undefined],
    [1, 0, 33, true],
  ]);
  expect([cloned?.may(lookup()), cloned?.may({ kind: "send", to: routeAddress("v4", 21) })]).toEqual([
    [2 * route(2) + 1],
    [route(3)],
  ]);
  const set: Step[] = [...cloning, [{ kind: "setDestination", cache: "0a", to: host }, 0]];
  expect(after(set)?.may({ kind: "update", cache: "0a", clones: false })).toEqual([route(1)]);
  expect(after([[add(20, 8, { cloning: true }), 1]])?.may(lookup())).toEqual([2 * route(1)]);
});

test("a clone invalidates the other caches", () => {
  const steps: Step[] = [
    [add(0, 0, { cloning: true }), 1],
    [lookup(), 2 * route(2)],
    [lookup(routeAddress("v4", 21), "1a"), 2 * route(3)],
  ];
  expect([after(steps)?.may(validate("0a")), after(steps)?.may(validate("1a"))]).toEqual([[0], [route(3)]]);
});

test("operations may lack memory when the pools can be full, and not before", () => {
  const two: Step[] = [
    [add(0, 0), 1],
    [{ kind: "setDestination", cache: "1a", to: host }, 0],
  ];
  const full = after(two, { sockaddrsMax: 2 });
  expect(full?.may({ kind: "setDestination", cache: "0a", to: host })).toEqual([0, 12]);
  expect(full?.may({ kind: "setDestination", cache: "1a", to: routeAddress("v4", 9) })).toEqual([0]); // in its place
  expect(full?.may({ kind: "setDestination", cache: "0a", to: routeAddress("v6", 9) })).toEqual([0]);
  expect(full?.may(lookup())).toEqual([2 * route(1), 0]);
  expect(full?.may({ kind: "send", to: host })).toEqual([0, route(1)]);
  expect(full?.may(add(20, 8))).toEqual([errorWord(12), 2]);
  expect(full?.may(add(0, 0))).toEqual([errorWord(12), errorWord(17)]);
  expect(full?.may({ kind: "copy", cache: "0a", from: "1a" })).toEqual([0, 0]);
  expect(full?.may({ kind: "copy", cache: "1a", from: "0a" })).toEqual([0]);
  expect(after(two, { sockaddrsMax: 3 })?.may(add(20, 8))).toEqual([2]);
  expect(after(two, { sockaddrsMax: 3 })?.may(add(20, 8, { gateway: "v4" }))).toEqual([errorWord(12), 2]);
  expect(after(two, { sockaddrsMax: 3 })?.may(add(20, 8, { gateway: "v6" }))).toEqual([2]);
  expect(after(two, { entriesMax: 1 })?.may(add(20, 8))).toEqual([errorWord(12), 2]);
  expect(after(two, { sockaddrsMax: 3, slack: 1 })?.may(add(20, 8))).toEqual([errorWord(12), 2]);
});

test("a gateway takes an address of its family", () => {
  const gateway: Step[] = [[add(0, 0, { gateway: "v6" }), 1]];
  expect(
    after(gateway, { sockaddrsMax: 1 })?.may({ kind: "setDestination", cache: "0a", to: routeAddress("v6", 9) }),
  ).toEqual([0, 12]);
  expect(
    after(gateway, { sockaddrsMax: 2 })?.may({ kind: "setDestination", cache: "0a", to: routeAddress("v6", 9) }),
  ).toEqual([0]);
});

test("a clone that may lack memory may be given up", () => {
  const cloning: Step[] = [[add(0, 0, { cloning: true }), 1]];
  expect(after(cloning, { entriesMax: 1 })?.may(lookup())).toEqual([2 * route(2), 2 * route(1)]);
  expect(after(cloning, { sockaddrsMax: 2 })?.may(lookup())).toEqual([2 * route(2), 2 * route(1)]);
});

test("deleted objects may still be in use if deletions are deferred", () => {
  const gone: Step[] = [
    [add(0, 0), 1],
    [remove(0, 0), 0],
  ];
  expect(after(gone, { entriesMax: 1 })?.may(add(0, 0))).toEqual([2]);
  expect(after(gone, { entriesMax: 1, isDeferred: true })?.may(add(0, 0))).toEqual([errorWord(12), 2]);
  expect(after(gone, { sockaddrsMax: 2, isDeferred: true })?.may(add(0, 0))).toEqual([errorWord(12), 2]);
});

test("a loss deletes any one route, or none", () => {
  const steps: Step[] = [
    [add(0, 0), 1],
    [add(0, 0, {}, "v6"), 1],
    [lookup(), 2 * route(1)],
  ];
  expect(after(steps)?.may({ kind: "lose" })).toEqual([0, lostWord("v4", 1), lostWord("v6", 1)]);
  expect(after([...steps, [{ kind: "lose" }, lostWord("v4", 1)]])?.may(validate())).toEqual([0]);
  expect(after([...steps, [{ kind: "lose" }, lostWord("v6", 1)]])?.may(validate())).toEqual([route(1)]);
});

// Interfaces, addresses and selections.

const attach = (index: number, isUp = true): RouteOperation => ({ kind: "attach", index, isUp });
const assign = (address: number, index: number, notReady = false): RouteOperation => ({
  kind: "assign",
  address: { address, interface: index, deprecated: false, temporary: false, notReady },
});

test("interfaces and addresses come and go", () => {
  const two: Step[] = [
    [attach(2), 1],
    [attach(3), 2],
  ];
  expect(after(two)?.may(attach(2))).toEqual([errorWord(17)]);
  expect(after(two)?.may({ kind: "detach", index: 4 })).toEqual([6]);
  const assigned: Step[] = [...two, [assign(33, 2), 0], [assign(34, 3), 0]];
  expect([
    after(assigned)?.may(assign(33, 3)),
    after(assigned)?.may(assign(35, 4)),
    after(assigned)?.may({ kind: "remove", address: 35 }),
  ]).toEqual([[17], [6], [49]]);
  const left = after([
    ...assigned,
    [{ kind: "detach", index: 2 }, 0],
    [{ kind: "remove", address: 34 }, 0],
    [attach(2), 3],
  ]);
  expect([left?.state.addresses, left?.state.interfaces.map(({ index, serial }) => [index, serial])]).toEqual([
    [],
    [
      [2, 3],
      [3, 2],
    ],
  ]);
  expect(left?.state.owners).toEqual([2 * 256 + 33, 3 * 256 + 34]);
});

test("steps of a call may be skipped, or return the state at their time", () => {
  const state = after([
    [attach(2), 1],
    [attach(3, false), 2],
    [assign(33, 2), 0],
    [assign(34, 2, true), 0],
  ]);
  expect(state?.may({ kind: "interfaceUsed" })).toEqual([SKIPPED, 64 * 2 + 1, 64 * 3 + 2]);
  expect([33, 34, 35].map((address) => state?.may({ kind: "holdsSource", address }))).toEqual([
    [SKIPPED, 1],
    [SKIPPED, 1],
    [SKIPPED, 0],
  ]);
  expect([33, 34, 35].map((address) => state?.may({ kind: "isReadySource", address }))).toEqual([
    [SKIPPED, 1],
    [SKIPPED, 0],
    [SKIPPED, 0],
  ]);
  expect(state?.may({ kind: "sourceOn", to: 40 })).toEqual([
    SKIPPED,
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((index) => 256 * index + 33),
  ]);
  expect(state?.may(add(0, 0, { source: 33 }, "v6"))).toEqual([SKIPPED, 1]);
});

const to = routeAddress("v6", 40, 2);
const caches = { cache: "0a", nextHopCache: "0n", to };

test("a selected route is that of the destination without its scope, subject to the demands", () => {
  const routes: Step[] = [
    [add(0, 0, { interface: 2 }, "v6"), 1],
    [add(50, 8, { gateway: "v6" }, "v6"), 2],
    [add(51, 8, { interface: 3 }, "v6"), 3],
  ];
  const may = (demands: object, steps = routes) => after(steps)?.may({ kind: "selectRoute", ...caches, ...demands });
  expect(may({})).toEqual([route(1, 2)]);
  expect(may({}, [])).toEqual([256 * 65]);
  expect([may({ outgoing: 2 }), may({ outgoing: 3 })]).toEqual([[route(1, 2)], [256 * 65]]);
  expect(may({ nextHop: routeAddress("v4", 1) })).toEqual([256 * 47]);
  expect(may({ nextHop: routeAddress("v6", 50) })).toEqual([256 * 65]);
  expect(may({ nextHop: routeAddress("v6", 51) })).toEqual([route(3, 3)]);
  expect(may({ nextHop: routeAddress("v6", 51) }, [])).toEqual([256 * 65]);
  expect(may({ outgoing: 3 }, [[add(0, 0, {}, "v6"), 1]])).toEqual([route(1)]); // the loopback interface is acceptable
  const selected = after([
    ...routes,
    [{ kind: "selectRoute", ...caches }, route(1, 2)],
    [{ kind: "selectRoute", ...caches, nextHop: routeAddress("v6", 50) }, 256 * 65],
  ]);
  expect(selected?.state.caches).toEqual({
    "0a": { destination: routeAddress("v6", 40), route: 1 },
    "0n": { route: 0 },
  });
});

test("a route leads to its interface, or to that of its source address, or to an error", () => {
  const may = (more: Partial<RouteRecord>, length = 8) =>
    after([
      [attach(3), 1],
      [assign(33, 3), 0],
      [add(length === 8 ? 40 : 0, length, { interface: 2, ...more }, "v6"), 1],
    ])?.may({ kind: "routeTo", ...caches });
  expect(may({})).toEqual([SKIPPED, UNKNOWN, 2]);
  expect(may({ source: 33 })).toEqual([SKIPPED, UNKNOWN, 2, 3]);
  expect(may({ source: 34 })).toEqual([SKIPPED, UNKNOWN, 2]);
  expect(may({ reject: true })).toEqual([SKIPPED, UNKNOWN, errorWord(65)]);
  expect(may({ reject: true }, 0)).toEqual([SKIPPED, UNKNOWN, errorWord(51)]);
  expect(after([])?.may({ kind: "routeTo", ...caches })).toEqual([SKIPPED, UNKNOWN, errorWord(65)]);
});

test("states have equal keys exactly if no operation distinguishes them", () => {
  const model = createRouteCacheModel(specification);
  const keyAfter = (...operations: RouteOperation[]) =>
    model.key(
      operations.reduce((state, operation) => model.next(state, operation, undefined)[0] ?? state, model.initial),
    );
  expect(keyAfter(add(0, 0), lookup(), lookup(host, "1a"))).toBe(keyAfter(add(0, 0), lookup(host, "1a"), lookup()));
  expect(keyAfter(lookup(), { kind: "free", cache: "0a" })).toBe(keyAfter());
  expect(keyAfter(add(0, 0), add(0, 0, {}, "v6"))).toBe(keyAfter(add(0, 0, {}, "v6"), add(0, 0)));
  expect(keyAfter(lookup())).not.toBe(keyAfter(lookup(host, "1a")));
  expect(keyAfter(add(0, 0), lookup())).not.toBe(keyAfter(lookup(), add(0, 0)));
});
