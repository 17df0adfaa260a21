/**
 * Leaks: at the end of an execution every allocated object is reachable from a static object.
 *
 * Conservative, as the kernel's kmemleak: any word that holds an object's address, or an address inside it, keeps the object.
 * An integer that happens to look like one can hide a leak, never invent one.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import type { MemorySafety } from "./memory-safety.ts";

export class Leaks {
  readonly #heap: Heap;
  readonly #memory: MemorySafety;
  readonly #marked: Uint8Array;
  readonly #stack: Int32Array;

  constructor(heap: Heap, memory: MemorySafety) {
    this.#heap = heap;
    this.#memory = memory;
    this.#marked = new Uint8Array(heap.used);
    this.#stack = new Int32Array(heap.used);
  }

  /** An allocated object that nothing reaches, or `NIL`. O(words of the heap). */
  find(): Address {
    const { regions } = this.#heap;
    this.#marked.fill(0);
    for (const { base, slab, layout } of regions) {
      if (slab === NIL && layout.structName !== "slab") this.#mark(base, layout.words);
    }
    for (const { base, stride, count, slab } of regions) {
      if (slab === NIL) continue;
      for (let object = base; object < base + stride * count; object += stride) {
        if (this.#memory.isLive(object) && this.#marked[object] === 0) return object;
      }
    }
    return NIL;
  }

  /** Marks what the `words` words from `base` on reach. */
  #mark(base: Address, words: number): void {
    const { objectOf } = this.#memory;
    const memory = this.#heap.words;
    let depth = 0;
    let from = base;
    let count = words;
    for (;;) {
      for (let address = from; address < from + count; address++) {
        const object = objectOf[memory[address] ?? 0] ?? NIL;
        if (object !== NIL && this.#marked[object] === 0 && this.#memory.isLive(object)) {
          this.#marked[object] = 1;
          this.#stack[depth++] = object;
        }
      }
      if (depth === 0) return;
      from = this.#stack[--depth] ?? 0;
      count = this.#memory.wordsOf(from);
    }
  }
}
