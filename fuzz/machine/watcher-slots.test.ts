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

test("a word that nobody watches has no slot, and neither has a read that nobody wants", () => {
  const slots = new WatcherSlots([watcher("w", (address) => (address === 3 ? "writes" : undefined), [])], 10);
  expect([slots.slotFor(2, true), slots.slotFor(3, false), slots.slotFor(4, true), slots.slotFor(-1, true), slots.slotFor(99, true)]).toEqual([0, 0, 0, 0, 0]);
  expect(slots.slotFor(3, true)).not.toBe(0);
});

test("watchers are told in their order, until one finds something wrong", () => {
  const log: string[] = [];
  const slots = new WatcherSlots([watcher("a", () => "writes", log), watcher("b", () => "writes", log, true), watcher("c", () => "writes", log)], 10);
  words[5] = 8;
  const finding = slots.tell(slots.slotFor(5, true), true, words, 2, ACCESS.xchg, 5, 7);
  expect(finding).toEqual({ property: "b", because: "wrong" });
  expect(log).toEqual([`a: 2 ${ACCESS.xchg} 5 7 8`, `b: 2 ${ACCESS.xchg} 5 7 8`]);
});

test("words with the same watchers share a slot; what each watcher wants of a word keeps them apart", () => {
  const slots = new WatcherSlots(
    [watcher("a", (address) => (address < 5 ? "writes" : "accesses"), []), watcher("b", (address) => (address % 2 === 0 ? "writes" : undefined), [])],
    9,
  );
  const writes = [1, 3, 2, 4, 5, 7, 6, 8].map((address) => slots.slotFor(address, true));
  expect(writes[0]).toBe(writes[1]);
  expect(writes[2]).toBe(writes[3]);
  expect(writes[4]).toBe(writes[5]);
  expect(writes[6]).toBe(writes[7]);
  expect(new Set(writes).size).toBe(4);
});

test("127 different sets of watched words have room, one more has not", () => {
  // Seven watchers give each of the words 1 … 127 a set of its own.
  const bits = (extra: number): Watcher[] => Array.from({ length: 7 + extra }, (_, bit) => watcher(`${bit}`, (address) => ((address >> bit) & 1 ? "writes" : undefined), []));
  expect(new WatcherSlots(bits(0), 128).slotFor(127, true)).toBe(127);
  expect(() => new WatcherSlots(bits(1), 129)).toThrow(new RangeError("the watchers watch more than 127 different sets of words"));
});
