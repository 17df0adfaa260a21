/**
 * The route caches' scenarios: few routes, two or three threads, one situation each.
 *
 * `v4/0/0` is the default route, `v4/20/8` the route to a host below it.
 */
import type { ScenarioContents } from "../scenario.ts";
import type { RouteCacheScenarioOperation } from "./route-cache-table.ts";

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

const DEFAULT = add("v4/0/0", 1);
const DEFAULT6 = add("v6/0/0", 2);

export const routeCacheScenarios: Readonly<Record<string, ScenarioContents<Operation>>> = {
  "fill-against-add": {
    about: "a cache is filled while a better route is added",
    initial: [DEFAULT],
    threads: { user: [lookup(HOST), lookup(HOST)], router: [add("v4/20/8", 2)] },
  },
  "hits-against-add": {
    about: "two users validate their live caches while a better route is added",
    initial: [DEFAULT, lookup(HOST)],
    threads: { "first user": [validate, release], "second user": [validate, release], router: [add("v4/20/8", 2)] },
  },
  "deleted-in-interrupts": {
    about: "two routes are deleted in soft interrupts before the worker disposes of either",
    initial: [DEFAULT, add("v4/20/8", 2)],
    threads: {
      timer: [
        { kind: "delete", route: "v4/20/8", inInterrupt: true },
        { kind: "delete", route: "v4/0/0", inInterrupt: true },
      ],
    },
  },
  "hit-against-delete": {
    about: "a route is used by a cache, and by a count, while it is deleted",
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: {
      user: [validate, release],
      "other user": [{ kind: "find", to: HOST }, release],
      router: [remove("v4/20/8")],
    },
  },
  "copy-against-add": {
    about: "a cache is copied while a better route is added",
    initial: [DEFAULT, lookup(HOST)],
    threads: {
      user: [{ kind: "copy", cache: "b", from: "a" }, { kind: "validate", cache: "b" }, release],
      router: [add("v4/20/8", 2)],
    },
  },
  "move-against-add": {
    about: "a cache is moved in memory while a better route is added",
    initial: [DEFAULT, lookup(HOST)],
    threads: {
      user: [{ kind: "move", cache: "b", from: "a" }, { kind: "validate", cache: "b" }, release],
      router: [add("v4/20/8", 2)],
    },
  },
  "hit-against-change": {
    about: "a route is given another interface, then a better one is added, while a cache has it",
    initial: [DEFAULT, lookup(HOST)],
    threads: { user: [validate, release], router: [change("v4/0/0", 3)], "other router": [add("v4/20/8", 2)] },
  },
  "interrupt-against-change": {
    about: "a soft interrupt uses a route while it is given another interface",
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: { user: [{ kind: "lookup", cache: "a", to: HOST, inInterrupt: true }], router: [change("v4/20/8", 3)] },
  },
  "interrupt-deletes": {
    about: "a soft interrupt deletes a route while another uses it, and leaves the rest to the worker",
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: {
      user: [{ kind: "lookup", cache: "a", to: HOST, inInterrupt: true }],
      timer: [{ kind: "delete", route: "v4/20/8", inInterrupt: true }],
    },
  },
  cloning: {
    about: "two users clone the route to one host",
    initial: [{ kind: "add", route: "v4/0/0", interface: 1, cloning: true }],
    threads: { user: [lookup(HOST), validate, release], "other user": [lookup(HOST)] },
  },
  losing: {
    about: "two connections delete the route over which they lose packets",
    initial: [DEFAULT, add("v4/20/8", 2), lookup(HOST)],
    threads: {
      connection: [
        { kind: "lose", cache: "a" },
        { kind: "check", cache: "a" },
      ],
      "other connection": [{ kind: "lose", cache: "a" }],
    },
  },
  "tunnel-shared": {
    about: "two threads of one CPU send through its tunnel",
    limits: { cpuCount: 1 },
    initial: [DEFAULT, { kind: "send", to: HOST }],
    threads: { sender: [{ kind: "send", to: HOST }], "other sender": [{ kind: "send", to: "v4/21" }] },
  },
  "tunnel-moves": {
    about: "the memory of a CPU's tunnel moves before a better route is added",
    limits: { cpuCount: 1 },
    initial: [DEFAULT, { kind: "send", to: HOST }],
    threads: { sender: [{ kind: "send", to: HOST }], driver: [{ kind: "grow", cpu: 0 }, add("v4/20/8", 2)] },
  },
  migration: {
    about: "the scheduler moves a user to another CPU while it uses a route that is deleted",
    limits: { cpuCount: 2 },
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: {
      user: [validate, release],
      router: [remove("v4/20/8")],
      scheduler: [{ kind: "migrate", thread: 0, cpu: 1 }],
    },
  },
  "softnet-lock": {
    about: "under the one big lock a route is deleted while a soft interrupt uses it",
    limits: { softnetLock: 1 },
    initial: [add("v4/20/8", 2), lookup(HOST)],
    threads: { user: [{ kind: "validate", cache: "a", inInterrupt: true }], router: [remove("v4/20/8")] },
  },
  "next-hop": {
    about: "packets go through a next hop, to which a better route is added",
    initial: [DEFAULT6, attach(2)],
    threads: {
      sender: [{ kind: "selectInterface", cache: "a", to: "v6/99", nextHop: "v6/40" }],
      router: [add("v6/40/8", 2)],
    },
  },
  outgoing: {
    about: "packets must leave by an interface other than their route's, and the route is deleted",
    initial: [DEFAULT6],
    threads: {
      sender: [
        { kind: "selectRoute", cache: "a", to: "v6/40", outgoing: 3 },
        { kind: "selectRoute", cache: "a", to: "v6/40", outgoing: 2 },
      ],
      router: [remove("v6/0/0")],
    },
  },
  reject: {
    about: "packets along a route that rejects them get no source address, while the route is replaced",
    initial: [{ kind: "add", route: "v6/40/8", interface: 2, reject: true }, attach(2), assign("v6/33", 2)],
    threads: {
      sender: [{ kind: "selectSource", cache: "a", to: "v6/40" }],
      router: [remove("v6/40/8"), add("v6/40/8", 2)],
    },
  },
  "source-addresses": {
    about: "a source address is chosen while the best one is removed",
    initial: [attach(2), assign("v6/33", 2), assign("v6/48", 2)],
    threads: {
      sender: [{ kind: "selectSource", cache: "a", to: "v6/40", outgoing: 2 }],
      administrator: [{ kind: "remove", address: "v6/33" }, assign("v6/32", 2)],
    },
  },
  multicast: {
    about: "a socket's multicast interface is removed, and its index given to another",
    initial: [attach(3), { kind: "setMulticast", interface: 3 }],
    threads: {
      sender: [
        { kind: "selectInterface", cache: "a", to: "v6/250" },
        { kind: "selectInterface", cache: "a", to: "v6/250" },
      ],
      administrator: [{ kind: "detach", interface: 3 }, attach(3)],
    },
  },
  "own-address": {
    about: "a route to a local address on an interface that is removed",
    initial: [
      attach(1),
      attach(2),
      assign("v6/33", 2),
      { kind: "add", route: "v6/33/8", interface: 1, source: "v6/33" },
    ],
    threads: {
      sender: [{ kind: "selectInterface", cache: "a", to: "v6/33" }],
      administrator: [{ kind: "detach", interface: 2 }, remove("v6/33/8")],
    },
  },
  "memory-exhausted": {
    about: "there is one address left, and two threads want it",
    limits: { sockaddrsMax: 2 },
    initial: [DEFAULT],
    threads: {
      user: [lookup(HOST), { kind: "destination", cache: "a" }, { kind: "check", cache: "a" }],
      "other user": [
        { kind: "setDestination", cache: "a", to: "v4/21" },
        { kind: "free", cache: "a" },
      ],
    },
  },
  "add-fails-late": {
    about: "a route is added without memory for its gateway, and one whose source address is gone",
    limits: { sockaddrsMax: 3 },
    initial: [DEFAULT, attach(2), assign("v6/33", 2)],
    threads: {
      router: [
        { kind: "add", route: "v4/20/8", interface: 2, gateway: "v4/21" },
        { kind: "add", route: "v6/32/3", interface: 2, source: "v6/33" },
      ],
      "other router": [{ kind: "remove", address: "v6/33" }],
      user: [lookup(HOST)],
    },
  },
  destinations: {
    about: "a cache gets another destination while it has a route, of its own family and of the other",
    initial: [DEFAULT, DEFAULT6, add("v4/20/8", 2), lookup(HOST)],
    threads: {
      user: [
        { kind: "setDestination", cache: "a", to: "v4/99" },
        { kind: "check", cache: "a" },
        { kind: "setDestination", cache: "a", to: "v6/40" },
        { kind: "update", cache: "a", clones: false },
      ],
      router: [remove("v4/20/8")],
    },
  },
};
