/** The memory of an execution at any of its steps: forward and backward, a few words per step. */
import type { Story, StoryExecution } from "../../counterexample-story.ts";

/** The state of an object at a step. */
export const LIFE = {
  /** Not allocated yet. */
  absent: 0,
  /** Allocated, and never reachable by others. */
  fresh: 1,
  /** Reachable. */
  linked: 2,
  /** No longer reachable, and not freed. */
  unlinked: 3,
  /** Freed. */
  freed: 4,
} as const;

export type Life = (typeof LIFE)[keyof typeof LIFE];

export class Memory {
  readonly story: Story;
  readonly execution: StoryExecution;
  /** The current words of each object. */
  readonly words: readonly Int32Array[];
  /** Steps made: 0 at the beginning. */
  at = 0;
  readonly #befores: Int32Array[] = [];
  readonly #lives: Uint8Array[] = [];
  /** Addresses of the objects in order, each with its object. */
  readonly #addresses: readonly number[];
  readonly #byAddress: readonly number[];
  readonly #pointers: readonly (readonly number[])[];

  constructor(story: Story, execution: StoryExecution) {
    this.story = story;
    this.execution = execution;
    this.words = execution.memory.map((words) => Int32Array.from(words));
    this.#byAddress = story.objects
      .map((_, object) => object)
      .toSorted((one, other) => (story.objects[one]?.address ?? 0) - (story.objects[other]?.address ?? 0));
    this.#addresses = this.#byAddress.map((object) => story.objects[object]?.address ?? 0);
    this.#pointers = story.objects.map(({ struct }) => story.structs[struct]?.pointers ?? []);
    this.#followLives();
  }

  get steps(): number {
    return this.execution.steps.length;
  }

  /** Moves to the moment after this many steps. O(words changed in between). */
  goTo(steps: number): void {
    const wanted = Math.max(0, Math.min(this.steps, steps));
    for (; this.at < wanted; this.at++)
      for (const [object, word, value] of this.execution.steps[this.at]?.changes ?? []) this.#set(object, word, value);
    for (; this.at > wanted; this.at--) {
      const changes = this.execution.steps[this.at - 1]?.changes ?? [];
      const befores = this.#befores[this.at - 1];
      for (let i = changes.length - 1; i >= 0; i--) {
        const change = changes[i];
        if (change !== undefined) this.#set(change[0], change[1], befores?.[i] ?? 0);
      }
    }
  }

  life(object: number): Life {
    return (this.#lives[this.at]?.[object] ?? LIFE.absent) as Life;
  }

  /** Did the latest step change, allocate or free it? */
  isChanged(object: number): boolean {
    const step = this.execution.steps[this.at - 1];
    if (step === undefined) return false;
    return step.allocated === object || step.freed === object || step.changes.some(([changed]) => changed === object);
  }

  /** Did the latest step change this word? */
  isWordChanged(object: number, word: number): boolean {
    const step = this.execution.steps[this.at - 1];
    return step?.changes.some((change) => change[0] === object && change[1] === word) ?? false;
  }

  word(object: number, word: number): number {
    return this.words[object]?.[word] ?? 0;
  }

  /** The number of a word of the object's struct by its name; -1 if it has none. */
  wordNamed(object: number, name: string): number {
    const struct = this.story.objects[object]?.struct ?? -1;
    return this.story.structs[struct]?.words.indexOf(name) ?? -1;
  }

  /** The value of a word by its name; undefined if the object has none of that name. */
  field(object: number, name: string): number | undefined {
    const word = this.wordNamed(object, name);
    return word === -1 ? undefined : this.word(object, word);
  }

  structName(object: number): string {
    return this.story.structs[this.story.objects[object]?.struct ?? -1]?.name ?? "";
  }

  isPointer(object: number, word: number): boolean {
    return this.#pointers[object]?.includes(word) ?? false;
  }

  /** The object that an address lies in; undefined for 0 and for other values. */
  objectAt(address: number): number | undefined {
    if (address <= 0) return undefined;
    let low = 0;
    let high = this.#addresses.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#addresses[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const object = this.#byAddress[low - 1];
    if (object === undefined) return undefined;
    return address < (this.#addresses[low - 1] ?? 0) + (this.words[object]?.length ?? 0) ? object : undefined;
  }

  #set(object: number, word: number, value: number): void {
    const words = this.words[object];
    if (words !== undefined) words[word] = value;
  }

  /** Runs once from beginning to end: keeps the words that each step overwrote, and the states of objects. */
  #followLives(): void {
    const { steps, live } = this.execution;
    const lives = new Uint8Array(this.words.length);
    for (const object of live) lives[object] = LIFE.fresh;
    for (const [object, { isStatic }] of this.story.objects.entries()) if (isStatic) lives[object] = LIFE.linked;
    this.#updateLives(lives);
    this.#lives.push(lives.slice());
    for (const { changes, allocated, freed } of steps) {
      this.#befores.push(Int32Array.from(changes, ([object, word]) => this.word(object, word)));
      for (const [object, word, value] of changes) this.#set(object, word, value);
      if (allocated !== undefined) lives[allocated] = LIFE.fresh;
      if (freed !== undefined) lives[freed] = LIFE.freed;
      if (
        allocated !== undefined ||
        freed !== undefined ||
        changes.some(([object, word]) => this.isPointer(object, word))
      )
        this.#updateLives(lives);
      this.#lives.push(lives.slice());
    }
    this.at = steps.length;
    this.goTo(0);
  }

  /** Objects that can be reached from static objects are linked; those that no longer can are unlinked. */
  #updateLives(lives: Uint8Array): void {
    const reached = new Uint8Array(lives.length);
    const open: number[] = [];
    for (const [object, { isStatic }] of this.story.objects.entries()) {
      if (!isStatic) continue;
      reached[object] = 1;
      open.push(object);
    }
    for (let object = open.pop(); object !== undefined; object = open.pop()) {
      for (const word of this.#pointers[object] ?? []) {
        const target = this.objectAt(this.word(object, word));
        if (target === undefined || reached[target] === 1 || lives[target] === LIFE.absent) continue;
        reached[target] = 1;
        if (lives[target] !== LIFE.freed) open.push(target);
      }
    }
    for (let object = 0; object < lives.length; object++) {
      const life = lives[object];
      if (life === LIFE.absent || life === LIFE.freed) continue;
      if (reached[object] === 1) lives[object] = LIFE.linked;
      else if (life === LIFE.linked) lives[object] = LIFE.unlinked;
    }
  }
}
