/**
 * The route caches' scenarios: few routes, two or three threads, one thing tried in each.
 *
 * `v4/0/0` is the default route, `v4/20/8` the route to a host below it.
 */
import type { RouteCacheScenarioOperation } from "./route-cache.ts";
import type { Scenario, ScenarioThread } from "../scenario.ts";

type Operation = RouteCacheScenarioOperation;

const HOST = "v4/20";
const lookup = (to: string, cache: "a" | "b" = "a"): Operation => ({ kind: "lookup", cache, to });
const validate: Operation = { kind: "validate", cache: "a" };
const release: Operation = { kind: "release" };
const add = (route: string, toInterface: number): Operation => ({ kind: "add", route, interface: toInterface });
const remove = (route: string): Operation => ({ kind: "delete", route });
const change = (route: string, toInterface: number): Operation => ({ kind: "change", route, interface: toInterface });
const attach = (index: number): Operation => ({ kind: "attach", interface: index });
const assign = (address: string, index: number): Operation => ({ kind: "assign", address, interface: index });
const thread = (name: string, ...operations: Operation[]): ScenarioThread<Operation> => ({ name, operations });

function scenario(
  name: string,
  about: string,
  {
    limits,
    initial,
    threads,
  }: { limits?: Record<string, number>; initial: Operation[]; threads: ScenarioThread<Operation>[] },
): Scenario<Operation> {
  return {
    name: `route-cache-${name}`,
    system: "route-cache",
    about,
    ...(limits === undefined ? {} : { limits }),
    initial,
    threads,
  };
}

const DEFAULT = add("v4/0/0", 1);
const DEFAULT6 = add("v6/0/0", 2);

export const routeCacheScenarios: readonly Scenario<Operation>[] = [
  scenario("fill-against-add", "a cache is filled while a better route is added", {
    initial: [DEFAULT],
    threads: [thread("user", lookup(HOST), lookup(HOST)), thread("router", add("v4/20/8", 2))],
  }),
  scenario("hits-against-add", "two users ask their live caches while a better route is added", {
    initial: [DEFAULT, lookup(HOST)],
    threads: [
      thread("first user", validate, release),
      thread("second user", validate, release),
      thread("router", add("v4/20/8", 2)),
    ],
  }),
  scenario("hit-against-delete", "a route is used by a cache, and by a count, while it is deleted", {
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: [
      thread("user", validate, release),
      thread("other user", { kind: "find", to: HOST }, release),
      thread("router", remove("v4/20/8")),
    ],
  }),
  scenario("copy-against-add", "a cache is copied while a better route is added", {
    initial: [DEFAULT, lookup(HOST)],
    threads: [
      thread("user", { kind: "copy", cache: "b", from: "a" }, { kind: "validate", cache: "b" }, release),
      thread("router", add("v4/20/8", 2)),
    ],
  }),
  scenario("move-against-add", "a cache is moved in memory while a better route is added", {
    initial: [DEFAULT, lookup(HOST)],
    threads: [
      thread("user", { kind: "move", cache: "b", from: "a" }, { kind: "validate", cache: "b" }, release),
      thread("router", add("v4/20/8", 2)),
    ],
  }),
  scenario(
    "hit-against-change",
    "a route is given another interface, then a better one is added, while a cache has it",
    {
      initial: [DEFAULT, lookup(HOST)],
      threads: [
        thread("user", validate, release),
        thread("router", change("v4/0/0", 3)),
        thread("other router", add("v4/20/8", 2)),
      ],
    },
  ),
  scenario("interrupt-against-change", "a soft interrupt uses a route while it is given another interface", {
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: [
      thread("user", { kind: "lookup", cache: "a", to: HOST, inInterrupt: true }),
      thread("router", change("v4/20/8", 3)),
    ],
  }),
  scenario(
    "interrupt-deletes",
    "a soft interrupt deletes a route while another uses it, and leaves the rest to the worker",
    {
      initial: [add("v4/20/8", 2), lookup(HOST)],
      threads: [
        thread("user", { kind: "lookup", cache: "a", to: HOST, inInterrupt: true }),
        thread("timer", { kind: "delete", route: "v4/20/8", inInterrupt: true }),
      ],
    },
  ),
  scenario("cloning", "two users clone the route to one host", {
    initial: [{ kind: "add", route: "v4/0/0", interface: 1, cloning: true }],
    threads: [thread("user", lookup(HOST), validate, release), thread("other user", lookup(HOST))],
  }),
  scenario("losing", "two connections delete the route that they lose packets by", {
    initial: [DEFAULT, add("v4/20/8", 2), lookup(HOST)],
    threads: [
      thread("connection", { kind: "lose", cache: "a" }, { kind: "check", cache: "a" }),
      thread("other connection", { kind: "lose", cache: "a" }),
    ],
  }),
  scenario("tunnel-shared", "two threads of one CPU send through its tunnel", {
    limits: { cpuCount: 1 },
    initial: [DEFAULT, { kind: "send", to: HOST }],
    threads: [thread("sender", { kind: "send", to: HOST }), thread("other sender", { kind: "send", to: "v4/21" })],
  }),
  scenario("tunnel-moves", "the memory of a CPU's tunnel moves before a better route is added", {
    limits: { cpuCount: 1 },
    initial: [DEFAULT, { kind: "send", to: HOST }],
    threads: [
      thread("sender", { kind: "send", to: HOST }),
      thread("driver", { kind: "grow", cpu: 0 }, add("v4/20/8", 2)),
    ],
  }),
  scenario("migration", "the scheduler moves a user to another CPU while it uses a route that is deleted", {
    limits: { cpuCount: 2 },
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: [
      thread("user", validate, release),
      thread("router", remove("v4/20/8")),
      thread("scheduler", { kind: "migrate", thread: 0, cpu: 1 }),
    ],
  }),
  scenario("softnet-lock", "under the one big lock a route is deleted while a soft interrupt uses it", {
    limits: { softnetLock: 1 },
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: [thread("user", { kind: "validate", cache: "a", inInterrupt: true }), thread("router", remove("v4/20/8"))],
  }),
  scenario("next-hop", "packets go by way of a next hop, to which a better route is added", {
    initial: [DEFAULT6, attach(2)],
    threads: [
      thread("sender", { kind: "selectInterface", cache: "a", to: "v6/99", nextHop: "v6/40" }),
      thread("router", add("v6/40/8", 2)),
    ],
  }),
  scenario(
    "outgoing",
    "packets must leave by an interface to which their route does not lead, and the route is deleted",
    {
      initial: [DEFAULT6],
      threads: [
        thread(
          "sender",
          { kind: "selectRoute", cache: "a", to: "v6/40", outgoing: 3 },
          { kind: "selectRoute", cache: "a", to: "v6/40", outgoing: 2 },
        ),
        thread("router", remove("v6/0/0")),
      ],
    },
  ),
  scenario("reject", "packets along a route that rejects them get no source address, while the route is replaced", {
    initial: [{ kind: "add", route: "v6/40/8", interface: 2, reject: true }, attach(2), assign("v6/33", 2)],
    threads: [
      thread("sender", { kind: "selectSource", cache: "a", to: "v6/40" }),
      thread("router", remove("v6/40/8"), add("v6/40/8", 2)),
    ],
  }),
  scenario("source-addresses", "a source address is chosen while the best one is taken away", {
    initial: [attach(2), assign("v6/33", 2), assign("v6/48", 2)],
    threads: [
      thread("sender", { kind: "selectSource", cache: "a", to: "v6/40", outgoing: 2 }),
      thread("administrator", { kind: "remove", address: "v6/33" }, assign("v6/32", 2)),
    ],
  }),
  scenario("multicast", "a socket's multicast interface is taken away, and its index given to another", {
    initial: [attach(3), { kind: "setMulticast", interface: 3 }],
    threads: [
      thread(
        "sender",
        { kind: "selectInterface", cache: "a", to: "v6/250" },
        { kind: "selectInterface", cache: "a", to: "v6/250" },
      ),
      thread("administrator", { kind: "detach", interface: 3 }, attach(3)),
    ],
  }),
  scenario("own-address", "a route to an address of our own, on an interface that is taken away", {
    initial: [
      attach(1),
      attach(2),
      assign("v6/33", 2),
      { kind: "add", route: "v6/33/8", interface: 1, source: "v6/33" },
    ],
    threads: [
      thread("sender", { kind: "selectInterface", cache: "a", to: "v6/33" }),
      thread("administrator", { kind: "detach", interface: 2 }, remove("v6/33/8")),
    ],
  }),
  scenario("memory-exhausted", "there is one address left, and two threads want it", {
    limits: { sockaddrsMax: 2 },
    initial: [DEFAULT],
    threads: [
      thread("user", lookup(HOST), { kind: "destination", cache: "a" }, { kind: "check", cache: "a" }),
      thread("other user", { kind: "setDestination", cache: "a", to: "v4/21" }, { kind: "free", cache: "a" }),
    ],
  }),
  scenario("add-fails-late", "a route is added whose gateway finds no memory, and one whose source address is gone", {
    limits: { sockaddrsMax: 3 },
    initial: [DEFAULT, attach(2), assign("v6/33", 2)],
    threads: [
      thread(
        "router",
        { kind: "add", route: "v4/20/8", interface: 2, gateway: "v4/21" },
        { kind: "add", route: "v6/32/3", interface: 2, source: "v6/33" },
      ),
      thread("other router", { kind: "remove", address: "v6/33" }),
      thread("user", lookup(HOST)),
    ],
  }),
  scenario(
    "destinations",
    "a cache gets another destination while it has a route, of its own family and of the other",
    {
      initial: [DEFAULT, DEFAULT6, add("v4/20/8", 2), lookup(HOST)],
      threads: [
        thread(
          "user",
          { kind: "setDestination", cache: "a", to: "v4/99" },
          { kind: "check", cache: "a" },
          { kind: "setDestination", cache: "a", to: "v6/40" },
          { kind: "update", cache: "a", clones: false },
        ),
        thread("router", remove("v4/20/8")),
      ],
    },
  ),
];
