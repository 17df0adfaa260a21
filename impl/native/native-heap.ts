/**
 * Placing objects on real threads: a static object begins a cache line, so that threads that write different ones do not disturb one another.
 * Takes the place of memory/heap.ts, whose red zones only a checker sees.
 *
 * The objects of a slab whose struct has rare fields are laid close together, none across two lines, and the rare fields of the object at
 * `a` at `a / 2`: the slab begins so far up that there is room for them below it.
 */
import { type Address, NIL } from "../memory/access.ts";
import type { Heap } from "../memory/heap.ts";
import { initialiseSlab, Slab } from "../memory/slab.ts";
import type { StructLayout } from "../memory/struct.ts";

export { createHeap, type Heap } from "../memory/heap.ts";

/** Words of a cache line of 64 bytes. */
export const LINE_WORDS = 16;

/** @throws RangeError when the heap is full */
export function place(heap: Heap, { words }: StructLayout, name: string): Address {
  return reserve(heap, name, inLines(words));
}

/** @throws RangeError when the heap is full */
export function placeSlab(heap: Heap, layout: StructLayout, name: string, capacity: number): Address {
  const slab = reserve(heap, `${name}.slab`, inLines(Slab.words));
  const stride = strideOf(layout);
  if (layout.rareWords !== undefined) {
    const rareFrom = Math.max(inLines(heap.used), (stride * capacity) / 2);
    heap.used = 2 * rareFrom;
  }
  initialiseSlab(heap.words, slab, { first: reserve(heap, name, stride * capacity), stride, capacity });
  return slab;
}

/** Words of a heap that are taken at most once {@link placeSlab} has placed such a slab, if `used` were before. */
export function usedAfterSlab(layout: StructLayout, capacity: number, used: number): number {
  const objects = strideOf(layout) * capacity;
  const below = inLines(used) + inLines(Slab.words) + 2 * LINE_WORDS;
  return objects + (layout.rareWords === undefined ? below : inLines(Math.max(2 * below, objects)));
}

/** Words from one object to the next: a power of two within a line, or whole lines. Rare fields have half of it. */
function strideOf({ words, rareWords }: StructLayout): number {
  if (rareWords === undefined) return inLines(words);
  const needed = Math.max(words, 2 * rareWords);
  return needed > LINE_WORDS ? inLines(needed) : 2 ** Math.ceil(Math.log2(needed));
}

/** Words in whole cache lines. */
export function inLines(words: number): number {
  return Math.ceil(words / LINE_WORDS) * LINE_WORDS;
}

function reserve(heap: Heap, name: string, words: number): Address {
  const base = Math.max(inLines(heap.used), LINE_WORDS);
  if (base === NIL || base + words > heap.words.length) {
    throw new RangeError(`${name}: needs ${words} words, and ${Math.max(0, heap.words.length - base)} of the heap's ${heap.words.length} are left`);
  }
  heap.used = base + words;
  return base;
}
