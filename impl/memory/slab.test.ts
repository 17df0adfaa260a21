import fc from "fast-check";
import { expect, test } from "vitest";
import { createHeap, placeSlab } from "./heap.ts";
import { belongsTo, giveObject, Slab, takeObject } from "./slab.ts";
import { struct } from "./struct.ts";

const Node = struct("node", { value: 1, next: 1 });

function layOut(capacity: number): { words: Int32Array; slab: number; nodes: number[] } {
  const heap = createHeap(64);
  const slab = placeSlab(heap, Node, "node", capacity);
  const first = heap.words[Slab.first(slab)] ?? 0;
  return {
    words: heap.words,
    slab,
    nodes: Array.from({ length: capacity }, (_, index) => first + index * (Node.words + 1)),
  };
}

test("objects are handed out in order, until none is left", () => {
  const { words, slab, nodes } = layOut(3);
  expect([1, 2, 3, 4].map(() => takeObject(words, slab))).toEqual([...nodes, 0]);
  expect(words[Slab.live(slab)]).toBe(3);
});

test("a slab without room has no object", () => {
  const { words, slab } = layOut(0);
  expect(takeObject(words, slab)).toBe(0);
  expect(words[Slab.live(slab)]).toBe(0);
});

test("a freed object is reused only when every unused one is in use, and the first freed comes first", () => {
  const {
    words,
    slab,
    nodes: [a = 0, b = 0, c = 0],
  } = layOut(3);
  takeObject(words, slab);
  takeObject(words, slab);
  giveObject(words, slab, b);
  giveObject(words, slab, a);
  expect([1, 2, 3, 4].map(() => takeObject(words, slab))).toEqual([c, b, a, 0]);
});

test("counts the objects in use and hands out none twice, against a queue", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (steps) => {
      const { words, slab, nodes } = layOut(5);
      const waiting = [...nodes];
      const used: number[] = [];
      for (const takes of steps) {
        if (takes) {
          const object = takeObject(words, slab);
          expect(object).toBe(waiting.shift() ?? 0);
          if (object !== 0) used.push(object);
        } else {
          // The newest goes first, so that the order of frees is not the order of allocation.
          const object = used.pop();
          if (object === undefined) continue;
          words.fill(77, object, object + Node.words);
          giveObject(words, slab, object);
          waiting.push(object);
        }
        expect(words[Slab.live(slab)]).toBe(used.length);
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

test("only the start of an object belongs to its slab", () => {
  const {
    words,
    slab,
    nodes: [a = 0, b = 0],
  } = layOut(2);
  expect([a, b].map((object) => belongsTo(words, slab, object))).toEqual([true, true]);
  expect([a + 1, a - 3, b + 3, 0, -1, 0x7fffffff].map((object) => belongsTo(words, slab, object))).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});
