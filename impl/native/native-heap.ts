/**
 * Placing objects on real threads: a static object begins on a cache line, so that threads that write different ones do
 * not disturb one another. Replaces memory/heap.ts, whose red zones are visible only to a checker.
 *
 * The objects of a slab whose struct has rare fields are packed, none across two lines, and the rare
 * fields of the object at `a` are at `2 a`: the slab begins high enough that they lie beyond its end.
 */
import { type Address, NIL } from "../memory/access.ts";
import type { Heap } from "../memory/heap.ts";
import { initialiseSlab, Slab } from "../memory/slab.ts";
import type { StructLayout } from "../memory/struct.ts";
import { RARE_FACTOR } from "./native-struct.ts";

export type { Heap } from "../memory/heap.ts";

/** Only word 0 is unowned: nothing on real threads detects the use of a field of NIL. */
export const NIL_WORDS = 1;

/**
 * An empty heap of `wordsMax` words (4 bytes each) on a `SharedArrayBuffer`.
 *
 * @throws RangeError if the host cannot allocate it
 */
export function createHeap(wordsMax: number): Heap {
  return {
    words: new Int32Array(new SharedArrayBuffer(wordsMax * Int32Array.BYTES_PER_ELEMENT)),
    regions: [],
    used: NIL_WORDS,
  };
}

/** Words of a cache line of 64 bytes. */
export const LINE_WORDS = 16;

/** @throws RangeError when the heap is full, or the struct has rare fields, for which a static object has no room */
export function place(heap: Heap, { words, rareWords }: StructLayout, name: string): Address {
  if (rareWords !== undefined) throw new RangeError(`${name}: only objects of slabs have rare fields`);
  return reserve(heap, name, inLines(words));
}

/** @throws RangeError when the heap is full */
export function placeSlab(heap: Heap, layout: StructLayout, name: string, capacity: number): Address {
  const slab = reserve(heap, `${name}.slab`, inLines(Slab.words));
  const stride = strideOf(layout);
  const objects = inLines(stride * capacity);
  if (layout.rareWords !== undefined) heap.used = Math.max(heap.used, objects); // rare fields begin beyond the objects
  const first = reserve(heap, name, objects);
  if (layout.rareWords !== undefined) {
    heap.used = RARE_FACTOR * first;
    reserve(heap, `${name}.rare`, RARE_FACTOR * objects);
  }
  initialiseSlab(heap.words, slab, { first, stride, capacity });
  return slab;
}

/** Words of a heap taken at most after {@link placeSlab} has placed such a slab, if `used` were taken before. */
export function usedAfterSlab(layout: StructLayout, capacity: number, used: number): number {
  const objects = inLines(strideOf(layout) * capacity);
  const below = inLines(used) + inLines(Slab.words) + LINE_WORDS;
  return layout.rareWords === undefined ? below + objects : RARE_FACTOR * (Math.max(below, objects) + objects);
}

/**
 * Words from one object to the next: a power of two within a line, or whole lines. Rare fields have `RARE_FACTOR` times
 * as many.
 */
function strideOf({ words, rareWords }: StructLayout): number {
  if (rareWords === undefined) return inLines(words);
  const needed = Math.max(words, Math.ceil(rareWords / RARE_FACTOR));
  return needed > LINE_WORDS ? inLines(needed) : 2 ** Math.ceil(Math.log2(needed));
}

/** Words in whole cache lines. */
export function inLines(words: number): number {
  return Math.ceil(words / LINE_WORDS) * LINE_WORDS;
}

function reserve(heap: Heap, name: string, words: number): Address {
  const base = Math.max(inLines(heap.used), LINE_WORDS);
  if (base === NIL || base + words > heap.words.length) {
    throw new RangeError(
      `${name}: needs ${words} words, ` +
        `and ${Math.max(0, heap.words.length - base)} of the heap's ${heap.words.length} are left`,
    );
  }
  heap.used = base + words;
  return base;
}
