import { expect, test } from "vitest";
import { type Access, type Address, read, smpMb, synchronizeRcu, write } from "#impl/memory/access.ts";
import { createHeap, place, placeSlab } from "#impl/memory/heap.ts";
import { Slab } from "#impl/memory/slab.ts";
import { struct } from "#impl/memory/struct.ts";
import { cacheLinesTouched } from "./cache-lines.ts";

const Wide = struct("wide", { payload: 40 });
const Pair = struct("pair", { left: 1, right: 1 });

function* touch(...addresses: Address[]): Access {
  for (const address of addresses) yield read(address);
}

test("words of one object share a line if they are in the same sixteen words of it", () => {
  const heap = createHeap(200);
  place(heap, Pair, "before"); // moves the next one off any line of the heap's own
  const wide = place(heap, Wide, "wide");
  expect(cacheLinesTouched(heap, touch(wide, wide + 15))).toBe(1);
  expect(cacheLinesTouched(heap, touch(wide + 15, wide + 16))).toBe(2);
  expect(cacheLinesTouched(heap, touch(wide, wide + 16, wide + 39, wide + 1))).toBe(3);
});

test("two objects never share a line, even in one slab", () => {
  const heap = createHeap(200);
  const pair = place(heap, Pair, "pair");
  const slab = placeSlab(heap, Pair, "pairs", 2);
  const first = heap.words[Slab.first(slab)] ?? 0;
  const second = first + (heap.words[Slab.stride(slab)] ?? 0);
  expect(cacheLinesTouched(heap, touch(pair, first, second, second + 1))).toBe(3);
});

test("a word accessed twice counts once, and an access without a word not at all", () => {
  const heap = createHeap(200);
  const pair = place(heap, Pair, "pair");
  function* procedure(): Access {
    yield smpMb();
    yield synchronizeRcu();
    yield write(pair, 7);
    yield read(pair);
  }
  expect(cacheLinesTouched(heap, procedure())).toBe(1);
  expect(heap.words[pair]).toBe(7);
});
