/**
 * Memory safety: no access outside an object, after its free, or to an unwritten word; no free of anything but a live
 * object; no use of a slab where there is none.
 *
 * One shadow byte per word, as in the kernel's KASAN and KMSAN. The slab hands freed objects out again as late as it
 * can, so a stale pointer is seen until its object has been allocated anew. Accepts any int32: an address outside every
 * object, or outside the heap, is unsafe.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { type Heap, NIL_WORDS, nameOf, objectNameOf } from "#impl/memory/heap.ts";
import { belongsTo, Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";

export const SHADOW = { unallocated: 0, uninitialised: 1, initialised: 2, freed: 3 } as const;

export class MemorySafety {
  /**
   * One `SHADOW` state per word. Read directly by the machine's hot loop: an access is safe when its word is
   * `initialised`.
   */
  readonly states: Uint8Array;
  /** Address of the slab object that a word belongs to, `NIL` for words outside slab objects. */
  readonly objectOf: Int32Array;
  readonly #heap: Heap;
  readonly #objectWords: Int32Array;
  readonly #isSlab: Uint8Array;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.states = new Uint8Array(heap.used);
    this.objectOf = new Int32Array(heap.used);
    this.#objectWords = new Int32Array(heap.used);
    this.#isSlab = new Uint8Array(heap.used);
    for (const { base, stride, count, layout, slab } of heap.regions) {
      if (layout === Slab) {
        // A slab's own words stay unallocated: only the allocator reads them.
        this.#isSlab[base] = 1;
      } else if (slab === NIL) {
        this.states.fill(SHADOW.initialised, base, base + layout.words);
      } else {
        for (let object = base; object < base + stride * count; object += stride) {
          this.objectOf.fill(object, object, object + layout.words);
          this.#objectWords[object] = layout.words;
        }
      }
    }
  }

  /** Words of the slab object that starts at `object`; 0 if none does. */
  wordsOf(object: Address): number {
    return wordAt(this.#objectWords, object);
  }

  /** Does a slab lie at this address? */
  isSlab(address: Address): boolean {
    return this.#isSlab[address] === 1;
  }

  allocated(object: Address): void {
    this.states.fill(SHADOW.uninitialised, object, object + this.wordsOf(object));
  }

  /** Why `object` cannot be given back to `slab`, or undefined when it can and has now been marked freed. */
  freed(slab: Address, object: Address): string | undefined {
    if (!this.isLive(object) || !this.isSlab(slab) || !belongsTo(this.#heap.words, slab, object))
      return this.#describeFree(slab, object);
    this.states.fill(SHADOW.freed, object, object + this.wordsOf(object));
    return undefined;
  }

  /** Is the slab object that starts at `object` allocated now? */
  isLive(object: Address): boolean {
    const state = this.states[object];
    return state === SHADOW.uninitialised || state === SHADOW.initialised;
  }

  /** Describes what is wrong with a read or write of a word whose state does not allow it. */
  describe(kindName: string, address: Address): string {
    if (address === NIL) return `${kindName} through NIL`;
    if (address > NIL && address < NIL_WORDS) return `${kindName} of word ${address} through NIL`;
    const name = nameOf(this.#heap, address);
    switch (this.states[address]) {
      case SHADOW.freed:
        return `${kindName} of ${name} after it was freed`;
      case SHADOW.uninitialised:
        return `${kindName} of ${name}, which nobody has written since it was allocated`;
      default:
        return `${kindName} of ${name}, which is outside every allocated object`;
    }
  }

  #describeFree(slab: Address, object: Address): string {
    if (!this.isSlab(slab)) return `free to ${nameOf(this.#heap, slab)}, which is no slab`;
    if (object === NIL) return "free of NIL";
    const name = objectNameOf(this.#heap, object) ?? nameOf(this.#heap, object);
    if (!belongsTo(this.#heap.words, slab, object))
      return `free of ${name}, which is no object of ${nameOf(this.#heap, slab)}`;
    return this.states[object] === SHADOW.freed
      ? `double free of ${name}`
      : `free of ${name}, which was never allocated`;
  }
}
