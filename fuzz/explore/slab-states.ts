/**
 * Slabs as values: what a slab answers is a function of the allocations and frees before it, so its state can be a
 * number in a word. Follows `impl/memory/slab.ts`: objects never used first, then freed ones, oldest first.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";

/** Objects handed out so far, and those given back, oldest first. */
interface SlabState {
  readonly used: number;
  readonly freed: readonly Address[];
}

export class SlabStates {
  readonly #words: Int32Array;
  /** Slabs whose objects may be used again, or run out. */
  readonly #shared = new Set<Address>();
  readonly #ownObjects = new Map<Address, number>();
  readonly #states: SlabState[] = [];
  readonly #numbers = new Map<string, number>();

  /** @param words the heap before the threads start */
  constructor(words: Int32Array) {
    this.#words = words;
  }

  isSlab(heap: Heap, slab: Address): boolean {
    return heap.regions.some((region) => region.slab === slab && slab !== NIL);
  }

  /** Words of an object. */
  wordsOf(heap: Heap, slab: Address): number {
    return heap.regions.find((region) => region.slab === slab)?.layout.words ?? 0;
  }

  /** Must every allocation and free be ordered? */
  isShared(slab: Address): boolean {
    return this.#shared.has(slab);
  }

  share(slab: Address): void {
    this.#shared.add(slab);
  }

  /** Counts one more object that belongs to one thread; false if the slab may have no object that was never used. */
  hasRoom(slab: Address): boolean {
    const objects = (this.#ownObjects.get(slab) ?? 0) + 1;
    this.#ownObjects.set(slab, objects);
    return wordAt(this.#words, Slab.used(slab)) + objects <= wordAt(this.#words, Slab.capacity(slab));
  }

  /** Where the object that `hasRoom` counted last may lie in the heap. */
  placeOfOwn(slab: Address): Address {
    const index = wordAt(this.#words, Slab.used(slab)) + (this.#ownObjects.get(slab) ?? 1) - 1;
    return wordAt(this.#words, Slab.first(slab)) + index * wordAt(this.#words, Slab.stride(slab));
  }

  /** Takes an object in state `number`, 0 for the first one: answers it, or `NIL`, and the state after. */
  take(slab: Address, number: number): { readonly object: Address; readonly next: number } {
    const { used, freed } = this.#state(slab, number);
    if (used < wordAt(this.#words, Slab.capacity(slab))) {
      const object = wordAt(this.#words, Slab.first(slab)) + used * wordAt(this.#words, Slab.stride(slab));
      return { object, next: this.#number({ used: used + 1, freed }) };
    }
    const [object = NIL, ...rest] = freed;
    return { object, next: object === NIL ? number : this.#number({ used, freed: rest }) };
  }

  /** The state after an object has been given back. */
  give(slab: Address, number: number, object: Address): number {
    const { used, freed } = this.#state(slab, number);
    return this.#number({ used, freed: [...freed, object] });
  }

  #state(slab: Address, number: number): SlabState {
    const known = this.#states[number - 1];
    if (number > 0 && known !== undefined) return known;
    const freed: Address[] = [];
    for (let object = wordAt(this.#words, Slab.head(slab)); object !== NIL; object = wordAt(this.#words, object))
      freed.push(object);
    return { used: wordAt(this.#words, Slab.used(slab)), freed };
  }

  #number(state: SlabState): number {
    const key = `${state.used}:${state.freed.join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push(state);
    this.#numbers.set(key, number);
    return number;
  }
}
