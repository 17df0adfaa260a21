/** The NetBSD route caches as a system to verify: operations as data, and their threads for the machine. */
import * as fc from "fast-check";
import { z } from "zod";
import { createHeap } from "#impl/memory/heap.ts";
import type { Program } from "#fuzz/machine/program.ts";
import type { RouteCall } from "#properties/route-cache/route-calls.ts";
import {
  routeAddress,
  type RouteAddress,
  type RouteFamily,
  routePrefix,
  type RoutePrefix,
} from "#model/route-cache/route-address.ts";
import { compileRouteProgram } from "./route-cache-program.ts";
import { routeCacheSmallScope } from "./route-cache-small-scope.ts";
import type { Scenario } from "../scenario.ts";
import type { System } from "../system.ts";
import { ScenarioError } from "../scenario-error.ts";

const BYTE = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const address = z
  .string()
  .regex(
    new RegExp(`^(?:v4/${BYTE}|v6/${BYTE}(?:%[1-7])?)$`),
    'must be "v4/" or "v6/" and a number up to 255, such as "v4/20", "v6/224%2"',
  );
const own = z
  .string()
  .regex(new RegExp(`^v6/(?!0$)${BYTE}$`), 'must be "v6/" and a number from 1 to 255, such as "v6/20"');
const prefix = z
  .string()
  .regex(new RegExp(`^v[46]/${BYTE}/[0-8]$`), 'must be a family, a number and a length, such as "v4/16/4"')
  .refine(isPrefix, "must have no bits set beyond its length");
const index = z.int().min(1).max(7);
const cache = z.enum(["a", "b"]);
const inInterrupt = z.boolean().optional();
const demands = { outgoing: index.optional(), nextHop: address.optional() };

const operationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("setDestination"), cache, to: address }),
  z.strictObject({ kind: z.literal("destination"), cache }),
  z.strictObject({ kind: z.literal("validate"), cache, inInterrupt }),
  z.strictObject({ kind: z.literal("lookup"), cache, to: address, inInterrupt }),
  z.strictObject({ kind: z.literal("check"), cache }),
  z.strictObject({ kind: z.literal("update"), cache, clones: z.boolean() }),
  z.strictObject({ kind: z.literal("copy"), cache, from: cache }),
  z.strictObject({ kind: z.literal("move"), cache, from: cache }),
  z.strictObject({ kind: z.literal("clear"), cache }),
  z.strictObject({ kind: z.literal("free"), cache }),
  z.strictObject({ kind: z.literal("find"), to: address }),
  z.strictObject({ kind: z.literal("send"), to: address }),
  z.strictObject({ kind: z.literal("release") }),
  z.strictObject({
    kind: z.literal("add"),
    route: prefix,
    interface: index,
    gateway: address.optional(),
    reject: z.boolean().optional(),
    cloning: z.boolean().optional(),
    source: own.optional(),
  }),
  z.strictObject({ kind: z.literal("delete"), route: prefix, inInterrupt }),
  z.strictObject({ kind: z.literal("lose"), cache }),
  z.strictObject({ kind: z.literal("change"), route: prefix, interface: index }),
  z.strictObject({ kind: z.literal("attach"), interface: index, isDown: z.boolean().optional() }),
  z.strictObject({ kind: z.literal("detach"), interface: index }),
  z.strictObject({
    kind: z.literal("assign"),
    address: own,
    interface: index,
    is: z.enum(["deprecated", "temporary", "tentative", "duplicated", "anycast"]).optional(),
  }),
  z.strictObject({ kind: z.literal("remove"), address: own }),
  z.strictObject({ kind: z.literal("selectRoute"), cache, to: address, ...demands }),
  z.strictObject({ kind: z.literal("selectInterface"), cache, to: address, ...demands }),
  z.strictObject({
    kind: z.literal("selectSource"),
    cache,
    to: address,
    ...demands,
    source: own.optional(),
    bound: own.optional(),
  }),
  z.strictObject({ kind: z.literal("setMulticast"), interface: index }),
  z.strictObject({ kind: z.literal("grow"), cpu: z.int().min(0).max(7) }),
  z.strictObject({ kind: z.literal("migrate"), thread: z.int().min(0).max(7), cpu: z.int().min(0).max(7) }),
]);

/**
 * Every thread has caches of its own, `a` and `b`, and one for the next hop that its options demand. `validate` and
 * `find` leave the thread with a reference to the route, which `release` drops; meanwhile operations that would take
 * another, or wait, do nothing, and so does a `release` of nothing. Among the initial operations those on caches are
 * performed for every thread, and leave no reference.
 */
export type RouteCacheScenarioOperation = z.infer<typeof operationSchema>;

const limitsSchema = z.strictObject({
  /** CPUs; threads are spread over them in turn. 0 for one each. */
  cpuCount: z.int().min(0).max(8).default(0),
  /** Entries there is memory for, and addresses of each family; 0 for as many as the scenario may need. */
  entriesMax: z.int().min(0).max(100).default(0),
  sockaddrsMax: z.int().min(0).max(200).default(0),
  /** 1: everybody runs under the one big lock, and nobody waits for readers. */
  softnetLock: z.int().min(0).max(1).default(0),
});

export type RouteCacheLimits = z.infer<typeof limitsSchema>;

const ADDRESSES = ["v4/20", "v4/21", "v6/40", "v6/41", "v6/224"] as const;
const PREFIXES = ["v4/0/0", "v4/16/4", "v4/20/8", "v6/0/0", "v6/40/8", "v6/32/3"] as const;
const OWN = ["v6/33", "v6/200", "v6/226"] as const;

const to = fc.constantFrom(...ADDRESSES);
const to6 = fc.constantFrom("v6/40", "v6/41", "v6/224", "v6/250");
const route = fc.constantFrom(...PREFIXES);
const someCache = fc.constantFrom("a" as const, "b" as const);
const someIndex = fc.integer({ min: 1, max: 3 });
const ofKind = <const K extends string, F>(kind: K, fields: fc.Arbitrary<F>): fc.Arbitrary<F & { readonly kind: K }> =>
  fields.map((rest) => ({ kind, ...rest }));

const operations: fc.Arbitrary<RouteCacheScenarioOperation> = fc.oneof(
  { weight: 6, arbitrary: ofKind("lookup", fc.record({ cache: someCache, to, inInterrupt: fc.boolean() })) },
  { weight: 4, arbitrary: ofKind("validate", fc.record({ cache: someCache, inInterrupt: fc.boolean() })) },
  { weight: 3, arbitrary: ofKind("release", fc.record({})) },
  { weight: 1, arbitrary: ofKind("setDestination", fc.record({ cache: someCache, to })) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      ofKind("destination", fc.record({ cache: someCache })),
      ofKind("check", fc.record({ cache: someCache })),
      ofKind("clear", fc.record({ cache: someCache })),
      ofKind("free", fc.record({ cache: someCache })),
      ofKind("lose", fc.record({ cache: someCache })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      ofKind("update", fc.record({ cache: someCache, clones: fc.boolean() })),
      ofKind("copy", fc.record({ cache: someCache, from: someCache })),
      ofKind("move", fc.record({ cache: someCache, from: someCache })),
    ),
  },
  { weight: 2, arbitrary: fc.oneof(ofKind("find", fc.record({ to })), ofKind("send", fc.record({ to }))) },
  {
    weight: 4,
    arbitrary: ofKind(
      "add",
      fc.record(
        {
          route,
          interface: someIndex,
          gateway: to,
          reject: fc.boolean(),
          cloning: fc.boolean(),
          source: fc.constantFrom(...OWN),
        },
        { requiredKeys: ["route", "interface"] },
      ),
    ),
  },
  { weight: 3, arbitrary: ofKind("delete", fc.record({ route, inInterrupt: fc.boolean() })) },
  { weight: 2, arbitrary: ofKind("change", fc.record({ route, interface: someIndex })) },
  { weight: 2, arbitrary: ofKind("attach", fc.record({ interface: someIndex, isDown: fc.boolean() })) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      ofKind("detach", fc.record({ interface: someIndex })),
      ofKind("setMulticast", fc.record({ interface: someIndex })),
    ),
  },
  {
    weight: 2,
    arbitrary: ofKind(
      "assign",
      fc.record(
        {
          address: fc.constantFrom(...OWN),
          interface: someIndex,
          is: fc.constantFrom("deprecated" as const, "temporary" as const, "tentative" as const),
        },
        { requiredKeys: ["address", "interface"] },
      ),
    ),
  },
  { weight: 1, arbitrary: ofKind("remove", fc.record({ address: fc.constantFrom(...OWN) })) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      ofKind(
        "selectRoute",
        fc.record({ cache: someCache, to: to6, outgoing: someIndex, nextHop: to6 }, { requiredKeys: ["cache", "to"] }),
      ),
      ofKind(
        "selectInterface",
        fc.record({ cache: someCache, to: to6, outgoing: someIndex, nextHop: to }, { requiredKeys: ["cache", "to"] }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: ofKind(
      "selectSource",
      fc.record(
        {
          cache: someCache,
          to: to6,
          outgoing: someIndex,
          source: fc.constantFrom(...OWN),
          bound: fc.constantFrom(...OWN),
        },
        { requiredKeys: ["cache", "to"] },
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      ofKind("grow", fc.record({ cpu: fc.integer({ min: 0, max: 2 }) })),
      ofKind("migrate", fc.record({ thread: fc.integer({ min: 0, max: 2 }), cpu: fc.integer({ min: 0, max: 2 }) })),
    ),
  },
);

export const routeCache: System<RouteCacheScenarioOperation> = {
  name: "route-cache",
  about: "the NetBSD route caches: a chain of live caches, passive references, pserialize, source selection",
  operationSchema,
  limitsSchema,
  operations,
  properties: ["linearizability", "route-table", "live-caches", "passive-references", "route-memory"],
  smallScope: routeCacheSmallScope,
  compile,
};

/** More threads have more steps open at once than a history can tell apart. */
const THREADS_MAX = 8;

function compile(scenario: Scenario<RouteCacheScenarioOperation>): Program {
  const limits = limitsSchema.parse(scenario.limits ?? {});
  const { name, threads } = scenario;
  if (threads.length > THREADS_MAX)
    throw new ScenarioError(`${name}: it has ${threads.length} threads, and may have ${THREADS_MAX}`);
  const initial = scenario.initial.flatMap(callsOf);
  const calls = threads.map((thread) => ({ name: thread.name, calls: thread.operations.flatMap(callsOf) }));
  return compileRouteProgram({ name, initial, threads: calls, limits }, createHeap);
}

/** The calls that an operation is: one, but for a change, whose beginning and end take effect apart. */
function callsOf(operation: RouteCacheScenarioOperation): readonly RouteCall[] {
  switch (operation.kind) {
    case "destination":
    case "check":
    case "update":
    case "copy":
    case "move":
    case "clear":
    case "free":
    case "release":
    case "lose":
    case "grow":
    case "migrate":
      return [operation];
    case "setDestination":
    case "find":
    case "send":
      return [{ ...operation, to: parseRouteAddress(operation.to) }];
    case "validate":
      return [{ ...operation, inInterrupt: operation.inInterrupt === true }];
    case "lookup":
      return [{ ...operation, to: parseRouteAddress(operation.to), inInterrupt: operation.inInterrupt === true }];
    case "add":
      return [addition(operation)];
    case "delete":
      return [{ kind: "delete", prefix: parsePrefix(operation.route), inInterrupt: operation.inInterrupt === true }];
    case "change": {
      const changed = parsePrefix(operation.route);
      return [
        { kind: "beginChange", prefix: changed },
        { kind: "endChange", family: changed.family, interface: operation.interface },
      ];
    }
    case "attach":
      return [{ kind: "attach", index: operation.interface, isUp: operation.isDown !== true }];
    case "detach":
    case "setMulticast":
      return [{ kind: operation.kind, index: operation.interface }];
    case "assign":
      return [
        {
          kind: "assign",
          address: {
            address: numberOf(operation.address),
            interface: operation.interface,
            deprecated: operation.is === "deprecated",
            temporary: operation.is === "temporary",
            notReady: operation.is === "tentative" || operation.is === "duplicated" || operation.is === "anycast",
          },
        },
      ];
    case "remove":
      return [{ kind: "remove", address: numberOf(operation.address) }];
    case "selectRoute":
    case "selectInterface":
    case "selectSource":
      return [selection(operation)];
  }
}

function addition({
  route: text,
  interface: toInterface,
  gateway,
  reject,
  cloning,
  source,
}: Extract<RouteCacheScenarioOperation, { kind: "add" }>): RouteCall {
  const { family } = parsePrefix(text);
  return {
    kind: "add",
    route: {
      prefix: parsePrefix(text),
      interface: toInterface,
      ...(gateway === undefined ? {} : { gateway: parseRouteAddress(gateway).family }),
      ...(reject === true ? { reject } : {}),
      ...(cloning === true ? { cloning } : {}),
      ...(source === undefined || family === "v4" ? {} : { source: numberOf(source) }),
    },
  };
}

function selection(
  operation: Extract<RouteCacheScenarioOperation, { kind: "selectRoute" | "selectInterface" | "selectSource" }>,
): RouteCall {
  const demanded = {
    cache: operation.cache,
    to: parseRouteAddress(operation.to),
    ...(operation.outgoing === undefined ? {} : { outgoing: operation.outgoing }),
    ...(operation.nextHop === undefined ? {} : { nextHop: parseRouteAddress(operation.nextHop) }),
  };
  if (operation.kind !== "selectSource") return { kind: operation.kind, ...demanded };
  return {
    kind: "selectSource",
    ...demanded,
    ...(operation.source === undefined ? {} : { source: numberOf(operation.source) }),
    ...(operation.bound === undefined ? {} : { bound: numberOf(operation.bound) }),
  };
}

function isPrefix(text: string): boolean {
  try {
    parsePrefix(text);
    return true;
  } catch {
    return false;
  }
}

function familyOf(text: string): RouteFamily {
  return text.startsWith("v4/") ? "v4" : "v6";
}

function numberOf(text: string): number {
  return Number(text.slice(3));
}

/** `v4/20`; `v6/224%2`. */
export function parseRouteAddress(text: string): RouteAddress {
  const [number = "", scope = "0"] = text.slice(3).split("%");
  return routeAddress(familyOf(text), Number(number), Number(scope));
}

/** `v4/16/4`: the first 4 bits of 16. */
export function parsePrefix(text: string): RoutePrefix {
  const [, number = "", length = ""] = text.split("/");
  return routePrefix(familyOf(text), Number(number), Number(length));
}
