import { expect, test } from "vitest";
import { belongsTo, takeObject } from "../memory/slab.ts";
import { struct } from "../memory/struct.ts";
import { createHeap, inLines, LINE_WORDS, place, placeSlab } from "./native-heap.ts";

const Node = struct("node", { link: 1, value: 12 });

test("static objects and slab objects begin on cache lines", () => {
  const heap = createHeap(20 * LINE_WORDS);
  const one = place(heap, Node, "one");
  const slab = placeSlab(heap, Node, "node", 3);
  const other = place(heap, Node, "other");
  const objects = [1, 2, 3].map(() => takeObject(heap.words, slab));
  expect([one, slab, other, ...objects].map((address) => address % LINE_WORDS)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(new Set([one, slab, other, ...objects]).size).toBe(6);
  expect(objects.every((object) => belongsTo(heap.words, slab, object))).toBe(true);
  expect(takeObject(heap.words, slab)).toBe(0);
});

test("word 0 is never handed out, and a full heap reports the request", () => {
  const heap = createHeap(2 * LINE_WORDS);
  expect(place(heap, Node, "one")).toBe(LINE_WORDS);
  expect(() => place(heap, Node, "two")).toThrow("two: needs 16 words, and 0 of the heap's 32 are left");
  expect(inLines(17)).toBe(32);
});

test("a static object with rare fields is refused: there is no room for them", () => {
  const Rare = struct("rare", { link: 1 }, { seldom: 1 });
  expect(() => place(createHeap(10 * LINE_WORDS), Rare, "one")).toThrow("one: only objects of slabs have rare fields");
});
