/**
 * Slab objects in the events of the explorer: see lowered-program.ts.
 *
 * An object that a thread took from a private slab lies beyond the heap, at its own address, with a word between any
 * two that belongs to no object.
 */
import {
  ACCESS,
  type Access,
  type AccessKind,
  type Address,
  assertHolds,
  mutexLock,
  mutexUnlock,
  NIL,
  readOnce,
  write,
  writeOnce,
} from "#impl/memory/access.ts";
import { type Heap, nameOf, regionOf } from "#impl/memory/heap.ts";
import { type LoweredWords, POISON, ROLE } from "./lowered-words.ts";
import { SlabStates } from "./slab-states.ts";

/** Objects that a thread has taken from each slab so far. */
export type Allocations = Map<Address, number>;

export class LoweredObjects {
  /** False once a slab turns out to be able to run out: the exploration must start again. */
  isSufficient = true;
  readonly #heap: Heap;
  readonly #words: LoweredWords;
  readonly #slabs: SlabStates;
  readonly #ownObjects = new Map<string, Address>();
  readonly #freed = new Map<Address, Address>();
  readonly #livesOf = new Map<Address, Address>();
  readonly #places = new Map<Address, Address>();
  /** The first address beyond the heap, and the first beyond the last object. */
  readonly #from: Address;
  #end: Address;
  /** The object at each address beyond the heap. */
  readonly #objectOf: Address[] = [];

  /** @param initialWords contents of the heap before the threads start */
  constructor(heap: Heap, initialWords: Int32Array, words: LoweredWords) {
    this.#heap = heap;
    this.#words = words;
    this.#slabs = new SlabStates(initialWords);
    this.#from = initialWords.length + 1;
    this.#end = this.#from;
  }

  *allocate(thread: number, allocations: Allocations, slab: Address): Access<number> {
    const act = this.#words.named(`allocate ${thread}`, ROLE.act);
    if (!this.#slabs.isSlab(this.#heap, slab)) yield assertHolds(false, "no slab");
    if (this.#slabs.isShared(slab)) {
      const lock = this.#words.named("slabs", ROLE.bookkeeping);
      const state = this.#stateOf(slab);
      yield mutexLock(lock);
      const { object, next } = this.#slabs.take(slab, yield readOnce(state));
      yield writeOnce(act, 1);
      yield writeOnce(state, next);
      yield mutexUnlock(lock);
      return object;
    }
    const count = (allocations.get(slab) ?? 0) + 1;
    allocations.set(slab, count);
    const object = this.#ownObject(thread, slab, count);
    yield writeOnce(act, 1);
    return object;
  }

  /** Has the slab turned out to be able to run out? */
  mayRunOut(slab: Address): boolean {
    return this.#slabs.isShared(slab);
  }

  *free(slab: Address, object: Address): Access {
    yield* this.checkAddress(object);
    const state = this.#slabs.isShared(slab) ? this.#stateOf(slab) : NIL;
    const lock = this.#words.named("slabs", ROLE.bookkeeping);
    if (state !== NIL) yield mutexLock(lock);
    // A call opaque to the compiler is not made before the reads that decide on it. It affects the whole object, by
    // plain writes, since nothing may be concurrent with it.
    yield writeOnce(this.freeingWord(object), 1);
    yield write(this.lifeWord(object), 1);
    const words = this.#slabs.wordsOf(this.#heap, slab);
    for (let word = 0; word < words; word++) yield write(object + word, POISON);
    if (state === NIL) return;
    yield writeOnce(state, this.#slabs.give(slab, yield readOnce(state), object));
    yield mutexUnlock(lock);
  }

  /** The slab object that contains the word, or `NIL`. */
  objectAt(address: Address): Address {
    if (address >= this.#from) return this.#objectOf[address - this.#from] ?? NIL;
    const region = regionOf(this.#heap, address);
    return region === undefined || region.slab === NIL ? NIL : address - ((address - region.base) % region.stride);
  }

  /** The slab object or struct that contains the word, or `NIL`. */
  containing(address: Address): Address {
    const object = this.objectAt(address);
    if (object !== NIL || address <= NIL || address >= this.#from) return object;
    const region = regionOf(this.#heap, address);
    return region === undefined ? NIL : address - ((address - region.base) % region.stride);
  }

  /**
   * A heap address that stands for an address in a thread's private object in the history: distinct for each object,
   * and different from those that the set-up has allocated.
   */
  placeInHeap(address: Address): Address {
    const object = this.objectAt(address);
    const place = this.#places.get(object);
    return place === undefined ? address : place + address - object;
  }

  isOwn(address: Address): boolean {
    return address >= this.#from && address < this.#end;
  }

  /** A readable name for a word. */
  nameOf(address: Address): string {
    const object = this.objectAt(address);
    if (object < this.#from) return nameOf(this.#heap, address);
    const own = [...this.#ownObjects].find(([, base]) => base === object)?.[0].split(":") ?? [];
    const slab = Number(own[1] ?? NIL);
    const region = this.#heap.regions.find((each) => each.slab === slab);
    const first = region === undefined ? "" : nameOf(this.#heap, region.base + address - object);
    return first.replace(/#\d+/u, `#${String.fromCodePoint(97 + Number(own[0] ?? 0))}${own[2] ?? ""}`);
  }

  /** The word that `free` writes and that users of a lock in the object read. */
  lifeWord(object: Address): Address {
    const word = this.#words.named(`life ${object}`, ROLE.act);
    this.#livesOf.set(word, object);
    return word;
  }

  /** The word that `free` writes first, and on which the rest of it depends. */
  freeingWord(object: Address): Address {
    const word = this.#words.named(`freeing ${object}`, ROLE.bookkeeping);
    this.#freed.set(word, object);
    return word;
  }

  /** The object whose free the access is part of, or `NIL`. */
  freedBy(kind: AccessKind, address: Address, operand: number): Address {
    const freed = this.#freed.get(address);
    if (freed !== undefined) return freed;
    if (kind !== ACCESS.write) return NIL;
    return this.#livesOf.get(address) ?? (operand === POISON ? this.objectAt(address) : NIL);
  }

  /** The object whose life the word represents, if it is a life word. */
  objectOfLife(word: Address): Address | undefined {
    return this.#livesOf.get(word);
  }

  /** Ends the thread if there is no such word: the machine will reject it. */
  *checkAddress(address: Address): Access {
    if (address <= NIL || address === this.#from - 1 || address >= this.#end) yield assertHolds(false, "no such word");
  }

  #stateOf(slab: Address): Address {
    return this.#words.named(`slab ${slab}`, ROLE.bookkeeping);
  }

  /** The object returned by a thread's `count`th allocation from a slab. */
  #ownObject(thread: number, slab: Address, count: number): Address {
    const key = `${thread}:${slab}:${count}`;
    const known = this.#ownObjects.get(key);
    if (known !== undefined) return known;
    if (!this.#slabs.hasRoom(slab)) {
      this.#slabs.share(slab);
      this.isSufficient = false;
    }
    const words = this.#slabs.wordsOf(this.#heap, slab);
    const base = this.#end;
    this.#ownObjects.set(key, base);
    this.#places.set(base, this.#slabs.placeOfOwn(slab));
    for (let word = 0; word < words; word++) this.#objectOf.push(base);
    this.#objectOf.push(NIL);
    this.#end += words + 1;
    return base;
  }
}
