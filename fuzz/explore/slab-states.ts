/**
 * Slabs as values: the result of an allocation is a function of the earlier allocations and frees, so a slab's state
 * can be a number in a word. Follows `impl/memory/slab.ts`: objects never used come first, then freed ones, oldest
 * first.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";

/** Objects allocated so far, and freed ones, oldest first. */
interface SlabState {
  readonly used: number;
  readonly freed: readonly Address[];
}

export class SlabStates {
  readonly #words: Int32Array;
  /** Slabs whose objects may be reused, or that may run out. */
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

  /** Number of words in an object. */
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

  /** Counts one more private object; false if the slab may have no unused object left. */
  hasRoom(slab: Address): boolean {
    const objects = (this.#ownObjects.get(slab) ?? 0) + 1;
    this.#ownObjects.set(slab, objects);
    return wordAt(this.#words, Slab.used(slab)) + objects <= wordAt(this.#words, Slab.capacity(slab));
  }

  /** A possible heap address of the object that `hasRoom` counted last. */
  placeOfOwn(slab: Address): Address {
    const index = wordAt(this.#words, Slab.used(slab)) + (this.#ownObjects.get(slab) ?? 1) - 1;
    return wordAt(this.#words, Slab.first(slab)) + index * wordAt(this.#words, Slab.stride(slab));
  }

  /** Allocates an object in state `number`, 0 for the first state. Returns the object, or `NIL`, and the next state. */
  take(slab: Address, number: number): { readonly object: Address; readonly next: number } {
    const { used, freed } = this.#state(slab, number);
    if (used < wordAt(this.#words, Slab.capacity(slab))) {
      const object = wordAt(this.#words, Slab.first(slab)) + used * wordAt(this.#words, Slab.stride(slab));
      return { object, next: this.#number({ used: used + 1, freed }) };
    }
    const [object = NIL, ...rest] = freed;
    return { object, next: object === NIL ? number : this.#number({ used, freed: rest }) };
  }

  /** The state after an object has been freed. */
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
