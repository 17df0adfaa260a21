/**
 * Placing objects on real threads: each begins a cache line, so that threads that write different objects do not disturb one another, and a
 * lookup fetches one line a peer. Takes the place of memory/heap.ts, whose red zones only a checker sees.
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
export function placeSlab(heap: Heap, { words }: StructLayout, name: string, capacity: number): Address {
  const slab = reserve(heap, `${name}.slab`, inLines(Slab.words));
  const stride = inLines(words);
  initialiseSlab(heap.words, slab, { first: reserve(heap, name, stride * capacity), stride, capacity });
  return slab;
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
