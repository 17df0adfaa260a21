/**
 * The slab allocator: objects of one size, handed out oldest first.
 *
 * An object that was never used comes before one that was freed, and a freed one waits until all those freed before
 * it are in use again: a stale pointer refers to a dead object for as long as possible, so that a checker can see it.
 *
 * Each of the two functions is one event: no thread sees a slab half-changed. The driver of the accesses `allocate` and
 * `free` calls them; code under verification never reads a slab's words.
 */
import { type Address, NIL } from "./access.ts";
import { struct } from "./struct.ts";
import { wordAt } from "./word.ts";

/**
 * `used` counts objects ever handed out; `head` and `tail` are the queue of freed ones, linked through their first
 * word.
 */
export const Slab = struct("slab", { first: 1, stride: 1, capacity: 1, used: 1, head: 1, tail: 1, live: 1 });

export interface SlabShape {
  readonly first: Address;
  readonly stride: number;
  readonly capacity: number;
}

export function initialiseSlab(words: Int32Array, slab: Address, { first, stride, capacity }: SlabShape): void {
  words[Slab.first(slab)] = first;
  words[Slab.stride(slab)] = stride;
  words[Slab.capacity(slab)] = capacity;
}

/** Takes an object: its address, or `NIL` when all are in use. O(1). */
export function takeObject(words: Int32Array, slab: Address): Address {
  const used = wordAt(words, Slab.used(slab));
  let object: Address;
  if (used < wordAt(words, Slab.capacity(slab))) {
    object = wordAt(words, Slab.first(slab)) + used * wordAt(words, Slab.stride(slab));
    words[Slab.used(slab)] = used + 1;
  } else {
    object = wordAt(words, Slab.head(slab));
    if (object === NIL) return NIL;
    words[Slab.head(slab)] = wordAt(words, object);
  }
  words[Slab.live(slab)] = wordAt(words, Slab.live(slab)) + 1;
  return object;
}

/** Returns an object. It must be one of the slab's, and in use: the caller checks. O(1). */
export function giveObject(words: Int32Array, slab: Address, object: Address): void {
  words[object] = NIL;
  if (wordAt(words, Slab.head(slab)) === NIL) words[Slab.head(slab)] = object;
  else words[wordAt(words, Slab.tail(slab))] = object;
  words[Slab.tail(slab)] = object;
  words[Slab.live(slab)] = wordAt(words, Slab.live(slab)) - 1;
}

/** Is `object` the start of an object of this slab? */
export function belongsTo(words: Int32Array, slab: Address, object: Address): boolean {
  const offset = object - wordAt(words, Slab.first(slab));
  const stride = wordAt(words, Slab.stride(slab));
  return offset >= 0 && offset % stride === 0 && offset / stride < wordAt(words, Slab.capacity(slab));
}
