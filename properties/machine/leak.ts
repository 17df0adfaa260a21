/**
 * Leaks: at the end of an execution every allocated object is reachable from a static object.
 *
 * Conservative, like the kernel's kmemleak: any word that holds an object's address, or an address inside it, keeps the
 * object. An integer that happens to look like one can hide a leak, never invent one. Unwritten words of an object hold
 * what its former life left there, and keep nothing. Local variables of a thread keep nothing either: a daemon left
 * waiting must keep its objects in memory.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { wordAt } from "#impl/memory/word.ts";
import { type MemorySafety, SHADOW } from "./memory-safety.ts";

export class Leaks {
  readonly #heap: Heap;
  readonly #memory: MemorySafety;
  readonly #marked: Uint8Array;
  readonly #stack: Int32Array;
  /** For each word of a tagged struct, how to obtain its address. */
  readonly #untag = new Map<Address, (word: number) => Address>();

  constructor(heap: Heap, memory: MemorySafety) {
    this.#heap = heap;
    this.#memory = memory;
    this.#marked = new Uint8Array(heap.used);
    this.#stack = new Int32Array(heap.used);
    for (const { base, stride, count, layout } of heap.regions) {
      const { addressIn, words } = layout;
      if (addressIn === undefined) continue;
      for (let object = base; object < base + stride * count; object += stride)
        for (let offset = 0; offset < words; offset++)
          this.#untag.set(object + offset, (word) => addressIn(offset, word));
    }
  }

  /** An allocated object that nothing reaches, or `NIL`. O(words of the heap). */
  find(): Address {
    const { regions } = this.#heap;
    this.#marked.fill(0);
    let waiting = 0;
    // A slab's own words count as unallocated, and keep nothing.
    for (const { base, slab, layout } of regions) {
      if (slab === NIL) waiting = this.#mark(base, layout.words, waiting);
    }
    // Each object waits at most once: it is marked when it is put there.
    while (waiting > 0) {
      const object = wordAt(this.#stack, --waiting);
      waiting = this.#mark(object, this.#memory.wordsOf(object), waiting);
    }
    for (const { base, stride, count, slab } of regions) {
      if (slab === NIL) continue;
      for (let object = base; object < base + stride * count; object += stride) {
        if (this.#memory.isLive(object) && this.#marked[object] === 0) return object;
      }
    }
    return NIL;
  }

  /**
   * Marks the objects that the `words` words from `base` on point to, and queues the new ones. Returns how many are
   * queued now.
   */
  #mark(base: Address, words: number, waiting: number): number {
    const { objectOf, states } = this.#memory;
    const memory = this.#heap.words;
    let count = waiting;
    for (let address = base; address < base + words; address++) {
      if (states[address] !== SHADOW.initialised) continue;
      const word = wordAt(memory, address);
      const pointer = this.#untag.size === 0 ? word : (this.#untag.get(address)?.(word) ?? word);
      const object = wordAt(objectOf, pointer);
      if (this.#marked[object] === 1 || !this.#memory.isLive(object)) continue;
      this.#marked[object] = 1;
      this.#stack[count++] = object;
    }
    return count;
  }
}
