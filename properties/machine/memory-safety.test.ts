import { expect, test } from "vitest";
import { createHeap, type Heap, place, placeSlab } from "#impl/memory/heap.ts";
import { takeObject } from "#impl/memory/slab.ts";
import { struct } from "#impl/memory/struct.ts";
import { MemorySafety, SHADOW } from "./memory-safety.ts";

const Pool = struct("pool", { head: 1, tail: 1 });
const Node = struct("node", { value: 1, next: 1 });

function layOut(): { heap: Heap; pool: number; slab: number; otherSlab: number; memory: MemorySafety } {
  const heap = createHeap(64);
  const pool = place(heap, Pool, "pool");
  const slab = placeSlab(heap, Node, "node", 2);
  const otherSlab = placeSlab(heap, Node, "other", 2);
  return { heap, pool, slab, otherSlab, memory: new MemorySafety(heap) };
}

function take({ heap, memory }: { heap: Heap; memory: MemorySafety }, slab: number): number {
  const object = takeObject(heap.words, slab);
  memory.allocated(object);
  return object;
}

test("static words are initialised, the word after them and a slab's own words are not allocated", () => {
  const { memory, pool, slab } = layOut();
  expect([pool, pool + 1, pool + 2].map((address) => memory.states[address])).toEqual([
    SHADOW.initialised,
    SHADOW.initialised,
    SHADOW.unallocated,
  ]);
  expect(memory.states[0]).toBe(SHADOW.unallocated);
  expect(memory.states[slab]).toBe(SHADOW.unallocated);
});

test("every word of an allocated object is live and uninitialised, and no word beside it", () => {
  const laid = layOut();
  const object = take(laid, laid.slab);
  const { memory } = laid;
  expect([-1, 0, 1, 2].map((offset) => memory.states[object + offset])).toEqual([
    SHADOW.unallocated,
    SHADOW.uninitialised,
    SHADOW.uninitialised,
    SHADOW.unallocated,
  ]);
  expect(memory.isLive(object)).toBe(true);
  memory.states[object] = SHADOW.initialised;
  expect(memory.isLive(object)).toBe(true);
  expect(memory.isLive(object + 3)).toBe(false);
});

test("a word has its slab object, a static word and a redzone have none", () => {
  const { memory, pool, heap } = layOut();
  const first = heap.regions.find(({ name }) => name === "node")?.base ?? 0;
  expect([0, 1, 2, 3, 4, 5].map((offset) => memory.objectOf[first + offset])).toEqual([
    first,
    first,
    0,
    first + 3,
    first + 3,
    0,
  ]);
  expect(memory.objectOf[pool]).toBe(0);
  expect([first, first + 1, first + 3, pool, -1, 99999].map((address) => memory.wordsOf(address))).toEqual([
    2, 0, 2, 0, 0, 0,
  ]);
});

test("only the first word of a slab is a slab", () => {
  const { memory, slab, otherSlab, pool } = layOut();
  expect([slab, otherSlab].map((address) => memory.isSlab(address))).toEqual([true, true]);
  expect([slab + 1, pool, 0, -3, 5000].map((address) => memory.isSlab(address))).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

test("a live object can be freed once, which frees all its words", () => {
  const laid = layOut();
  const object = take(laid, laid.slab);
  expect(laid.memory.freed(laid.slab, object)).toBeUndefined();
  expect([0, 1, 2].map((offset) => laid.memory.states[object + offset])).toEqual([
    SHADOW.freed,
    SHADOW.freed,
    SHADOW.unallocated,
  ]);
  expect(laid.memory.isLive(object)).toBe(false);
  expect(laid.memory.freed(laid.slab, object)).toBe("double free of node#1");
});

test("a written object can be freed", () => {
  const laid = layOut();
  const object = take(laid, laid.slab);
  laid.memory.states.fill(SHADOW.initialised, object, object + 2);
  expect(laid.memory.freed(laid.slab, object)).toBeUndefined();
});

test("names what is wrong with a free", () => {
  const laid = layOut();
  const { memory, slab, otherSlab, pool } = laid;
  const object = take(laid, slab);
  expect(memory.freed(slab, 0)).toBe("free of NIL");
  expect(memory.freed(slab, object + 3)).toBe("free of node#2, which was never allocated");
  expect(memory.freed(slab, object + 1)).toBe("free of node#1.next, which is no object of node.slab.first");
  expect(memory.freed(otherSlab, object)).toBe("free of node#1, which is no object of other.slab.first");
  expect(memory.freed(slab, pool)).toBe("free of pool, which is no object of node.slab.first");
  expect(memory.freed(pool, object)).toBe("free to pool.head, which is no slab");
  expect(memory.freed(-7, object)).toBe("free to word -7, which is no slab");
  expect(memory.freed(slab, -9)).toBe("free of word -9, which is no object of node.slab.first");
  expect(memory.freed(slab, 0x7fffffff)).toBe("free of word 2147483647, which is no object of node.slab.first");
  expect(memory.isLive(object)).toBe(true);
});

test("names what is wrong with an access", () => {
  const laid = layOut();
  const { memory, pool, slab } = laid;
  const object = take(laid, slab);
  expect(memory.describe("read", 0)).toBe("read through NIL");
  expect(memory.describe("read", 3)).toBe("read of word 3 through NIL");
  expect(memory.describe("read", object)).toBe("read of node#1.value, which nobody has written since it was allocated");
  expect(memory.describe("write", pool + 2)).toBe(
    "write of the word after pool, which is outside every allocated object",
  );
  expect(memory.describe("write", -1)).toBe("write of word -1, which is outside every allocated object");
  memory.freed(slab, object);
  expect(memory.describe("xchg", object + 1)).toBe("xchg of node#1.next after it was freed");
});
