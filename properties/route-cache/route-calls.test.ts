import { expect, test } from "vitest";
import { routeAddress, routePrefix } from "#model/route-cache/route-address.ts";
import {
  createRouteCacheModel,
  errorWord,
  lostWord,
  NOBODY,
  SKIPPED,
  UNKNOWN,
} from "#model/route-cache/route-cache.ts";
import {
  additionWord,
  callName,
  lossWord,
  type RouteCall,
  type Selection,
  selectionWord,
  stepsOf,
} from "./route-calls.ts";
import { createRouteHistory } from "./route-history.ts";

const to = routeAddress("v6", 40, 2);
const prefix = routePrefix("v4", 16, 4);

test("calls read as a person writes them", () => {
  const names: readonly (readonly [RouteCall, string])[] = [
    [{ kind: "setDestination", cache: "a", to }, "setDestination a v6/40%2"],
    [{ kind: "destination", cache: "b" }, "destination b"],
    [{ kind: "validate", cache: "a", inInterrupt: false }, "validate a"],
    [{ kind: "validate", cache: "a", inInterrupt: true }, "validate a in a soft interrupt"],
    [{ kind: "lookup", cache: "a", to: routeAddress("v4", 3), inInterrupt: true }, "lookup a v4/3 in a soft interrupt"],
    [{ kind: "check", cache: "a" }, "check a"],
    [{ kind: "update", cache: "a", clones: true }, "update a"],
    [{ kind: "update", cache: "a", clones: false }, "update a without cloning"],
    [{ kind: "copy", cache: "b", from: "a" }, "copy a to b"],
    [{ kind: "move", cache: "b", from: "a" }, "move a to b"],
    [{ kind: "clear", cache: "a" }, "clear a"],
    [{ kind: "free", cache: "a" }, "free a"],
    [{ kind: "find", to }, "find v6/40%2"],
    [{ kind: "send", to }, "send v6/40%2"],
    [{ kind: "release" }, "release"],
    [{ kind: "add", route: { prefix, interface: 2 } }, "add v4/16/4 interface 2"],
    [{ kind: "delete", prefix, inInterrupt: false }, "delete v4/16/4"],
    [{ kind: "lose", cache: "a" }, "lose a"],
    [{ kind: "beginChange", prefix }, "beginChange v4/16/4"],
    [{ kind: "endChange", family: "v4", interface: 3 }, "endChange interface 3"],
    [{ kind: "attach", index: 2, isUp: true }, "attach 2"],
    [{ kind: "detach", index: 2 }, "detach 2"],
    [{ kind: "setMulticast", index: 2 }, "setMulticast 2"],
    [
      { kind: "assign", address: { address: 33, interface: 2, deprecated: false, temporary: false, notReady: false } },
      "assign v6/33 interface 2",
    ],
    [{ kind: "remove", address: 33 }, "remove v6/33"],
    [{ kind: "selectRoute", cache: "a", to }, "selectRoute a v6/40%2"],
    [{ kind: "selectInterface", cache: "a", to }, "selectInterface a v6/40%2"],
    [{ kind: "selectSource", cache: "a", to }, "selectSource a v6/40%2"],
    [{ kind: "grow", cpu: 1 }, "grow cpu1"],
    [{ kind: "migrate", thread: 0, cpu: 1 }, "migrate thread 0 to cpu1"],
  ];
  for (const [call, name] of names) expect(callName(call)).toBe(name);
});

test("a call of one step is the model's operation on its thread's caches, and answers what the model answers", () => {
  const operations = (call: RouteCall, isKept = true) =>
    stepsOf(call, 3, isKept).map(({ operation, responseOf }) => [operation, responseOf(77)]);
  expect(operations({ kind: "lookup", cache: "a", to, inInterrupt: true })).toEqual([
    [{ kind: "lookup", cache: "3a", to, inInterrupt: true }, 77],
  ]);
  expect(operations({ kind: "validate", cache: "b", inInterrupt: false })).toEqual([
    [{ kind: "validate", cache: "3b", holder: 3, inInterrupt: false }, 77],
  ]);
  expect(operations({ kind: "validate", cache: "b", inInterrupt: true })).toEqual([
    [{ kind: "validate", cache: "3b", holder: NOBODY, inInterrupt: true }, 77],
  ]);
  expect(operations({ kind: "validate", cache: "b", inInterrupt: false }, false)).toEqual([
    [{ kind: "validate", cache: "3b", holder: NOBODY, inInterrupt: false }, 77],
  ]);
  expect(operations({ kind: "find", to })).toEqual([[{ kind: "find", to, holder: 3 }, 77]]);
  expect(operations({ kind: "find", to }, false)).toEqual([[{ kind: "find", to, holder: NOBODY }, 77]]);
  expect(operations({ kind: "release" })).toEqual([[{ kind: "release", holder: 3 }, 77]]);
  expect(operations({ kind: "copy", cache: "b", from: "a" })).toEqual([
    [{ kind: "copy", cache: "3b", from: "3a" }, 77],
  ]);
  expect(operations({ kind: "move", cache: "b", from: "a" })).toEqual([
    [{ kind: "move", cache: "3b", from: "3a" }, 77],
  ]);
  expect(operations({ kind: "delete", prefix, inInterrupt: true })).toEqual([[{ kind: "delete", prefix }, 77]]);
  expect(operations({ kind: "send", to })).toEqual([[{ kind: "send", to }, 77]]);
  expect(operations({ kind: "selectRoute", cache: "a", to, outgoing: 2 })).toEqual([
    [{ kind: "selectRoute", cache: "3a", nextHopCache: "3n", to, outgoing: 2 }, 77],
  ]);
  const same: readonly RouteCall[] = [
    { kind: "beginChange", prefix },
    { kind: "endChange", family: "v4", interface: 2 },
    { kind: "attach", index: 2, isUp: false },
    { kind: "detach", index: 2 },
    { kind: "assign", address: { address: 33, interface: 2, deprecated: false, temporary: true, notReady: false } },
    { kind: "remove", address: 33 },
  ];
  for (const call of same) expect(operations(call)).toEqual([[call, 77]]);
  const ofCache: readonly RouteCall[] = [
    { kind: "setDestination", cache: "a", to },
    { kind: "destination", cache: "a" },
    { kind: "check", cache: "a" },
    { kind: "update", cache: "a", clones: true },
    { kind: "clear", cache: "a" },
    { kind: "free", cache: "a" },
  ];
  for (const call of ofCache) expect(operations(call)).toEqual([[{ ...call, cache: "3a" }, 77]]);
  for (const call of [
    { kind: "setMulticast", index: 2 },
    { kind: "grow", cpu: 0 },
    { kind: "migrate", thread: 0, cpu: 0 },
  ] as const)
    expect(operations(call)).toEqual([]);
});

test("a loss is a look at the cache and a deletion", () => {
  const [used, deleted] = stepsOf({ kind: "lose", cache: "a" }, 0, true);
  expect([used?.operation, deleted?.operation]).toEqual([
    { kind: "validate", cache: "0a", holder: NOBODY, inInterrupt: false },
    { kind: "lose" },
  ]);
  const words = [
    lossWord(8 * 3 + 2, "v6", true),
    lossWord(8 * 31 + 7, "v4", true),
    lossWord(8 * 3 + 2, "v6", false),
    lossWord(0, "v4", false),
  ];
  expect(words.map((word) => used?.responseOf(word))).toEqual([26, 255, 26, 0]);
  expect(words.map((word) => deleted?.responseOf(word))).toEqual([lostWord("v6", 3), lostWord("v4", 31), 0, 0]);
});

test("an addition with a source address looks for that first", () => {
  const words = [
    additionWord({ error: 0, serial: 4 }),
    additionWord({ error: 12 }),
    additionWord({ error: 17 }),
    additionWord({ error: 49 }),
  ];
  expect(words).toEqual([4, errorWord(12), errorWord(17), errorWord(49)]);
  const [only, ...none] = stepsOf({ kind: "add", route: { prefix, interface: 2 } }, 0, true);
  expect([only?.operation.kind, none]).toEqual(["add", []]);
  expect(words.slice(0, 3).map((word) => only?.responseOf(word))).toEqual(words.slice(0, 3));
  const [source, insertion] = stepsOf({ kind: "add", route: { prefix, interface: 2, source: 33 } }, 0, true);
  expect(source?.operation).toEqual({ kind: "holdsSource", address: 33 });
  expect(words.map((word) => source?.responseOf(word))).toEqual([1, SKIPPED, 1, 0]);
  expect(words.map((word) => insertion?.responseOf(word))).toEqual([4, errorWord(12), errorWord(17), SKIPPED]);
});

const none: Selection = { error: 0, interface: 0, serial: 0, isRouted: false, address: 0 };
const selections: readonly Selection[] = [
  { ...none, interface: 2, serial: 5 }, // the interface demanded
  { ...none, interface: 2, serial: 5, isRouted: true },
  { ...none, error: 65, isRouted: true },
  { ...none, error: 6, isRouted: true }, // a route to an interface that is gone
  { ...none, error: 49, interface: 7, serial: 31, isRouted: true },
  { ...none, error: 22, interface: 2, serial: 5, isRouted: true },
  { ...none, interface: 2, serial: 5, isRouted: true, address: 255 },
];

test("a selection of an interface is a look at the route and one at the interface", () => {
  const [route, used, ...rest] = stepsOf(
    { kind: "selectInterface", cache: "a", to, outgoing: 2, nextHop: to },
    1,
    true,
  );
  expect(route?.operation).toEqual({ kind: "routeTo", cache: "1a", nextHopCache: "1n", to, outgoing: 2, nextHop: to });
  expect([used?.operation, rest]).toEqual([{ kind: "interfaceUsed" }, []]);
  const words = selections.map(selectionWord);
  expect(words.map((word) => route?.responseOf(word))).toEqual([SKIPPED, 2, errorWord(65), UNKNOWN, 7, 2, 2]);
  expect(words.map((word) => used?.responseOf(word))).toEqual([133, 133, SKIPPED, SKIPPED, 7 * 64 + 31, 133, 133]);
  expect(new Set(words).size).toBe(words.length);
  expect(stepsOf({ kind: "selectInterface", cache: "a", to }, 1, true)[0]?.operation).toEqual({
    kind: "routeTo",
    cache: "1a",
    nextHopCache: "1n",
    to,
  });
});

test("a selection of a source looks at the addresses too, unless one is bound", () => {
  const words = selections.map(selectionWord);
  const source = stepsOf({ kind: "selectSource", cache: "a", to }, 1, true)[2];
  expect(source?.operation).toEqual({ kind: "sourceOn", to: 40 });
  expect(words.map((word) => source?.responseOf(word))).toEqual([
    512,
    512,
    SKIPPED,
    SKIPPED,
    7 * 256,
    SKIPPED,
    512 + 255,
  ]);
  const bound = stepsOf({ kind: "selectSource", cache: "a", to, bound: 77 }, 1, true);
  expect(words.map((word) => bound[2]?.responseOf(word))).toEqual(words.map(() => SKIPPED));
  expect(words.map((word) => bound[0]?.responseOf(word))).toEqual([SKIPPED, 2, UNKNOWN, UNKNOWN, 7, 2, 2]);
  const demanded = stepsOf({ kind: "selectSource", cache: "a", to, source: 33 }, 1, true);
  expect(demanded[2]?.operation).toEqual({ kind: "isReadySource", address: 33 });
  expect(words.map((word) => demanded[2]?.responseOf(word))).toEqual([1, 1, 0, 0, 0, 0, 1]);
  expect(demanded[0]?.responseOf(selectionWord({ ...none, error: 65, isRouted: true }))).toBe(UNKNOWN);
});

// The history.

function historyOf(...calls: RouteCall[]) {
  const model = createRouteCacheModel({ entriesMax: 9, sockaddrsMax: 9, slack: 0, isDeferred: false, threadCount: 2 });
  const history = createRouteHistory(
    model,
    calls.map((call) => ({ call, steps: stepsOf(call, 0, true) })),
    2,
  );
  history.reset();
  return history;
}

test("linearizability: fires at an answer that no order explains, with its step, and is quiet at one that some order does", () => {
  const add: RouteCall = { kind: "add", route: { prefix: routePrefix("v4", 0, 0), interface: 1 } };
  const lookup: RouteCall = { kind: "lookup", cache: "a", to: routeAddress("v4", 3), inInterrupt: false };
  const history = historyOf(add, lookup, { kind: "lose", cache: "a" }, { kind: "grow", cpu: 0 });
  for (const answer of [0, 18]) {
    history.reset();
    history.invoke(0, 0);
    history.invoke(1, 1);
    expect([history.respond(1, answer), history.respond(0, 1)]).toEqual([undefined, undefined]);
  }
  history.reset();
  history.invoke(0, 0);
  history.respond(0, 1);
  history.invoke(0, 1);
  expect(history.respond(0, 0)).toBe("lookup a v4/3 answers 0, and no order of the operations explains that");
  history.reset();
  history.invoke(0, 2);
  expect(history.respond(0, lossWord(9, "v4", true))).toBe(
    `lose a answers ${9 + 256 * 2} (its step validate answers 9), and no order of the operations explains that`,
  );
  history.reset();
  history.invoke(0, 3);
  expect(history.respond(0, 12)).toBeUndefined();
  expect(() => history.invoke(0, 4)).toThrow("operation 4 is none of the scenario's 4");
  expect(history.property).toBe("linearizability");
});

test("linearizability: an answer to a call that was never made is nobody's", () => {
  expect(
    createRouteHistory(
      createRouteCacheModel({ entriesMax: 1, sockaddrsMax: 1, slack: 0, isDeferred: false, threadCount: 1 }),
      [],
      1,
    ).respond(0, 5),
  ).toBeUndefined();
});
