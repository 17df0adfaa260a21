import { expect, test } from "vitest";
import { ACCESS } from "#impl/memory/access.ts";
import type { Watcher } from "#properties/watcher.ts";
import { WatcherSlots } from "./watcher-slots.ts";

const words = new Int32Array(300);

function watcher(property: string, watches: Watcher["watches"] & object, log: string[], fails = false): Watcher {
  return {
    property,
    watches,
    accessed(_, { thread, kind, address, before, after }) {
      log.push(`${property}: ${thread} ${kind} ${address} ${before} ${after}`);
      return fails ? "wrong" : undefined;
    },
  };
}

test("an unwatched word has no slot, nor does a read of a word watched for writes only", () => {
  const slots = new WatcherSlots([watcher("w", (address) => (address === 3 ? "writes" : undefined), [])], 10);
  expect([slots.slotFor(2, true), slots.slotFor(3, false), slots.slotFor(4, true)]).toEqual([0, 0, 0]);
  expect(slots.slotFor(3, true)).not.toBe(0);
});

test("watchers are notified in order until one finds a violation", () => {
  const log: string[] = [];
  const slots = new WatcherSlots(
    [watcher("a", () => "writes", log), watcher("b", () => "writes", log, true), watcher("c", () => "writes", log)],
    10,
  );
  words[5] = 8;
  const finding = slots.notify(slots.slotFor(5, true), words, 2, ACCESS.xchg, 5, 7);
  expect(finding).toEqual({ property: "b", because: "wrong" });
  expect(log).toEqual([`a: 2 ${ACCESS.xchg} 5 7 8`, `b: 2 ${ACCESS.xchg} 5 7 8`]);
});

test("each watcher is notified of its own words, and of no others", () => {
  const log: string[] = [];
  const slots = new WatcherSlots(
    [
      watcher("a", (address) => (address < 5 ? "writes" : "accesses"), log),
      watcher("b", (address) => (address % 2 === 0 ? "writes" : undefined), log),
    ],
    9,
  );
  for (const address of [1, 2, 3, 4, 5, 6])
    slots.notify(slots.slotFor(address, true), words, 0, ACCESS.write, address, 0);
  expect(log.map((line) => line.replace(/: \d+ \d+/, "").slice(0, 3))).toEqual([
    "a 1",
    "a 2",
    "b 2",
    "a 3",
    "a 4",
    "b 4",
    "a 5",
    "a 6",
    "b 6",
  ]);
});

test("of a watcher of accesses and one of writes, only the former is notified of reads", () => {
  const log: string[] = [];
  const slots = new WatcherSlots([watcher("reads", () => "accesses", log), watcher("writes", () => "writes", log)], 10);
  slots.notify(slots.slotFor(5, false), words, 0, ACCESS.read, 5, 8);
  expect(log).toEqual([`reads: 0 ${ACCESS.read} 5 8 8`]);
});
