/**
 * The destination cache's scenarios: a few entries, two or three threads, one situation each.
 *
 * References left by initial operations are held forever. An initial drop gets its grace period immediately, and the
 * collector runs in the initial operations whenever it is due. The minimum delay is one tick; after a run that keeps
 * all it finds, it is six.
 */
import type { ScenarioContents } from "../scenario.ts";
import type { DstScenarioOperation } from "./dst-table.ts";

type Operation = DstScenarioOperation;
type Scenarios = Readonly<Record<string, ScenarioContents<Operation>>>;

const find = (destination: string): Operation => ({ kind: "find", destination });
const get = (destination: string): Operation => ({ kind: "get", destination });
const getOver = (destination: string, over: string): Operation => ({ kind: "get", destination, over });
const getUncached = (destination: string): Operation => ({ kind: "getUncached", destination });
const pop = (reference: string): Operation => ({ kind: "pop", reference });
const release = (reference: string): Operation => ({ kind: "release", reference });
const send = (reference: string): Operation => ({ kind: "send", reference });
const drop = (destination: string): Operation => ({ kind: "drop", destination });
const up = (device: "eth0" | "ib0" | "veth1"): Operation => ({ kind: "up", device });
const down = (device: "eth0" | "ib0" | "veth1"): Operation => ({ kind: "down", device });
const unregister = (device: "eth0" | "ib0" | "veth1"): Operation => ({ kind: "unregister", device });
const advance = (ticks: number): Operation => ({ kind: "advance", ticks });

/** Cached entries that no thread holds. */
const idle = (...names: string[]): Operation[] => names.flatMap((name) => [get(name), release(name)]);
/** Dead entries, held forever, that the collector has not scanned. */
const dead = (...names: string[]): Operation[] => names.flatMap((name) => [get(name), drop(name)]);
/** Dead entries, scanned by a run and then released. */
const left = (...names: string[]): Operation[] => [...dead(...names), advance(1), ...names.map(release)];

/** Ticks until the run after one that kept everything. */
const GROWN_TICKS = 6;

export const dstScenarios: Scenarios = {
  "held-for-hours": {
    about: "garbage that is held for hours is scanned less and less often, but at least every two minutes",
    initial: [...dead("eth0/1"), ...Array.from({ length: 30 }, () => advance(1_300))],
    threads: { clock: [advance(1_300)] },
  },
  "lookup-against-drop": {
    about: "a lookup is at an entry while it is dropped and destroyed",
    initial: idle("eth0/1", "eth0/5"),
    threads: { reader: [find("eth0/1"), send("eth0/1"), release("eth0/1")], dropper: [drop("eth0/1"), find("eth0/1")] },
  },
  "two-creators": {
    about: "two threads make one entry, and one of them is too late",
    threads: { first: [get("eth0/1"), send("eth0/1"), release("eth0/1")], second: [get("eth0/1"), release("eth0/1")] },
  },
  "drop-and-make-anew": {
    about: "an entry is created again while its predecessor is still held",
    initial: idle("eth0/1"),
    threads: {
      user: [find("eth0/1"), send("eth0/1"), release("eth0/1")],
      maker: [drop("eth0/1"), get("eth0/1"), release("eth0/1")],
    },
  },
  "release-against-run": {
    about: "a holder releases a dead entry while the collector scans it",
    initial: idle("eth0/1"),
    threads: { holder: [get("eth0/1"), release("eth0/1")], dropper: [drop("eth0/1")], clock: [advance(1)] },
  },
  "two-holders": {
    about: "two holders release an entry that is dropped",
    initial: idle("eth0/1"),
    threads: {
      "first holder": [find("eth0/1"), release("eth0/1")],
      "second holder": [find("eth0/1"), release("eth0/1")],
      dropper: [drop("eth0/1")],
    },
  },
  "late-wakeup": {
    about: "an entry dies while the collector sleeps long",
    initial: [...dead("eth0/1"), advance(1), get("eth0/2"), get("eth0/3")],
    threads: { dropper: [drop("eth0/2"), drop("eth0/3")], clock: [advance(1)] },
  },
  "queue-against-run": {
    about: "entries die while the collector runs",
    initial: [...left("eth0/1"), get("eth0/2"), ...idle("eth0/3")],
    threads: { dropper: [drop("eth0/2"), drop("eth0/3")], clock: [advance(GROWN_TICKS)] },
  },
  "steady-producers": {
    about: "entries die faster than the collector can scan them",
    initial: [...dead("eth0/1", "eth0/2"), get("eth0/3"), get("eth0/4")],
    threads: { clock: [advance(1)], "first dropper": [drop("eth0/3")], "second dropper": [drop("eth0/4")] },
  },
  "long-list": {
    about: "the collector has a long list to scan, and an entry dies meanwhile",
    initial: [...dead("eth0/1", "eth0/2", "eth0/3", "eth0/4", "eth0/5"), get("eth0/6")],
    threads: { clock: [advance(1)], dropper: [drop("eth0/6")] },
  },
  "one-of-many": {
    about: "a run frees one entry of a dozen",
    initial: [...dead(...Array.from({ length: 12 }, (_, index) => `eth0/${index + 1}`)), advance(1), release("eth0/7")],
    threads: { clock: [advance(GROWN_TICKS)] },
  },
  "device-down": {
    about: "a device goes down while a holder sends through an entry that dies",
    initial: [...dead("eth0/1"), ...idle("eth0/2")],
    threads: {
      holder: [find("eth0/2"), send("eth0/2"), send("eth0/2"), release("eth0/2")],
      dropper: [drop("eth0/2")],
      admin: [down("eth0")],
    },
  },
  "down-and-up": {
    about: "a device goes down and up again while entries die",
    initial: idle("eth0/1"),
    threads: {
      holder: [find("eth0/1"), drop("eth0/1"), send("eth0/1"), send("eth0/1")],
      admin: [down("eth0"), up("eth0")],
    },
  },
  "event-against-run": {
    about: "a device goes down while the collector destroys its entries",
    initial: left("eth0/1", "eth0/2"),
    threads: { clock: [advance(GROWN_TICKS)], admin: [down("eth0")] },
  },
  "unregister-against-queue": {
    about: "a device goes away while one of its entries waits, one is fresh and one dies",
    initial: [...dead("eth0/1"), advance(1), ...dead("eth0/2"), get("eth0/3")],
    threads: { admin: [unregister("eth0")], dropper: [drop("eth0/3")], clock: [advance(1)] },
  },
  "foreign-namespace": {
    about: "a device of another namespace goes away",
    initial: [...dead("veth1/1"), ...idle("veth1/2")],
    threads: {
      admin: [unregister("veth1"), get("veth1/2")],
      user: [get("veth1/2"), send("veth1/2"), release("veth1/2")],
    },
  },
  "private-child": {
    about: "a holder takes the private child of an entry that dies",
    initial: [getOver("ib0/1", "private"), release("ib0/1")],
    threads: {
      user: [find("ib0/1"), pop("ib0/1"), send("ib0/1>"), release("ib0/1>")],
      dropper: [drop("ib0/1"), advance(1)],
    },
  },
  "child-outlives-parent": {
    about: "a parent is collected, and its child is collected once it is released",
    initial: [
      getOver("eth0/1", "private"),
      find("eth0/1"),
      drop("eth0/1"),
      advance(1),
      pop("eth0/1"),
      release("eth0/1"),
      ...dead("eth0/2"),
    ],
    threads: { clock: [advance(1), advance(GROWN_TICKS)], admin: [down("eth0")] },
  },
  "shared-child": {
    about: "an entry sends through another one of the cache; both die",
    initial: [get("eth0/1"), getOver("ib0/2", "eth0/1"), release("eth0/1"), release("ib0/2")],
    threads: {
      user: [find("ib0/2"), pop("ib0/2"), send("ib0/2>"), release("ib0/2>")],
      dropper: [drop("eth0/1"), drop("ib0/2")],
    },
  },
  uncached: {
    about: "entries that no lookup finds, while their device goes away",
    threads: {
      user: [getUncached("eth0/1"), send("eth0/1"), getUncached("eth0/1")],
      admin: [unregister("eth0"), find("eth0/1")],
    },
  },
  "two-senders": {
    about: "two threads set an entry's header",
    initial: idle("ib0/1"),
    threads: {
      sender: [find("ib0/1"), send("ib0/1"), release("ib0/1")],
      "other sender": [find("ib0/1"), send("ib0/1"), release("ib0/1")],
    },
  },
  headers: {
    about: "an entry's header is set, and the entry dies",
    initial: [getOver("ib0/1", "private"), release("ib0/1")],
    threads: { sender: [find("ib0/1"), send("ib0/1"), release("ib0/1")], dropper: [drop("ib0/1"), advance(1)] },
  },
  "send-while-device-goes": {
    about: "a holder sends through a dead entry while its device goes away",
    initial: idle("eth0/1"),
    threads: {
      holder: [find("eth0/1"), send("eth0/1"), release("eth0/1")],
      admin: [drop("eth0/1"), unregister("eth0")],
    },
  },
  "neighbour-of-gone-device": {
    about: "a device with neighbours goes away while one of its entries dies",
    initial: left("ib0/1"),
    threads: { admin: [unregister("ib0")], clock: [advance(GROWN_TICKS)] },
  },
  "entries-exhausted": {
    about: "there is room for one more entry, and two threads want one",
    limits: { entriesMax: 3 },
    initial: [...dead("eth0/1"), get("eth0/2")],
    threads: { first: [get("eth0/3"), release("eth0/3")], second: [getOver("eth0/4", "private"), release("eth0/4")] },
  },
  "entries-reused": {
    about: "an entry's memory is reused for another entry while a reader is active",
    limits: { entriesMax: 2 },
    initial: idle("eth0/1", "eth0/5"),
    threads: {
      reader: [find("eth0/1"), send("eth0/1"), release("eth0/1"), find("eth0/9")],
      dropper: [drop("eth0/1"), get("eth0/9"), release("eth0/9")],
    },
  },
  "clock-wraps": {
    about: "the collector is requested just before the clock wraps around",
    limits: { now: -2 },
    initial: [...dead("eth0/1"), get("eth0/2")],
    threads: { clock: [advance(1), advance(GROWN_TICKS)], dropper: [drop("eth0/2")] },
  },
  "no-device": {
    about: "an entry without a device discards from the first",
    initial: idle("none/1"),
    threads: { user: [get("none/1"), send("none/1"), release("none/1")], dropper: [drop("none/1"), advance(1)] },
  },
};

/** Scenarios that involve the collector: the others would be duplicates. */
const WITH_COLLECTOR: readonly string[] = [
  "release-against-run",
  "late-wakeup",
  "queue-against-run",
  "steady-producers",
  "long-list",
  "one-of-many",
  "device-down",
  "event-against-run",
  "unregister-against-queue",
  "private-child",
  "child-outlives-parent",
  "neighbour-of-gone-device",
  "clock-wraps",
];

export const dstSoftirqScenarios: Scenarios = Object.fromEntries(
  Object.entries(dstScenarios).filter(([name]) => WITH_COLLECTOR.includes(name)),
);
