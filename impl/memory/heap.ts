import { type Address, NIL } from "./access.ts";
import { initialiseSlab, Slab } from "./slab.ts";
import type { StructLayout } from "./struct.ts";

/** Objects of one struct, side by side: one static object, or the objects of a slab. */
export interface Region {
  readonly name: string;
  readonly layout: StructLayout;
  readonly base: Address;
  /** Words from one object to the next. */
  readonly stride: number;
  readonly count: number;
  /** The slab that hands these objects out, or `NIL` for a static object, which lives forever. */
  readonly slab: Address;
}

/** The shared memory, and the map of the objects in it. The first words belong to no object. */
export interface Heap {
  readonly words: Int32Array;
  readonly regions: Region[];
  /** Where the next region goes: the words below are taken. */
  used: Address;
}

/** A word between two objects that no thread may touch, so that an access past an object's end is detected. */
const REDZONE_WORDS = 1;

/**
 * Words from NIL on that hold no object, more than any object has: the use of a field of a missing object is detected,
 * as on the first page of a kernel's memory.
 */
export const NIL_WORDS = 32;

/**
 * An empty heap with room for objects of `wordsMax` words (4 bytes each) on a `SharedArrayBuffer`.
 *
 * @throws RangeError if the host cannot allocate it
 */
export function createHeap(wordsMax: number): Heap {
  return {
    words: new Int32Array(new SharedArrayBuffer((NIL_WORDS + wordsMax) * Int32Array.BYTES_PER_ELEMENT)),
    regions: [],
    used: NIL_WORDS,
  };
}

/**
 * Places a static object, all words 0, while the structure is being set up.
 *
 * @throws RangeError when the heap is full
 */
export function place(heap: Heap, layout: StructLayout, name: string): Address {
  return reserve(heap, layout, name, 1, NIL);
}

/**
 * Places a slab with room for `capacity` objects; returns the slab's address, for `allocate` and `free`.
 *
 * @throws RangeError when the heap is full
 */
export function placeSlab(heap: Heap, layout: StructLayout, name: string, capacity: number): Address {
  const slab = reserve(heap, Slab, `${name}.slab`, 1, NIL);
  const first = reserve(heap, layout, name, capacity, slab);
  initialiseSlab(heap.words, slab, { first, stride: layout.words + REDZONE_WORDS, capacity });
  return slab;
}

/** The region that holds `address`, if any. */
export function regionOf(heap: Heap, address: Address): Region | undefined {
  return heap.regions.find(({ base, stride, count }) => address >= base && address < base + stride * count);
}

/**
 * The name of a word as in its owner's source: `pool.lock`, `peer#2.refcount`, `peer#1.address[3]`.
 *
 * A word outside every object is named by its number: `word 17`.
 */
export function nameOf(heap: Heap, address: Address): string {
  const region = regionOf(heap, address);
  if (region === undefined) return `word ${address}`;
  const index = Math.floor((address - region.base) / region.stride);
  const object = region.slab === NIL ? region.name : `${region.name}#${index + 1}`;
  const offset = (address - region.base) % region.stride;
  return offset < region.layout.words ? `${object}.${region.layout.wordName(offset)}` : `the word after ${object}`;
}

/** The name of the object at `address` when an object starts there: `peer#2`, `pool`, or `NIL`. */
export function objectNameOf(heap: Heap, address: Address): string | undefined {
  if (address === NIL) return "NIL";
  const region = regionOf(heap, address);
  if (region === undefined || (address - region.base) % region.stride !== 0) return undefined;
  return region.slab === NIL ? region.name : `${region.name}#${(address - region.base) / region.stride + 1}`;
}

function reserve(heap: Heap, layout: StructLayout, name: string, count: number, slab: Address): Address {
  const stride = layout.words + REDZONE_WORDS;
  const base = heap.used;
  const end = base + stride * count;
  if (end > heap.words.length) {
    throw new RangeError(
      `${name}: needs ${stride * count} words, ` +
        `and ${heap.words.length - base} of the heap's ${heap.words.length} are left`,
    );
  }
  heap.regions.push({ name, layout, base, stride, count, slab });
  heap.used = end;
  return base;
}
