/**
 * The compressed TIME_WAIT's scenarios: two or three threads, one situation each.
 *
 * A tick is a second. Loopback records live 4 ticks, local ones 20, remote ones 120; each class has two slots of eight.
 */
import type { ScenarioContents } from "../scenario.ts";
import type { TimeWaitScenarioOperation } from "./time-wait-table.ts";

type Operation = TimeWaitScenarioOperation;

const add = (connection: string, sequence: number): Operation => ({ kind: "add", connection, sequence, reuse: false });
const addShared = (connection: string, sequence: number): Operation => ({
  kind: "add",
  connection,
  sequence,
  reuse: true,
});
const lookup = (connection: string): Operation => ({ kind: "lookup", connection });
const restart = (connection: string): Operation => ({ kind: "restart", connection });
const reopen = (connection: string, sequence: number): Operation => ({ kind: "reopen", connection, sequence });
const bind = (port: number, reuse = false, family: "v4" | "v6" = "v4"): Operation => ({
  kind: "bind",
  family,
  port,
  reuse,
});
const turn = (knob: string, on: boolean): Operation => ({ kind: "set", knob, on });
const advance = (ticks: number): Operation => ({ kind: "advance", ticks });

export const timeWaitScenarios: Readonly<Record<string, ScenarioContents<Operation>>> = {
  "first-record": {
    about: "the first connection closes while another thread looks it up",
    threads: { closer: [add("lan4/80:1", 7)], connector: [lookup("lan4/80:1"), lookup("lan4/80:1")] },
  },
  "life-of-the-first-record": {
    about:
      "the clock moves while the first connection closes; a lookup without a record bounds the closing time from below",
    threads: {
      closer: [add("lan4/80:1", 7)],
      clock: [advance(19), lookup("lan4/80:1"), advance(1), lookup("lan4/80:1")],
    },
  },
  "lookup-against-eviction": {
    about: "a lookup copies a record while its slot goes to another connection of the class",
    initial: [add("lan4/80:1", 1), advance(1), add("lan4/80:2", 2)],
    threads: { closer: [add("lan4/80:3", 3)], connector: [lookup("lan4/80:1"), lookup("lan4/80:3")] },
  },
  "lookup-against-restart": {
    about: "a lookup while a late segment moves the record to another slot",
    initial: [add("lan4/80:1", 5)],
    threads: { receiver: [restart("lan4/80:1"), advance(19)], connector: [lookup("lan4/80:1"), lookup("lan4/80:1")] },
  },
  "expiry-before-the-timer": {
    about: "a connection looks up a record that has expired but that the timer has not yet removed",
    initial: [add("lo4/80:1", 4)],
    threads: { clock: [advance(4), lookup("lo4/80:1")], closer: [add("lo4/80:1", 9)] },
  },
  "timer-against-add": {
    about: "the timer finds no record left while another is added",
    initial: [add("lo4/80:1", 4)],
    threads: { clock: [advance(4), advance(200)], closer: [add("lan4/80:2", 6)] },
  },
  "all-expire-at-once": {
    about: "records of all classes and both families expire together in one run of the timer",
    initial: [add("lo4/80:1", 1), add("lo4/80:2", 2), add("lan4/80:3", 3), add("wan4/80:4", 4), add("wan6/80:5", 5)],
    threads: { clock: [advance(120)], connector: [lookup("wan4/80:4"), bind(80)] },
  },
  "oldest-first": {
    about: "a full class evicts its oldest records, and no other class evicts any",
    initial: [add("lan4/80:1", 1), advance(1), add("lan4/80:2", 2), add("lo4/80:1", 3)],
    threads: {
      closer: [add("lan4/80:3", 4)],
      connector: [lookup("lo4/80:1"), bind(80)],
      "other closer": [add("lan4/81:4", 5)],
    },
  },
  "evicted-together": {
    about: "a full class evicts all its records of one expiry",
    initial: [add("lan4/80:1", 1), add("lan4/80:2", 2)],
    threads: { closer: [add("lan4/80:3", 3)], connector: [lookup("lan4/80:2"), lookup("lan4/80:1")] },
  },
  "restart-in-one-slot": {
    about: "a class of one slot: the record that is restarted is evicted to make room for itself",
    limits: { slots: 4 },
    initial: [add("lan4/80:1", 1)],
    threads: { receiver: [restart("lan4/80:1"), lookup("lan4/80:1")], closer: [add("lan4/80:2", 2)] },
  },
  "restart-keeps-class": {
    about: "local and loopback live equally long; a restarted local record stays among the local ones",
    limits: { loopbackSeconds: 10 },
    initial: [add("lo4/80:1", 1), advance(1), add("lo4/80:2", 2), add("lan4/80:3", 3)],
    threads: { receiver: [restart("lan4/80:3")], connector: [lookup("lo4/80:1"), lookup("lan4/80:3")] },
  },
  "two-restarts": {
    about: "two late segments for one record, and a bind to its port",
    initial: [add("lan4/80:1", 1), advance(5)],
    threads: {
      "first receiver": [restart("lan4/80:1")],
      "second receiver": [restart("lan4/80:1")],
      binder: [bind(80)],
    },
  },
  "reopen-against-restart": {
    about: "a new SYN removes a record while a late segment restarts it",
    initial: [add("lan4/80:1", 5)],
    threads: { opener: [reopen("lan4/80:1", 6), lookup("lan4/80:1")], receiver: [restart("lan4/80:1")] },
  },
  "old-syn": {
    about: "an old SYN leaves the record in place; the next one does not",
    initial: [add("wan4/80:1", 5)],
    threads: { opener: [reopen("wan4/80:1", 5), reopen("wan4/80:1", 6)], closer: [add("wan4/80:1", 8)] },
  },
  "bind-shares-the-port": {
    about: "a bind counts conflicting records, and those whose owners share the port only if it does not",
    initial: [addShared("lan4/80:1", 1), add("lan4/81:2", 2)],
    threads: {
      binder: [bind(80), bind(80, true), bind(81, true)],
      closer: [addShared("wan4/80:3", 3)],
      opener: [reopen("lan4/80:1", 9)],
    },
  },
  "two-families": {
    about: "both families side by side, with one clock and one timer",
    initial: [add("wan6/80:1", 1), add("lo6/80:2", 2)],
    threads: {
      "v6 connector": [lookup("wan6/80:1"), bind(80, false, "v6")],
      closer: [add("lan4/80:1", 3), advance(4)],
    },
  },
  "lines-run-out": {
    about: "too few lines, of one tag each: a closing connection evicts a record to get a line, or is refused",
    limits: { lineBytes: 8, lines: 4, heads: 1 },
    initial: [add("lan4/80:1", 1), advance(1), add("lan4/80:2", 2)],
    threads: { closer: [add("lan4/80:3", 3), add("wan4/80:4", 4)], connector: [lookup("lan4/80:2")] },
  },
  "no-line-left": {
    about: "a connection closes when no line is left, and its class has no record to evict",
    limits: { lineBytes: 8, lines: 4, heads: 1 },
    initial: [add("lan4/80:1", 1), add("lan4/80:2", 2)],
    threads: { closer: [add("wan4/80:4", 4)] },
  },
  "sparse-lines": {
    about: "half-empty lines are filled before a record of the same class must be evicted",
    limits: { lines: 2, heads: 1, truncating: 0 },
    initial: [add("lan4/80:1", 1), add("lan4/80:2", 2), add("lan4/80:3", 3), reopen("lan4/80:2", 9)],
    threads: { closer: [add("lan4/80:4", 4)], connector: [lookup("lan4/80:1"), lookup("lan4/80:3")] },
  },
  "wide-lines": {
    about: "lines of 128 bytes, whose headers have too few bits for the number of the next line",
    limits: { slots: 32, heads: 1, lineBytes: 128, lines: 5, truncating: 0 },
    initial: Array.from({ length: 31 }, (_, index) => add(`lan4/80:${index + 1}`, index + 1)),
    threads: { closer: [add("lan4/80:40", 40)], connector: [lookup("lan4/80:1")] },
  },
  "wide-lines-from-the-start": {
    about: "the facility is enabled with lines of 128 bytes, and each record gets its own kind of line",
    limits: { enabled: 0, slots: 1, heads: 1, lineBytes: 128, lines: 4, truncating: 0 },
    threads: { administrator: [turn("enable", true), add("lan4/80:1", 1)], connector: [lookup("lan4/80:1")] },
  },
  "enabled-twice": {
    about: "two administrators enable the facility while a connection closes",
    limits: { enabled: 0, slots: 2, heads: 1 },
    threads: {
      administrator: [turn("enable", true)],
      "other administrator": [turn("enable", true), turn("enable", false)],
      closer: [add("wan4/80:1", 1)],
    },
  },
  "no-memory": {
    about: "there is memory for three of the four objects: enabling fails, and nothing is kept",
    limits: { enabled: 0, slots: 2, heads: 1, objectsMax: 3 },
    threads: { administrator: [turn("enable", true), turn("entries", true)], closer: [add("lan4/80:1", 1)] },
  },
  "disabled-with-records": {
    about: "disabling keeps the existing records",
    initial: [add("lan4/80:1", 1)],
    threads: {
      administrator: [turn("enable", false), lookup("lan4/80:1")],
      closer: [add("lan4/80:2", 2), lookup("lan4/80:2")],
    },
  },
  "classes-come-and-go": {
    about: "truncation is turned on while there are records without classes, and one of them is restarted",
    limits: { truncating: 0, slots: 4 },
    initial: [add("lan4/80:1", 1), add("wan4/80:2", 2)],
    threads: {
      administrator: [turn("truncation", true), restart("lan4/80:1")],
      closer: [add("lo4/80:3", 3), lookup("lan4/80:1")],
    },
  },
  "clock-wraps": {
    about: "the clock passes 0 while records wait",
    limits: { now: -3 },
    initial: [add("lo4/80:1", 1), advance(1), add("lan4/80:2", 2)],
    threads: { clock: [advance(3), lookup("lan4/80:2")], connector: [lookup("lo4/80:1")] },
  },
};
