import { expect, test } from "vitest";
import * as simulated from "../memory/struct.ts";
import { createHeap } from "../memory/heap.ts";
import { Slab, takeObject } from "../memory/slab.ts";
import { wordAt } from "../memory/word.ts";
import { placeSlab, usedAfterSlab } from "./native-heap.ts";
import { struct } from "./native-struct.ts";

const FIELDS = { key: 1, links: 2, count: 1 } as const;
const RARE = { rest: 2, next: 1 } as const;

test("fields have the same places as under simulation, and rare fields twice the address of their object", () => {
  const Node = struct("node", FIELDS, RARE);
  const Simulated = simulated.struct("node", FIELDS, RARE);
  expect([Node.key(64), Node.links(64), Node.count(64)]).toEqual([
    Simulated.key(64),
    Simulated.links(64),
    Simulated.count(64),
  ]);
  expect([Node.rest(64), Node.next(64)]).toEqual([128, 130]);
  expect([Node.words, Node.rareWords, Simulated.words, Simulated.rareWords]).toEqual([4, 3, 7, 3]);
});

test("a struct without rare fields is the same as under simulation", () => {
  const Node = struct("node", FIELDS);
  expect([Node.key(8), Node.links(8), Node.count(8), Node.words, Node.rareWords]).toEqual([8, 9, 11, 4, undefined]);
});

test("a rare field that has no words, or takes a name of the layout, is refused", () => {
  expect(() => struct("node", FIELDS, { rest: 0 })).toThrow("node.rest has 0 words");
  expect(() => struct("node", FIELDS, { rareWords: 1 })).toThrow("node.rareWords: a field cannot have this name");
});

for (const [capacity, used] of [
  [1, 1],
  [3, 40],
  [100, 17],
  [1000, 500],
  [1000, 9000],
] as const) {
  test(`${capacity} objects share no word with each other or with objects before or after: ${used} words used`, () => {
    const Node = struct("node", FIELDS, RARE);
    const heap = createHeap(usedAfterSlab(Node, capacity, used));
    heap.used = used;
    const slab = placeSlab(heap, Node, "node", capacity);
    const owned = new Set<number>();
    for (let index = 0; index < capacity; index++) {
      const object = takeObject(heap.words, slab);
      expect(object % 4).toBe(0); // no object crosses a cache line
      for (const word of [
        Node.key(object),
        Node.links(object),
        Node.links(object) + 1,
        Node.count(object),
        Node.rest(object),
        Node.rest(object) + 1,
        Node.next(object),
      ])
        owned.add(word);
    }
    expect(owned.size).toBe(7 * capacity);
    expect(Math.min(...owned)).toBeGreaterThanOrEqual(Math.max(used, slab + Slab.words));
    expect(Math.max(...owned)).toBeLessThan(heap.used);
    expect(wordAt(heap.words, Slab.stride(slab))).toBe(4);
    expect(heap.used).toBeLessThanOrEqual(heap.words.length);
  });
}

test("objects larger than a line begin on lines, with or without rare fields", () => {
  const Large = struct("large", { body: 20 }, { rest: 3 });
  const heap = createHeap(usedAfterSlab(Large, 2, 1));
  expect(wordAt(heap.words, Slab.stride(placeSlab(heap, Large, "large", 2)))).toBe(32);
  const Plain = struct("plain", { body: 3 });
  const other = createHeap(usedAfterSlab(Plain, 2, 1));
  expect(wordAt(other.words, Slab.stride(placeSlab(other, Plain, "plain", 2)))).toBe(16);
});
