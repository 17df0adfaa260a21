import { expect, test } from "vitest";
import { createHeap, nameOf, NIL_WORDS, objectNameOf, place, placeSlab, regionOf } from "./heap.ts";
import { Slab } from "./slab.ts";
import { struct } from "./struct.ts";

const Pool = struct("pool", { lock: 1, root: 1 });
const Peer = struct("peer", { refcount: 1, address: 2 });

test("the heap is shared, empty, and leaves the words from NIL on unowned", () => {
  const heap = createHeap(32);
  expect(heap.words.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(heap.words.length).toBe(NIL_WORDS + 32);
  expect(heap.words.every((word) => word === 0)).toBe(true);
  expect(place(heap, Pool, "pool")).toBe(NIL_WORDS);
});

test("objects lie side by side with an unowned word between them", () => {
  const heap = createHeap(64);
  const first = place(heap, Pool, "first");
  const second = place(heap, Pool, "second");
  expect(second - first).toBe(Pool.words + 1);
  expect(nameOf(heap, first + 2)).toBe("the word after first");
  const slab = placeSlab(heap, Peer, "peer", 3);
  expect([heap.words[Slab.first(slab)], heap.words[Slab.stride(slab)], heap.words[Slab.capacity(slab)]]).toEqual([
    slab + Slab.words + 1,
    4,
    3,
  ]);
  expect(heap.used).toBe(slab + Slab.words + 1 + 12);
});

test("every word is named as in its owner's source", () => {
  const heap = createHeap(64);
  const pool = place(heap, Pool, "pool");
  const slab = placeSlab(heap, Peer, "peer", 2);
  const first = heap.words[Slab.first(slab)] ?? 0;
  expect(nameOf(heap, pool)).toBe("pool.lock");
  expect(nameOf(heap, slab + 2)).toBe("peer.slab.capacity");
  expect([0, 2, 3, 4, 7].map((offset) => nameOf(heap, first + offset))).toEqual([
    "peer#1.refcount",
    "peer#1.address[1]",
    "the word after peer#1",
    "peer#2.refcount",
    "the word after peer#2",
  ]);
  expect([0, -4, 60, 1 << 30].map((address) => nameOf(heap, address))).toEqual([
    "word 0",
    "word -4",
    "word 60",
    "word 1073741824",
  ]);
});

test("an object is named where it starts, and only there", () => {
  const heap = createHeap(64);
  const pool = place(heap, Pool, "pool");
  const slab = placeSlab(heap, Peer, "peer", 2);
  const first = heap.words[Slab.first(slab)] ?? 0;
  expect([0, pool, first, first + 4].map((address) => objectNameOf(heap, address))).toEqual([
    "NIL",
    "pool",
    "peer#1",
    "peer#2",
  ]);
  expect([pool + 1, first + 1, first + 3, -1, 63].map((address) => objectNameOf(heap, address))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("a region extends from its first word to the word after its last object", () => {
  const heap = createHeap(64);
  const pool = place(heap, Pool, "pool");
  expect(regionOf(heap, pool - 1)).toBeUndefined();
  expect(regionOf(heap, pool)?.name).toBe("pool");
  expect(regionOf(heap, pool + 2)?.name).toBe("pool");
  expect(regionOf(heap, pool + 3)).toBeUndefined();
});

test("a full heap reports the words requested and the words left", () => {
  const heap = createHeap(7);
  place(heap, Pool, "pool");
  expect(() => placeSlab(heap, Peer, "peer", 100)).toThrow(
    new RangeError(`peer.slab: needs 8 words, and 4 of the heap's ${NIL_WORDS + 7} are left`),
  );
  expect(() => place(heap, Peer, "exact")).not.toThrow();
  expect(heap.used).toBe(NIL_WORDS + 7);
});
